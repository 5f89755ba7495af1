"""Local days of an organization as a stretch of time, and the usual ones to choose from."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_DAY = date(1990, 1, 1)


class Preset(NamedTuple):
    label: str
    first_on: date
    last_on: date


def stretch(first_on: date, last_on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first moment of the first day until before that of the day after the last, UTC."""
    return midnight(first_on, zone), midnight(last_on + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, UTC. A day whose midnight does not exist begins at the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def presets(today: date) -> list[Preset]:
    """Spans that end today."""
    last = [(f"Last {days} days", today - timedelta(days=days - 1)) for days in (7, 30, 90, 365)]
    this_year = ("This year", today.replace(month=1, day=1))
    return [Preset(label, first_on, today) for label, first_on in (*last, this_year)]
