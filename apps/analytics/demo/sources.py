"""Where the demo shop's clicks come from: ads, mails, a video, a parcel card, and a partner nobody told us about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from apps.analytics.demo.organization import DOMAIN, KEY
from apps.ingress.event import Reason

DAYS = 90
Weighted = tuple[tuple[str, float], ...]
Tagged = tuple[tuple[Mapping[str, str], float], ...]


class Device(Enum):
    """Which agents a source brings: those of the market, phones only, or the browsers inside other apps."""

    ANY = "any"
    PHONE = "phone"
    APP = "app"


@dataclass(frozen=True)
class Source:
    """`volume` answers how much on the n-th of the ninety days (a date is given too, for weekdays).

    `key` is the link's, empty for /in alone. `click_parameter` is an ad click id that differs in every click.
    """

    name: str
    volume: Callable[[int, date], float]
    key: str = ""
    parameters: Tagged = (({}, 1),)
    referrers: Weighted = (("", 1),)
    click_parameter: str = ""
    device: Device = Device.ANY
    reason: Reason = Reason.LINK


def utm(source: str, medium: str, campaign: str, **more: str) -> dict[str, str]:
    return {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign, **more}


def steady(level: float) -> Callable[[int, date], float]:
    return lambda n, day: level


def growing(level: float, *, since: int, to: float) -> Callable[[int, date], float]:
    """From `level` on day `since` to `to` on the last day; nothing before."""
    return lambda n, day: level + (to - level) * (n - since) / (DAYS - 1 - since) if n >= since else 0


def flight(level: float, *, first: int, last: int) -> Callable[[int, date], float]:
    """A campaign that runs from one day to another."""
    return lambda n, day: level if first <= n <= last else 0


def fading(level: float, *, since: int, half_life_days: float, rest: float = 0) -> Callable[[int, date], float]:
    return lambda n, day: rest + level * 0.5 ** ((n - since) / half_life_days) if n >= since else 0


def mailing(level: float) -> Callable[[int, date], float]:
    """A newsletter on Tuesdays and Fridays, read on the day, the day after, and by a few later."""
    since_last = {1: 0, 2: 1, 3: 2, 4: 0, 5: 1, 6: 2, 0: 3}
    return lambda n, day: level * (1.0, 0.38, 0.16, 0.09)[since_last[day.weekday()]]


GOOGLE = (("https://www.google.com/", 9), ("https://www.google.de/", 2), ("https://www.google.co.uk/", 1))
# Engines that still say what was searched for.
ENGINES = (
    ("https://www.bing.com/search?q=", 0.5),
    ("https://duckduckgo.com/?q=", 0.3),
    ("https://www.ecosia.org/search?q=", 0.3),
    ("https://yandex.com/search/?text=", 0.1),
    ("https://www.baidu.com/s?wd=", 0.1),
)
SEARCHES = (
    "terracotta+pots",
    "frost+proof+clay+pots",
    "Tont%C3%B6pfe+gro%C3%9F",
    "demo+shop",
    "potting+soil+peat+free",
)
SOURCES = (
    Source(
        "newsletter",
        mailing(24),
        "demo-news",
        (
            (utm("newsletter", "email", "autumn-sale"), 9),
            (utm("Newsletter", "email", "Autumn Sale"), 4),
            (utm("newsletter", "e-mail", "autumn_sale"), 2),
            (utm("newsletter", "email", "garden-tips", utm_content="footer"), 3),
            (utm("newsletter", "EMAIL", " autumn-sale"), 1),
            ({"mtm_source": "newsletter", "mtm_medium": "email", "mtm_campaign": "autumn-sale"}, 2),
        ),
        (("", 12), ("https://mail.google.com/", 3), ("https://outlook.live.com/", 1)),
    ),
    Source(
        "search ads",
        growing(15, since=0, to=22),
        "demo-search",
        (
            ({"gad_source": "1", "gad_campaignid": "21407731905"}, 3),
            (utm("google", "cpc", "brand", utm_term="demo shop"), 8),
            (utm("google", "cpc", "autumn-sale", utm_term="plant pots"), 5),
            (utm("Google", "CPC", "AutumnSale", utm_term="terracotta pots"), 2),
            (utm("google", "ppc", "autumn-sale", utm_term="potting soil"), 2),
        ),
        GOOGLE,
        click_parameter="gclid",
    ),
    Source(
        "search ads, Bing",
        steady(2.5),
        "demo-search",
        ((utm("bing", "cpc", "brand"), 3), (utm("Bing", "cpc", "Brand"), 1)),
        (("https://www.bing.com/", 1),),
        click_parameter="msclkid",
    ),
    Source(
        "paid social",
        flight(19, first=30, last=75),
        "demo-social",
        (
            (utm("facebook", "paid_social", "autumn-sale", utm_content="video-15s"), 6),
            (utm("Facebook", "paid-social", "Autumn-Sale", utm_content="carousel"), 3),
            (utm("fb", "cpc", "autumn sale"), 2),
            (utm("instagram", "paid_social", "autumn-sale", utm_content="story"), 5),
        ),
        (("https://l.facebook.com/", 5), ("https://l.instagram.com/", 4), ("", 3)),
        click_parameter="fbclid",
        device=Device.APP,
    ),
    Source("profile", steady(7), "demo-bio", referrers=(("https://l.instagram.com/", 7), ("", 2)), device=Device.APP),
    Source("parcel card", growing(1.5, since=0, to=5), "demo-parcel", device=Device.PHONE),
    Source(
        "affiliate",
        growing(4, since=0, to=7),
        "demo-fern",
        (({"ref": "fern", "sub1": "review"}, 5), ({"ref": "fern", "sub1": "sidebar"}, 3), ({"ref": "Fern"}, 1)),
        (("https://fern-and-field.example/best-pots-2026", 6), ("https://fern-and-field.example/", 2)),
    ),
    Source(
        "video",
        fading(16, since=41, half_life_days=6, rest=1.2),
        "demo-nora",
        (({}, 6), ({"utm_source": "youtube"}, 1)),
        (("https://www.youtube.com/", 8), ("", 3)),
    ),
    Source(
        "guide, shared everywhere on one day",
        fading(190, since=67, half_life_days=0.6, rest=1),
        "demo-guide",
        referrers=(("https://www.reddit.com/", 8), ("https://out.reddit.com/", 3), ("", 4)),
    ),
    Source(
        "TikTok ads",
        growing(2, since=20, to=9),
        "demo-reels",
        (
            (utm("tiktok", "paid_social", "balcony", utm_content="reel-1", utm_id="1790042"), 5),
            (utm("TikTok", "paid", "Balcony", utm_content="reel-2"), 3),
        ),
        (("https://www.tiktok.com/", 3), ("", 5)),
        click_parameter="ttclid",
        device=Device.APP,
    ),
    Source(
        "Pinterest ads",
        steady(2.2),
        "demo-pins",
        ((utm("pinterest", "cpc", "terracotta"), 4), (utm("Pinterest", "paidsocial", "Terracotta"), 1)),
        (("https://www.pinterest.com/", 4), ("https://www.pinterest.de/", 1), ("", 2)),
        click_parameter="epik",
    ),
    Source(
        "offices",
        steady(1.4),
        "demo-offices",
        ((utm("linkedin", "paid_social", "offices-2026"), 3), (utm("LinkedIn", "cpc", "Offices 2026"), 1)),
        (("https://www.linkedin.com/", 4), ("", 1)),
        click_parameter="li_fat_id",
    ),
    Source("text messages", mailing(3), "demo-sms", ((utm("twilio", "sms", "vip"), 1),), device=Device.PHONE),
    Source(
        "press, search and assistants",
        growing(9, since=0, to=17),
        "demo-press",
        (({}, 12), ({"utm_source": "chatgpt.com"}, 2)),
        (
            *((f"{engine}{words}", weight) for engine, weight in ENGINES for words in SEARCHES),
            *GOOGLE,
            ("https://chatgpt.com/", 4),
            ("https://www.perplexity.ai/", 2),
            ("https://gemini.google.com/", 1),
            ("https://copilot.microsoft.com/", 1),
            ("https://t.co/8hXqPb2rVn", 1.5),
            ("https://bsky.app/", 1),
            ("https://news.ycombinator.com/", 0.7),
            ("https://garden-gazette.example/2026/best-clay", 3),
            ("https://www.slow-pottery.example/links.html", 1.5),
            ("android-app://com.google.android.gm/", 0.8),
            ("https://forum.balcony-people.example/t/pots/118", 1),
        ),
    ),
    # From here on, traffic with no link: what somebody will want to understand later.
    Source(
        "a partner nobody told us about",
        growing(3, since=DAYS - 40, to=14),
        "",
        (
            ({"org": KEY, "src": "cb-204", "pos": "top"}, 5),
            ({"org": KEY, "src": "cb-204", "pos": "list"}, 4),
            ({"org": KEY, "src": "cb-204m"}, 2),
        ),
        (("https://www.couponbarn.example/shops/demo-shop", 6), ("https://m.couponbarn.example/", 3), ("", 1)),
        reason=Reason.ORGANIZATION,
    ),
    Source("typed in or pasted", steady(4), "", (({"org": KEY}, 1),), reason=Reason.ORGANIZATION),
    Source(
        "order mails",
        growing(4, since=0, to=6),
        "",
        (
            ({"org": KEY, "to": f"https://{DOMAIN}/orders"}, 3),
            ({"org": KEY, "to": f"https://{DOMAIN}/orders/track", "m": "shipped"}, 4),
        ),
        reason=Reason.VERIFIED,
    ),
    Source(
        "mistyped keys",
        steady(0.9),
        "demo-newz",
        (({"org": KEY}, 1),),
        reason=Reason.UNKNOWN_KEY,
    ),
    Source("last season's posters", fading(3, since=0, half_life_days=30), "demo-spring", reason=Reason.PAUSED),
    Source(
        "somebody trying our redirect",
        flight(1.2, first=52, last=58),
        "",
        (({"org": KEY, "to": "https://login.example.net/account"}, 1),),
        reason=Reason.UNVERIFIED,
    ),
    Source(
        "expired mails",
        steady(0.4),
        "",
        (({"org": KEY, "to": "https://example.net/voucher", "exp": "1780000000", "sig": "9yY0vB1iV3mJ"}, 1),),
        reason=Reason.EXPIRED,
    ),
)
REFUSED = frozenset({Reason.UNKNOWN_KEY, Reason.PAUSED, Reason.UNVERIFIED, Reason.EXPIRED})
