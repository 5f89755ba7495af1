"""A span of time: whole local days of an organization, as UTC moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# Two years: longer answers are tables nobody reads and questions that run into the reader's limits.
MAX_DAYS = 731
FIRST_DAY = date(1990, 1, 1)


class BadSpan(ValueError):
    """The span cannot be read; the message is a sentence for the person who asked."""


class Choice(StrEnum):
    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    CUSTOM = "custom"


DAYS = {Choice.TODAY: 1, Choice.WEEK: 7, Choice.MONTH: 30, Choice.QUARTER: 90}
LABELS = {Choice.TODAY: "Today", Choice.WEEK: "7 days", Choice.MONTH: "30 days", Choice.QUARTER: "90 days"}


@dataclass(frozen=True)
class Span:
    """From `start` until just before `end`, both UTC; `first_on` and `last_on` are the local days it touches.

    A span that reaches today ends now, so that it can be compared with as much of the time before it.
    """

    start: datetime
    end: datetime
    zone: ZoneInfo
    label: str
    choice: Choice = Choice.CUSTOM

    @classmethod
    def last_days(cls, days: int, *, now: datetime, zone: ZoneInfo) -> "Span":
        """Today and the whole local days before it, `days` in all."""
        today_on = now.astimezone(zone).date()
        choice = next((choice for choice, length in DAYS.items() if length == days), Choice.CUSTOM)
        label = LABELS.get(choice, f"{days} days")
        return cls(midnight(today_on - timedelta(days=days - 1), zone), now, zone, label, choice)

    @classmethod
    def between(cls, first_on: date, last_on: date, *, now: datetime, zone: ZoneInfo) -> "Span":
        """Whole local days, both ends included. Errors: BadSpan."""
        days = (last_on - first_on).days + 1
        if days < 1:
            raise BadSpan("The first day must not be after the last one.")
        if days > MAX_DAYS:
            raise BadSpan(f"A span is at most {MAX_DAYS} days.")
        if first_on < FIRST_DAY:
            raise BadSpan(f"Days begin on {FIRST_DAY:%-d %B %Y}.")
        if first_on > now.astimezone(zone).date():
            raise BadSpan("The span lies in the future.")
        label = f"{first_on:%-d %b %Y} – {last_on:%-d %b %Y}" if days > 1 else f"{first_on:%-d %b %Y}"
        return cls(midnight(first_on, zone), min(midnight(last_on + timedelta(days=1), zone), now), zone, label)

    @property
    def first_on(self) -> date:
        return self.start.astimezone(self.zone).date()

    @property
    def last_on(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def days(self) -> list[date]:
        """Every local day of the span, oldest first."""
        return [self.first_on + timedelta(days=step) for step in range((self.last_on - self.first_on).days + 1)]

    @property
    def previous(self) -> "Span":
        """As many local days right before, up to the same time of day: what a change is measured against."""
        back = timedelta(days=len(self.days))
        start = midnight(self.first_on - back, self.zone)
        return Span(start, _same_clock(self.end, back, self.zone), self.zone, f"previous {self.label.lower()}")

    @property
    def year_before(self) -> "Span":
        """The same dates a year earlier, up to the same time of day; 29 February is compared with the 28th."""
        last_on = _a_year_before(self.last_on)
        clock = self.end.astimezone(self.zone).time()
        end = (
            datetime.combine(last_on, clock, self.zone)
            if self.is_open
            else midnight(last_on + timedelta(days=1), self.zone)
        )
        start = midnight(_a_year_before(self.first_on), self.zone)
        return Span(start, end.astimezone(UTC), self.zone, f"{self.label.lower()} a year earlier")

    @property
    def is_open(self) -> bool:
        """The last day is not over: its numbers still grow."""
        return self.end < midnight(self.last_on + timedelta(days=1), self.zone)

    def shifted(self, periods: int) -> tuple[date, date]:
        """The first and the last day of the span that many spans later, or earlier when negative."""
        step = timedelta(days=periods * len(self.days))
        return self.first_on + step, self.last_on + step

    @property
    def parameters(self) -> dict[str, object]:
        """What a question needs: milliseconds, because the driver writes a datetime parameter to the second."""
        return {"start": milliseconds(self.start), "end": milliseconds(self.end), "zone": self.zone.key}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, UTC. A day whose midnight does not exist begins at the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def milliseconds(moment: datetime) -> int:
    """Since 1970, as `fromUnixTimestamp64Milli` reads it; exact, floats are not."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _same_clock(moment: datetime, back: timedelta, zone: ZoneInfo) -> datetime:
    return (moment.astimezone(zone) - back).astimezone(UTC)
