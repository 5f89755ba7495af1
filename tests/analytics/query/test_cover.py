"""Whole days and hours from the roll-up, the rest from events: every moment once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query.cover import Cover, cover

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def length(found: Cover) -> timedelta:
    return sum((end - start for start, end in (*found.days, *found.hours, *found.events)), timedelta())


def test_whole_days_need_nothing_else():
    assert cover([NEW_YEAR, NEW_YEAR + 3 * DAY], by_day=True) == Cover(days=((NEW_YEAR, NEW_YEAR + 3 * DAY),))


def test_ragged_ends_are_read_from_events_and_the_hours_between_from_the_rollup():
    start, end = NEW_YEAR + timedelta(minutes=20), NEW_YEAR + DAY + timedelta(hours=30, minutes=7)

    found = cover([start, end], by_day=True)

    assert found.days == ((NEW_YEAR + DAY, NEW_YEAR + 2 * DAY),)
    assert found.hours == ((NEW_YEAR + HOUR, NEW_YEAR + DAY), (NEW_YEAR + 2 * DAY, NEW_YEAR + 54 * HOUR))
    assert found.events == ((start, NEW_YEAR + HOUR), (NEW_YEAR + 54 * HOUR, end))


def test_no_day_crosses_a_bound():
    found = cover([NEW_YEAR, NEW_YEAR + 30 * HOUR, NEW_YEAR + 3 * DAY], by_day=True)

    assert found.days == ((NEW_YEAR, NEW_YEAR + DAY), (NEW_YEAR + 2 * DAY, NEW_YEAR + 3 * DAY))
    assert found.hours == ((NEW_YEAR + DAY, NEW_YEAR + 2 * DAY),)


def test_neighbours_are_one_stretch():
    found = cover([NEW_YEAR + day * DAY for day in range(91)], by_day=True)

    assert found == Cover(days=((NEW_YEAR, NEW_YEAR + 90 * DAY),))


def test_without_hours_a_local_span_has_its_whole_days_of_utc_and_two_part_days_of_events():
    start, end = NEW_YEAR - HOUR, NEW_YEAR + 90 * DAY - HOUR

    found = cover([start, end], by_day=True, by_hour=False)

    assert found == Cover(
        days=((NEW_YEAR, NEW_YEAR + 89 * DAY),), events=((start, NEW_YEAR), (NEW_YEAR + 89 * DAY, end))
    )


def test_local_days_over_the_end_of_summer_time_are_hours_and_without_hours_events():
    midnights = [datetime(2026, 10, day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC) for day in range(23, 29)]
    whole = ((midnights[0], midnights[-1]),)

    assert cover(midnights, by_day=True) == Cover(hours=whole)
    assert cover(midnights, by_day=True, by_hour=False) == Cover(events=whole)


def test_a_marked_day_beside_part_days_without_hours_is_one_stretch_of_events():
    start = NEW_YEAR - HOUR

    found = cover([start, NEW_YEAR + 3 * DAY], by_day=True, by_hour=False, marked=[(NEW_YEAR, NEW_YEAR + DAY)])

    assert found == Cover(days=((NEW_YEAR + DAY, NEW_YEAR + 3 * DAY),), events=((start, NEW_YEAR + DAY),))


@pytest.mark.parametrize(
    "bounds",
    [
        [NEW_YEAR, NEW_YEAR + timedelta(hours=5, minutes=30), NEW_YEAR + 3 * DAY],
        [NEW_YEAR + timedelta(minutes=5), NEW_YEAR + timedelta(minutes=50)],
        [NEW_YEAR + timedelta(minutes=5), NEW_YEAR + timedelta(minutes=70)],
    ],
)
def test_what_no_hour_fits_is_read_from_events(bounds: list[datetime]):
    found = cover(bounds, by_day=True)

    assert not found.reads_rollup
    assert found.events == ((bounds[0], bounds[-1]),)


@pytest.mark.parametrize("seed", range(200))
def test_every_moment_is_read_once(seed: int):
    random = Random(seed)
    bounds = sorted({NEW_YEAR + random.randrange(20 * 24) * HOUR for _ in range(random.randrange(2, 6))})
    bounds[0] -= timedelta(seconds=random.randrange(3600))
    bounds.append(bounds[-1] + timedelta(milliseconds=random.randrange(1, 10**8)))
    marked = [(day := NEW_YEAR + random.randrange(-2, 22) * DAY, day + DAY) for _ in range(random.randrange(3))]

    by_hour = random.random() < 0.5
    found = cover(bounds, by_day=random.random() < 0.5, by_hour=by_hour, marked=marked)

    stretches = sorted((*found.days, *found.hours, *found.events))
    assert stretches[0][0] == bounds[0]
    assert stretches[-1][1] == bounds[-1]
    assert all(left[1] == right[0] for left, right in pairwise(stretches))
    assert by_hour or not found.hours
    assert length(found) == bounds[-1] - bounds[0]
    crossed = [(day, bound) for day in found.days for bound in bounds if day[0] < bound < day[1] and bound.hour]
    assert not crossed
    assert not [1 for start, end in (*found.days, *found.hours) for day, _ in marked if start < day + DAY and day < end]
