"""Where the demo shop's customers live, and when they are awake."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

# Clicks by local hour: a dip at night, lunch, and the evening on the sofa.
NIGHT = (1.1, 0.6, 0.4, 0.3, 0.3, 0.6)
DAY = (1.4, 2.6, 3.5, 3.9, 4.1, 4.2, 4.9, 4.5, 4.1, 4.0, 4.2, 4.7)
EVENING = (5.4, 6.3, 6.9, 6.5, 4.6, 2.4)
HOURS = (*NIGHT, *DAY, *EVENING)
# Monday first. People shop from the office, and again on Sunday evening.
WEEKDAYS = (1.06, 1.10, 1.08, 1.04, 0.95, 0.82, 0.97)


@dataclass(frozen=True)
class Market:
    """`languages` are Accept-Language values with their shares; `mobile` is the share of phones."""

    name: str
    zone: ZoneInfo
    weight: float
    mobile: float
    languages: tuple[tuple[str, float], ...]


MARKETS = (
    Market("de", ZoneInfo("Europe/Berlin"), 30, 0.58, (("de-DE,de;q=0.9,en;q=0.8", 8), ("en-US,en;q=0.9", 1))),
    Market("at", ZoneInfo("Europe/Vienna"), 8, 0.60, (("de-AT,de;q=0.9,en;q=0.8", 9), ("en-GB,en;q=0.9", 1))),
    Market("gb", ZoneInfo("Europe/London"), 18, 0.63, (("en-GB,en-US;q=0.9,en;q=0.8", 9), ("en-GB", 2))),
    Market("fr", ZoneInfo("Europe/Paris"), 10, 0.61, (("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", 9), ("fr", 1))),
    Market("us", ZoneInfo("America/New_York"), 17, 0.55, (("en-US,en;q=0.9", 9), ("en-US,en;q=0.9,es;q=0.8", 1))),
    Market("us-west", ZoneInfo("America/Los_Angeles"), 9, 0.56, (("en-US,en;q=0.9", 9), ("zh-CN,zh;q=0.9", 1))),
    Market("au", ZoneInfo("Australia/Sydney"), 5, 0.60, (("en-AU,en;q=0.9", 1),)),
    Market("jp", ZoneInfo("Asia/Tokyo"), 3, 0.66, (("ja,en-US;q=0.9,en;q=0.8", 1),)),
)
