"""Over which time a cap counts."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.ingress.plans.caps import Cap, Per

_FOR_EVER_MS = 1 << 62


class Window(NamedTuple):
    """From `start_ms` to before `end_ms`, in Unix milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def start_s(self) -> int:
        return self.start_ms // 1000


EVER = Window(0, _FOR_EVER_MS)


def window_of(cap: Cap, now_ms: int) -> Window:
    """The cap's window that contains this moment: a calendar day of its zone, of 23 or 25 hours when clocks change."""
    return local_day(cap.zone, now_ms) if cap.per is Per.DAY else EVER


def local_day(zone: str, now_ms: int) -> Window:
    at = ZoneInfo(zone)
    today = datetime.fromtimestamp(now_ms / 1000, at).date()
    return Window(_midnight_ms(today, at), _midnight_ms(today + timedelta(days=1), at))


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When the day begins; where clocks skip midnight itself, the moment they do."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).timestamp()) * 1000
