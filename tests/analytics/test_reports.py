"""Reports: events are stored, answers are read."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.reports.clicks_by_day import DayCount, clicks_by_day, every_day
from apps.analytics.reports.clicks_by_hour import clicks_by_hour
from apps.analytics.reports.clicks_by_minute import clicks_by_minute, per_second
from apps.analytics.reports.first_events import first_events
from apps.analytics.reports.kinds import kinds
from apps.analytics.reports.links import link_clicks, top_links
from apps.analytics.reports.sources import top_sources
from apps.analytics.reports.totals import Totals, change, totals
from apps.analytics.span import Span
from apps.ingress.event import Kind, Origin
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))
DAY = timedelta(days=1)


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def test_totals_count_clicks_and_visitors_of_people(warehouse: Warehouse):
    mine = warehouse.organization_id
    earlier = NOON - timedelta(minutes=1)
    stored(
        a_click(earlier, organization=mine, visitor_id=7),
        a_click(earlier, organization=mine, visitor_id=7),
        a_bot(earlier, organization=mine),
    )

    assert totals(warehouse, WEEK, Kinds.PEOPLE) == Totals(2, 1, 0, 0)
    assert totals(warehouse, WEEK, Kinds.ALL) == Totals(3, 1, 0, 0)


def test_totals_know_the_span_before_up_to_the_same_clock(warehouse: Warehouse):
    mine = warehouse.organization_id
    same_clock = NOON - 7 * DAY
    stored(
        a_click(NOON - DAY, organization=mine),
        a_click(same_clock - timedelta(seconds=1), organization=mine),
        a_click(same_clock + timedelta(seconds=1), organization=mine),
        a_click(same_clock - 7 * DAY, organization=mine),
    )

    assert totals(warehouse, WEEK, Kinds.PEOPLE).clicks_before == 1


def test_totals_of_an_organization_without_events_are_zeros(warehouse: Warehouse):
    assert totals(warehouse, WEEK, Kinds.ALL) == Totals(0, 0, 0, 0)


def test_totals_never_count_another_organization(warehouse: Warehouse):
    stored(a_click(NOON - DAY, organization=a_warehouse().organization_id))

    assert totals(warehouse, WEEK, Kinds.ALL).clicks == 0


@pytest.mark.parametrize(
    ("now", "before", "share"), [(15, 10, 0.5), (5, 10, -0.5), (10, 10, 0), (3, 0, None), (0, 0, None)]
)
def test_change_is_a_share_of_what_was_before(now: int, before: int, share: float | None):
    assert change(now, before) == share


def test_days_are_local_and_a_moment_belongs_to_one_of_them(warehouse: Warehouse):
    mine = warehouse.organization_id
    last_of_friday = datetime(2026, 11, 20, 22, 59, 59, 999_000, tzinfo=UTC)
    stored(
        a_click(last_of_friday, organization=mine),
        a_click(last_of_friday + timedelta(milliseconds=1), organization=mine),
    )

    days = clicks_by_day(warehouse, Span.last_days(7, now=NOON, zone=BERLIN), Kinds.PEOPLE)

    assert [(day.day, day.people) for day in days] == [(date(2026, 11, 20), 1), (date(2026, 11, 21), 1)]


def test_a_day_knows_people_everything_and_visitors(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(NOON - DAY, organization=mine, visitor_id=7),
        a_click(NOON - DAY, organization=mine, visitor_id=7),
        a_bot(NOON - DAY, organization=mine),
    )

    assert clicks_by_day(warehouse, WEEK, Kinds.PEOPLE) == [DayCount(date(2026, 11, 21), 2, 3, 1)]


def test_a_span_takes_its_start_and_leaves_its_end(warehouse: Warehouse):
    span = Span.between(date(2026, 11, 1), date(2026, 11, 2), now=NOON, zone=BERLIN)
    mine = warehouse.organization_id
    stored(
        a_click(span.start - timedelta(milliseconds=1), organization=mine),
        a_click(span.start, organization=mine),
        a_click(span.end - timedelta(milliseconds=1), organization=mine),
        a_click(span.end, organization=mine),
    )

    assert totals(warehouse, span, Kinds.PEOPLE).clicks == 2


def test_quiet_days_are_filled_with_zeros():
    found = [DayCount(date(2026, 11, 20), 2, 3, 1)]

    days = every_day(found, WEEK)

    assert len(days) == 7
    assert days[4] == found[0]
    assert days[6] == DayCount(date(2026, 11, 22))


def test_hours_of_today_have_no_gaps(warehouse: Warehouse):
    today = Span.last_days(1, now=NOON, zone=ZoneInfo("UTC"))
    stored(a_click(NOON - timedelta(hours=3), organization=warehouse.organization_id))

    hours = clicks_by_hour(warehouse, today, Kinds.PEOPLE)

    assert len(hours) == 13
    assert [hour.clicks for hour in hours if hour.clicks] == [1]
    assert hours[9].clicks == 1


def test_the_last_thirty_minutes_have_no_gaps_and_end_now(warehouse: Warehouse):
    now = NOON + timedelta(seconds=40)
    mine = warehouse.organization_id
    stored(
        a_click(now - timedelta(minutes=31), organization=mine),
        a_click(now - timedelta(minutes=5), organization=mine),
        a_bot(now - timedelta(seconds=30), organization=mine),
    )

    minutes = clicks_by_minute(warehouse, now)

    assert len(minutes) == 30
    assert [(minute.people, minute.everything) for minute in minutes if minute.everything] == [(1, 1), (0, 1)]
    assert minutes[-1].minute == NOON
    assert minutes[-1].everything == 1


def test_the_rate_is_of_the_last_sixty_seconds(warehouse: Warehouse):
    mine = warehouse.organization_id
    recent = [a_click(NOON - timedelta(seconds=second), organization=mine) for second in range(1, 60)]
    stored(*recent, a_click(NOON - timedelta(seconds=59, milliseconds=900), organization=mine))

    assert per_second(clicks_by_minute(warehouse, NOON)) == 1.0


def test_minutes_can_be_of_one_kind(warehouse: Warehouse):
    mine, recent = warehouse.organization_id, NOON - timedelta(minutes=2)
    stored(a_click(recent, organization=mine), a_bot(recent, organization=mine))

    minutes = clicks_by_minute(warehouse, NOON, kind=Kind.BOT)

    assert sum(minute.everything for minute in minutes) == 1


def test_kinds_are_counted_most_frequent_first(warehouse: Warehouse):
    mine, recent = warehouse.organization_id, NOON - DAY
    stored(a_click(recent, organization=mine), a_bot(recent, organization=mine), a_bot(recent, organization=mine))

    assert [(count.kind, count.clicks) for count in kinds(warehouse, WEEK)] == [("bot", 2), ("human", 1)]


@pytest.mark.parametrize(
    ("fields", "named_by", "source"),
    [
        ({"parameters": {"utm_source": "News Letter"}, "referrer": "https://a.example/"}, "utm_source", "News Letter"),
        ({"referrer": "https://www.Example.com:8443/path?q=1"}, "referrer", "example.com"),
        ({"referrer": "android-app://com.example.app/"}, "referrer", "com.example.app"),
        ({"referrer": "not an address"}, "referrer", "not an address"),
        ({}, "none", ""),
    ],
)
def test_a_source_is_the_parameter_else_the_referring_host(
    warehouse: Warehouse, fields: dict[str, object], named_by: str, source: str
):
    stored(a_click(NOON - DAY, organization=warehouse.organization_id, **fields))

    [found] = top_sources(warehouse, WEEK, Kinds.PEOPLE)

    assert (found.named_by, found.source, found.clicks) == (named_by, source, 1)


def test_sources_are_cut_at_the_limit(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(*(a_click(NOON - DAY, organization=mine, parameters={"utm_source": f"s{n}"}) for n in range(5)))

    assert len(top_sources(warehouse, WEEK, Kinds.PEOPLE, limit=3)) == 3


def test_links_are_ranked_by_clicks(warehouse: Warehouse):
    mine, recent = warehouse.organization_id, NOON - DAY
    stored(
        a_click(recent, organization=mine, link_key="a"),
        a_click(recent, organization=mine, link_key="b"),
        a_click(recent, organization=mine, link_key="b"),
        a_click(recent, organization=mine, link_key=""),
    )

    assert [(link.link_key, link.clicks) for link in top_links(warehouse, WEEK, Kinds.PEOPLE)] == [
        ("b", 2),
        ("", 1),
        ("a", 1),
    ]


def test_clicks_of_a_link_are_of_the_span_and_the_last_one_is_of_any_time(warehouse: Warehouse):
    mine, long_ago = warehouse.organization_id, NOON - 100 * DAY
    stored(
        a_click(NOON - DAY, organization=mine, link_key="a"),
        a_click(long_ago, organization=mine, link_key="b"),
        a_bot(NOON - DAY, organization=mine, link_key="b"),
    )

    found = link_clicks(warehouse, ["a", "b", "never"], WEEK, Kinds.PEOPLE)

    assert [(link.link_key, link.clicks, link.last_clicked_at) for link in found] == [
        ("a", 1, NOON - DAY),
        ("b", 0, long_ago),
    ]


def test_link_keys_are_values_and_never_part_of_the_question(warehouse: Warehouse):
    assert link_clicks(warehouse, ["'] OR 1=1 --", "\\", "a'b"], WEEK, Kinds.ALL) == []


def test_first_events_are_told_by_the_door_they_came_through(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(NOON, organization=mine),
        a_click(NOON - DAY, organization=mine),
        a_click(NOON - 9 * DAY, organization=mine, origin=Origin.IMPORT),
    )

    found = first_events(warehouse)

    assert found[Origin.LIVE].first_at == NOON - DAY
    assert found[Origin.LIVE].events == 2
    assert found[Origin.IMPORT].events == 1
    assert Origin.DEMO not in found
