"""Who asked: people, bots, previews and prefetches."""

import pytest

from apps.ingress.enrich.kind import VERSION, kind
from apps.ingress.event import Event, Kind, Origin
from tests.ingress.make import an_event

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
ENGLISH = ("Accept-Language", "en-GB,en;q=0.9")


def an_android(model: str) -> str:
    return f"Mozilla/5.0 (Linux; Android 14; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"


def a_suffixed(suffix: str) -> str:
    return f"{CHROME} {suffix}"


def kind_of_agent(agent: str) -> tuple[str, str]:
    return kind(an_event(user_agent=agent))[:2]


@pytest.mark.parametrize(
    "agent",
    [
        PHONE,
        CHROME,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:141.0) Gecko/20100101 Firefox/141.0",
        "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.289 Version/12.02",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36",
        "Nokia6300/2.0 (05.50) Profile/MIDP-2.0 Configuration/CLDC-1.1",
        "Dalvik/2.1.0 (Linux; U; Android 11; BRAVIA VU1 Build/RTT7.210105.001)",
        "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1",
        a_suffixed("Electron/30.0.1"),
        a_suffixed("YaSearchBrowser/25.1"),
    ],
)
def test_a_browser_is_a_person(agent: str) -> None:
    assert kind_of_agent(agent) == (Kind.HUMAN, "")


@pytest.mark.parametrize(
    "model", ["CUBOT X30", "CUBOT_NOTE_S", "M bot 60", "Tornado", "MAVEN_X10_HD", "Agent 47", "Scan 5"]
)
def test_a_phone_may_be_called_what_it_likes(model: str) -> None:
    assert kind_of_agent(an_android(model)) == (Kind.HUMAN, "")


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "known"),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "known"),
        ("curl/8.5.0", "known"),
        ("python-requests/2.32", "known"),
        ("Zorgbot/1.0", "word"),
        ("Zorg Crawler", "word"),
        (a_suffixed("ZorgMonitor/2"), "word"),
        (a_suffixed("HeadlessZorg"), "word"),
        (an_android("Pixel 9; ZorgFetcher/1.0"), "word"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1' UNION SELECT password FROM users", "word"),
        (a_suffixed("(+https://zorg.example/about)"), "address"),
        (a_suffixed("ops@zorg.example"), "address"),
        ("ZorgLib (Java/17; http-client)", "library"),
        ("Zorg/1.0", "bare"),
        ("Mozilla/5.0", "bare"),
        ("Mozilla/5.0 (compatible; Zorg 3)", "bare"),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko; compatible; zorg) Chrome/141.0 Safari/537.36", "bare"),
    ],
)  # fmt: skip
def test_a_bot_shows_itself_in_its_agent(agent: str, reason: str) -> None:
    assert kind_of_agent(agent) == (Kind.BOT, reason)


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
    ],
)
def test_a_preview_stands_for_a_share(agent: str) -> None:
    assert kind_of_agent(agent) == (Kind.PREVIEW, "known")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("Sec-Purpose", "prefetch"), Kind.PREFETCH),
        (("sec-purpose", "prefetch;prerender"), Kind.PREFETCH),
        (("Purpose", "Prefetch"), Kind.PREFETCH),
        (("X-Moz", "prefetch"), Kind.PREFETCH),
        (("X-Purpose", "preview"), Kind.PREVIEW),
        (("Sec-Fetch-Mode", "navigate"), Kind.HUMAN),
        (("X-Purpose", "prefetch"), Kind.HUMAN),
    ],
)
def test_a_browser_that_only_looks_ahead_says_so_in_a_header(header: tuple[str, str], expected: Kind) -> None:
    assert kind(an_event(user_agent=PHONE, headers=(header,))).kind == expected


def test_a_head_request_is_no_person() -> None:
    assert kind(an_event(method="HEAD", user_agent=PHONE))[:2] == (Kind.HEAD, "method")


def test_a_crawlers_own_network_gives_it_away() -> None:
    event = an_event(user_agent=CHROME, network_kind="crawler", headers=(ENGLISH,))

    assert kind(event)[:2] == (Kind.BOT, "network")


def a_visit(network_kind: str, **changes: object) -> Event:
    return an_event(user_agent=CHROME, network_kind=network_kind, **changes)


def test_a_hosters_machine_that_only_borrows_an_agent_is_a_bot() -> None:
    assert kind(a_visit("hosting", headers=(("Accept", "*/*"),)))[:2] == (Kind.BOT, "headers")


@pytest.mark.parametrize(
    "event",
    [
        a_visit("hosting", headers=(ENGLISH,)),
        a_visit("vpn", headers=(("Accept", "*/*"),)),
        a_visit("", headers=(("Accept", "*/*"),)),
        # A log keeps no headers.
        a_visit("hosting", origin=Origin.IMPORT),
    ],
)
def test_a_browser_somewhere_unusual_is_still_a_person(event: Event) -> None:
    assert kind(event).kind == Kind.HUMAN


def test_the_version_is_named() -> None:
    assert kind(an_event(user_agent="curl/8.5.0")).kind_version == VERSION


@pytest.mark.parametrize("agent", ["(" * 1_000_000, "a" * 1_000_000, "\udce9\udcff agent", "\x00", "bot\n" * 10_000])
def test_a_hostile_agent_is_told_in_bounded_time(agent: str) -> None:
    assert kind_of_agent(agent)[0] in (Kind.HUMAN, Kind.BOT)
