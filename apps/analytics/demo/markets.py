"""Where the demo shop's customers live, when they are awake, and which addresses their providers give them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

# Clicks by local hour: a dip at night, lunch, and the evening on the sofa.
NIGHT = (1.1, 0.6, 0.4, 0.3, 0.3, 0.6)
DAY = (1.4, 2.6, 3.5, 3.9, 4.1, 4.2, 4.9, 4.5, 4.1, 4.0, 4.2, 4.7)
EVENING = (5.4, 6.3, 6.9, 6.5, 4.6, 2.4)
HOURS = (*NIGHT, *DAY, *EVENING)
# Monday first. People shop from the office, and again on Sunday evening.
WEEKDAYS = (1.06, 1.10, 1.08, 1.04, 0.95, 0.82, 0.97)
Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Market:
    """`languages` are Accept-Language values with their shares; `mobile` is the share of phones.

    `networks` are ranges of the country's large providers, so that free geo data knows where they are; `prefixes` are the first 32
    bits of such ranges of IPv6. Who of their customers clicks is made up.
    """

    name: str
    zone: ZoneInfo
    weight: float
    mobile: float
    languages: Shares
    networks: tuple[str, ...]
    prefixes: tuple[str, ...] = ()

    @property
    def country(self) -> str:
        return self.name[:2].upper()


def _english(locale: str) -> Shares:
    return ((f"{locale},en;q=0.9", 1),)


def _local(locale: str, *, english: float = 1) -> Shares:
    language = locale[:2]
    return ((f"{locale},{language};q=0.9,en-US;q=0.8,en;q=0.7", 9), (language, 1), ("en-US,en;q=0.9", english))


GERMAN: Shares = (
    ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", 8),
    ("en-US,en;q=0.9", 1),
    ("tr-TR,tr;q=0.9,de;q=0.8", 0.5),
    ("pl-PL,pl;q=0.9,de;q=0.8", 0.3),
)
BRITISH: Shares = (("en-GB,en-US;q=0.9,en;q=0.8", 9), ("en-GB", 2), ("pl,en-GB;q=0.9", 0.4))
AMERICAN: Shares = (("en-US,en;q=0.9", 9), ("en-US,en;q=0.9,es;q=0.8", 1), ("es-US,es;q=0.9,en;q=0.8", 0.8))
PACIFIC: Shares = (("en-US,en;q=0.9", 9), ("zh-CN,zh;q=0.9", 1), ("es-419,es;q=0.9", 0.7))
SWISS: Shares = (("de-CH,de;q=0.9", 6), ("fr-CH,fr;q=0.9", 2), ("it-CH,it;q=0.9", 1))
CANADIAN: Shares = (("en-CA,en;q=0.9", 7), ("fr-CA,fr;q=0.9,en;q=0.8", 2))
INDIAN: Shares = (("en-IN,en;q=0.9,hi;q=0.8", 6), ("hi-IN,hi;q=0.9", 2), ("en-GB,en;q=0.9", 2))

MARKETS = (
    Market(
        "de",
        ZoneInfo("Europe/Berlin"),
        30,
        0.58,
        GERMAN,
        ("84.128.0.0/12", "79.192.0.0/12", "91.0.0.0/12"),
        ("2003:c5",),
    ),
    Market(
        "at", ZoneInfo("Europe/Vienna"), 8, 0.60, _local("de-AT"), ("80.108.0.0/15", "178.112.0.0/14"), ("2001:871",)
    ),
    Market("gb", ZoneInfo("Europe/London"), 17, 0.63, BRITISH, ("86.128.0.0/12", "81.128.0.0/13"), ("2a00:23c5",)),
    Market("fr", ZoneInfo("Europe/Paris"), 8, 0.61, _local("fr-FR"), ("86.192.0.0/12", "82.64.0.0/14"), ("2a01:cb05",)),
    Market("us", ZoneInfo("America/New_York"), 14, 0.55, AMERICAN, ("73.0.0.0/10", "98.192.0.0/12"), ("2601:41",)),
    Market(
        "us-west", ZoneInfo("America/Los_Angeles"), 7, 0.56, PACIFIC, ("76.80.0.0/13", "24.0.0.0/13"), ("2603:8000",)
    ),
    Market("ca", ZoneInfo("America/Toronto"), 3, 0.57, CANADIAN, ("70.48.0.0/13", "99.224.0.0/13"), ("2607:fea8",)),
    Market("nl", ZoneInfo("Europe/Amsterdam"), 4, 0.58, _local("nl-NL", english=3), ("84.80.0.0/14",), ("2a02:a446",)),
    Market("ch", ZoneInfo("Europe/Zurich"), 3.5, 0.56, SWISS, ("83.76.0.0/14", "178.192.0.0/13"), ("2a02:1210",)),
    Market("it", ZoneInfo("Europe/Rome"), 3, 0.66, _local("it-IT"), ("79.0.0.0/12", "87.0.0.0/12"), ("2001:b07",)),
    Market("es", ZoneInfo("Europe/Madrid"), 3, 0.67, _local("es-ES"), ("88.0.0.0/12", "81.32.0.0/13"), ("2a0c:5a82",)),
    Market("pl", ZoneInfo("Europe/Warsaw"), 2, 0.62, _local("pl-PL"), ("83.0.0.0/13", "89.64.0.0/13"), ("2a02:a317",)),
    Market("se", ZoneInfo("Europe/Stockholm"), 2, 0.60, _local("sv-SE", english=3), ("90.224.0.0/13",), ("2001:2042",)),
    Market("dk", ZoneInfo("Europe/Copenhagen"), 1, 0.59, _local("da-DK", english=2), ("80.160.0.0/13", "87.48.0.0/13")),
    Market("au", ZoneInfo("Australia/Sydney"), 4, 0.60, _english("en-AU"), ("1.120.0.0/14",), ("2001:8003",)),
    Market("nz", ZoneInfo("Pacific/Auckland"), 0.8, 0.60, _english("en-NZ"), ("122.56.0.0/14",)),
    Market(
        "jp", ZoneInfo("Asia/Tokyo"), 2.5, 0.66, _local("ja-JP"), ("126.0.0.0/12", "153.128.0.0/12"), ("2400:4050",)
    ),
    Market("kr", ZoneInfo("Asia/Seoul"), 0.7, 0.68, _local("ko-KR"), ("121.128.0.0/11", "175.192.0.0/11")),
    Market("in", ZoneInfo("Asia/Kolkata"), 2, 0.82, INDIAN, ("117.192.0.0/11", "49.32.0.0/12"), ("2409:4042",)),
    Market("br", ZoneInfo("America/Sao_Paulo"), 1.5, 0.74, _local("pt-BR"), ("179.96.0.0/13",), ("2804:14c",)),
    Market("mx", ZoneInfo("America/Mexico_City"), 0.8, 0.76, _local("es-MX"), ("187.128.0.0/12", "189.128.0.0/11")),
)
