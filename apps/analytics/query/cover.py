"""Which stretches of a span are read from where: whole days and hours (UTC) from the roll-up, the rest from single events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from apps.analytics.query.intervals import DAY, HOUR

Stretch = tuple[datetime, datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cover:
    """Stretches that do not overlap: `days` and `hours` are in the roll-up, by day and by hour. Neighbours are one stretch."""

    days: tuple[Stretch, ...] = ()
    hours: tuple[Stretch, ...] = ()
    events: tuple[Stretch, ...] = ()

    @property
    def reads_rollup(self) -> bool:
        return bool(self.days or self.hours)


def of_events(start: datetime, end: datetime) -> Cover:
    return Cover(events=((start, end),) if start < end else ())


def cover(bounds: Sequence[datetime], *, by_day: bool, by_hour: bool = True, marked: Iterable[Stretch] = ()) -> Cover:
    """From the first of the bounds to the last, so that no day or hour that is read as a whole crosses one of them.

    `by_day` says that whole days of UTC will do, `by_hour` that whole hours do; `marked` are whole days that are being built
    again, and are read from events.
    """
    start, end = bounds[0], bounds[-1]
    if any(_down(bound, HOUR) != bound for bound in bounds[1:-1]):
        return of_events(start, end)
    first, last = _up(start, HOUR), _down(end, HOUR)
    if first >= last:
        return of_events(start, end)
    events = [(start, first), *_within(marked, first, last), (last, end)]
    days = [*_whole_days(bounds, events)] if by_day else []
    between = [*_gaps([*days, *events])]
    single = events if by_hour else [*events, *between]
    return Cover(_joined(days), _joined(between if by_hour else ()), _joined(single))


def _within(stretches: Iterable[Stretch], first: datetime, last: datetime) -> list[Stretch]:
    """The same, cut to the ends and put together where they overlap."""
    found: list[Stretch] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def _whole_days(bounds: Sequence[datetime], events: Sequence[Stretch]) -> Iterator[Stretch]:
    """Between the bounds, as far as they are not read from events."""
    for (_, start), (end, _) in pairwise(events):
        inner = [bound for bound in bounds[1:-1] if start < bound < end]
        for left, right in pairwise((start, *inner, end)):
            if (first := _up(left, DAY)) < (last := _down(right, DAY)):
                yield first, last


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same without empty ones, those that touch as one: ClickHouse looks at each row for each of them."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start == found[-1][1]:
            found[-1] = (found[-1][0], end)
        elif start < end:
            found.append((start, end))
    return tuple(found)


def _gaps(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """What lies between them."""
    for (_, start), (end, _) in pairwise(sorted(stretches)):
        if start < end:
            yield start, end


def _down(moment: datetime, step: timedelta) -> datetime:
    return EPOCH + (moment - EPOCH) // step * step


def _up(moment: datetime, step: timedelta) -> datetime:
    return EPOCH - (EPOCH - moment) // step * step
