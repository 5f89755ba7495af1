"""Where intervals begin, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query import BadQuery, Compare, Interval, Query
from apps.analytics.query.periods import periods_of
from apps.analytics.span import Span

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_span(first: str, last: str, zone: str) -> Span:
    return Span.between(date.fromisoformat(first), date.fromisoformat(last), now=NOW, zone=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "first", "last", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", "2026-03-30", [24, 23, 24]),
        ("Europe/Berlin", "2026-10-24", "2026-10-26", [24, 25, 24]),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-05", [24, 23, 24]),
        ("America/Sao_Paulo", "2018-02-17", "2018-02-18", [25, 24]),
        ("Asia/Kolkata", "2026-03-28", "2026-03-29", [24, 24]),
        ("Australia/Lord_Howe", "2026-04-04", "2026-04-06", [24, 24.5, 24]),
        ("Australia/Lord_Howe", "2026-10-03", "2026-10-05", [24, 23.5, 24]),
    ],
)
def test_days_are_as_long_as_the_clock_makes_them(zone: str, first: str, last: str, hours: list[float]):
    span = a_span(first, last, zone)

    starts = Interval.DAY.starts(span)

    ends = [*starts[1:], span.end]
    assert [(end - start) / HOUR for start, end in zip(starts, ends, strict=True)] == hours


def test_a_day_without_midnight_begins_at_the_jump():
    starts = Interval.DAY.starts(a_span("2018-11-03", "2018-11-05", "America/Sao_Paulo"))

    assert starts[1] == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_weeks_begin_on_monday_and_months_on_the_first_also_before_the_span():
    span = a_span("2026-11-12", "2026-12-02", "UTC")

    assert [start.date() for start in Interval.WEEK.starts(span)] == [
        date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 30),
    ]  # fmt: skip
    assert [start.date() for start in Interval.MONTH.starts(span)] == [date(2026, 11, 1), date(2026, 12, 1)]


def test_the_repeated_hour_is_two_hours():
    hours = Interval.HOUR.starts(a_span("2026-10-25", "2026-10-25", "Europe/Berlin"))

    assert len(hours) == 25
    assert {later - start for start, later in pairwise(hours)} == {HOUR}


def test_hours_begin_with_those_of_the_zone():
    assert Interval.HOUR.starts(a_span("2026-11-12", "2026-11-12", "Asia/Kolkata"))[0].minute == 30


def test_minutes_are_limited():
    with pytest.raises(BadQuery, match="intervals"):
        Query(a_span("2026-11-01", "2026-11-12", "UTC"), interval=Interval.MINUTE)


@pytest.mark.parametrize("compare", Compare)
@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Europe/Berlin", "2026-10-20", "2026-11-02"),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-09"),
        ("Australia/Lord_Howe", "2026-10-01", "2026-10-07"),
        ("UTC", "2024-02-20", "2024-03-05"),
        ("UTC", "2025-02-20", "2025-03-05"),
    ],
)
def test_the_days_before_are_whole_days_in_their_order(zone: str, first: str, last: str, compare: Compare):
    query = Query(a_span(first, last, zone), interval=Interval.DAY, compare=compare)

    _, before = periods_of(query)

    assert list(before.starts) == sorted(before.starts)
    assert before.starts[0] == before.span.start
    assert before.starts[-1] < before.span.end
    assert set(before.starts) <= set(Interval.DAY.starts(before.span))


def test_beside_a_leap_day_stands_nothing_and_nothing_is_lost():
    leap = Query(a_span("2024-02-28", "2024-03-01", "UTC"), interval=Interval.DAY, compare=Compare.YEAR)
    after = Query(a_span("2025-02-28", "2025-03-01", "UTC"), interval=Interval.DAY, compare=Compare.YEAR)

    assert [start.date() for start in periods_of(leap)[1].starts] == [
        date(2023, 2, 28),
        date(2023, 3, 1),
        date(2023, 3, 1),
    ]
    assert [start.date() for start in periods_of(after)[1].starts] == [date(2024, 2, 28), date(2024, 3, 1)]


def test_moments_are_compared_with_the_same_clock():
    span = Span(datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC), ZoneInfo("UTC"), "")

    _, before = periods_of(Query(span, compare=Compare.PREVIOUS))

    assert (before.span.start, before.span.end) == (span.start - timedelta(days=1), span.end - timedelta(days=1))
