"""Links, and requests on them as browsers, apps and bots send them. The same ones in every run."""

import random
from typing import Any
from urllib.parse import quote

ORGANIZATION_ID = 9001
LINKS = 10_000
# wrk goes round in these. 4,096 heads of 500 to 900 bytes are 3 MB: no cache of ours is larger because the load is the same again.
REQUESTS = 4_096
RETURNING_SHARE = 0.4
# In front of the click id in every Location, which is how the paced client finds it.
CLICK_MARK = b"&cid="
DESTINATION = "https://shop.example.com/offer/{n}?s={{sub1}}&from={{source}}&c={{campaign}}&cid={{click_id}}"

_CHROME = "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.0.0 {mobile}Safari/537.36"
_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "Linux; Android 10; K",
    "X11; Linux x86_64",
)
_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS {n}_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{n}.{m} Mobile/15E148 Safari/604.1"
)
_FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0"
_BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "curl/8.5.0",
)
_REFERRERS = (
    "https://www.google.com/",
    "https://m.facebook.com/",
    "https://t.co/{n}",
    "https://news.example.org/story/{n}?page=2",
)
_LANGUAGES = ("en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.7", "fr", "pt-BR,pt;q=0.8", "ja,en;q=0.5")
_SOURCES = ("google", "facebook", "newsletter", "tiktok", "partner 7", "Öffi")
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
Header = tuple[str, str]


def units() -> dict[str, dict[str, Any]]:
    """The published documents: one organization and its links."""
    organization = {
        "key": "bench",
        "hosts": [],
        "domains": ["example.com"],
        "link_secret": "bench",
        "default_destination": "",
        "safe_url": "",
        "retention_days": 30,
    }
    return {f"organization:{ORGANIZATION_ID}": organization} | {
        f"link:{key_of(n)}": _link(n) for n in range(1, LINKS + 1)
    }


def key_of(n: int) -> str:
    return f"b{n * 7919:x}"


def requests(cookies: list[str], *, host: str = "go.example.com", count: int = REQUESTS) -> list[bytes]:
    """Request heads. `cookies` are sealed ids of visitors who were here before; a share of the requests carries one."""
    choice = random.Random(20261122)
    return [_head(choice, host, cookies) for _ in range(count)]


def _link(n: int) -> dict[str, Any]:
    return {"organization_id": ORGANIZATION_ID, "link_id": n, "destination": DESTINATION.format(n=n), "paused": False}


def _head(choice: random.Random, host: str, cookies: list[str]) -> bytes:
    lines = [f"GET {_target(choice)} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in _headers(choice)]
    if cookies and choice.random() < RETURNING_SHARE:
        lines.append(f"Cookie: consent=1; trl_visitor={choice.choice(cookies)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _target(choice: random.Random) -> str:
    parameters = [
        ("utm_source", choice.choice(_SOURCES)),
        ("utm_campaign", f"autumn-{choice.randrange(50)}"),
        ("sub1", f"{choice.getrandbits(32):x}"),
    ]
    if choice.random() < 0.5:
        parameters.append(("gclid", f"{choice.getrandbits(160):x}"))
    query = "&".join(f"{name}={quote(value)}" for name, value in parameters)
    return f"/in/{key_of(choice.randint(1, LINKS))}?{query}"


def _headers(choice: random.Random) -> list[Header]:
    kind = choice.random()
    if kind < 0.5:
        return [*_chrome(choice), *_journey(choice)]
    if kind < 0.9:
        template = choice.choice((_SAFARI, _FIREFOX))
        agent = template.format(n=choice.randint(14, 26), m=choice.randint(0, 6))
        return [("User-Agent", agent), ("Accept", _ACCEPT), ("Accept-Encoding", "gzip, deflate, br"), *_journey(choice)]
    return [("User-Agent", choice.choice(_BOTS)), ("Accept", "*/*")]


def _chrome(choice: random.Random) -> list[Header]:
    n, system = choice.randint(120, 145), choice.choice(_SYSTEMS)
    mobile = "Mobile " if "Android" in system else ""
    return [
        ("Connection", "keep-alive"),
        ("sec-ch-ua", f'"Chromium";v="{n}", "Google Chrome";v="{n}", "Not-A.Brand";v="99"'),
        ("sec-ch-ua-mobile", "?1" if mobile else "?0"),
        ("Upgrade-Insecure-Requests", "1"),
        ("User-Agent", _CHROME.format(system=system, n=n, mobile=mobile)),
        ("Accept", _ACCEPT),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ]


def _journey(choice: random.Random) -> list[Header]:
    headers = [("Accept-Language", choice.choice(_LANGUAGES))]
    if choice.random() < 0.8:
        headers.append(("Referer", choice.choice(_REFERRERS).format(n=choice.randrange(1000))))
    return headers
