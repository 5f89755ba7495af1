"""Reports: events are stored, answers are read."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.reports.clicks_by_minute import clicks_by_minute, per_second
from apps.analytics.reports.first_events import first_events
from apps.analytics.reports.links import link_clicks
from apps.analytics.span import Span
from apps.ingress.event import Kind, Origin
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DAY = timedelta(days=1)
WEEK = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


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
