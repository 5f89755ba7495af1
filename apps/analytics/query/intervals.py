"""Intervals of a span in its time zone: where each begins, and which earlier moment stands beside it.

ClickHouse never reads a time zone: it is told where intervals begin. So daylight saving has one definition, Python's.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from apps.analytics.span import Span, midnight

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = 0


class Interval(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def starts(self, span: Span) -> tuple[datetime, ...]:
        """When the intervals that the span touches begin, UTC, oldest first; the first may begin before the span does.

        Days, weeks (from Monday) and months are those of the span's zone, with 23, 25 or 24½ hours where the clock is changed.
        Hours and minutes begin with those of the zone's clock and all last as long as they say.
        """
        return _starts(self, span.start, span.end, span.zone)


@lru_cache(maxsize=256)
def _starts(interval: Interval, start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    if interval in (Interval.MINUTE, Interval.HOUR):
        step = MINUTE if interval is Interval.MINUTE else HOUR
        first = start - _past(start, step, zone)
        return tuple(first + step * number for number in range(-((first - end) // step)))
    day = _calendar_start(interval, start.astimezone(zone).date())
    found = []
    while (begins := midnight(day, zone)) < end:
        found.append(begins)
        day = _calendar_next(interval, day)
    return tuple(found)


def _past(moment: datetime, step: timedelta, zone: ZoneInfo) -> timedelta:
    """How long ago the clock showed a whole minute or hour."""
    clock = moment.astimezone(zone).time()
    return timedelta(minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond) % step


def _calendar_start(interval: Interval, day: date) -> date:
    if interval is Interval.WEEK:
        return day - DAY * (day.weekday() - MONDAY)
    return day.replace(day=1) if interval is Interval.MONTH else day


def _calendar_next(interval: Interval, day: date) -> date:
    if interval is Interval.MONTH:
        return (day.replace(day=1) + 32 * DAY).replace(day=1)
    return day + (7 * DAY if interval is Interval.WEEK else DAY)


def earlier(moment: datetime, span: Span, before: Span, *, by_year: bool) -> datetime:
    """The moment of `before` that stands beside a moment of `span`: the same clock, as many local days or a year earlier.

    Beside 29 February stands nothing: it becomes 1 March, where the next day begins too.
    """
    clock = moment.astimezone(span.zone)
    day = _a_year_earlier(clock.date()) if by_year else clock.date() - (span.first_on - before.first_on)
    if moment == midnight(clock.date(), span.zone):  # which the clock may call one o'clock
        return midnight(day, span.zone)
    return datetime.combine(day, clock.time(), span.zone).astimezone(UTC)


def _a_year_earlier(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - 1, 3, 1) if is_leap_day else day.replace(year=day.year - 1)
