"""What the engine answers, of a few events at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.query import Compare, Interval, Query, answer, top_movers
from apps.analytics.query.answers import Source
from apps.analytics.span import Span
from apps.ingress.rules import Term
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

UTC_ZONE = ZoneInfo("UTC")
WEEK = Span.last_days(7, now=NOON, zone=UTC_ZONE)
DAY = timedelta(days=1)
YESTERDAY = NOON - DAY


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def test_totals_count_clicks_visitors_and_bots(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(YESTERDAY, organization=mine, visitor_id=7),
        a_click(YESTERDAY, organization=mine, visitor_id=7),
        a_bot(YESTERDAY, organization=mine),
    )

    people = answer(warehouse, Query(WEEK, ("clicks", "visitors", "bots"))).totals
    everything = answer(warehouse, Query(WEEK, ("clicks", "visitors", "bots"), kinds=Kinds.ALL)).totals

    assert people.values == {"clicks": 2, "visitors": 1, "bots": 1}
    assert everything.values == {"clicks": 3, "visitors": 1, "bots": 1}


def test_groups_come_biggest_first_with_the_rest_and_the_totals(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        *(
            a_click(YESTERDAY, organization=mine, country=code, visitor_id=n)
            for n, code in enumerate("AABBBCDD", start=1)
        )
    )

    found = answer(warehouse, Query(WEEK, dimensions=("country",), limit=2))

    assert [(row.key, row.values["clicks"]) for row in found.rows] == [(("B",), 3), (("A",), 2)]
    assert [row.values for row in found.rest] == [{"clicks": 3, "visitors": 3}]
    assert found.totals.values == {"clicks": 8, "visitors": 8}
    assert found.keys == 4


def test_totals_beside_a_single_group_and_beside_none(warehouse: Warehouse):
    query = Query(WEEK, dimensions=("country",))
    empty = answer(warehouse, query)
    stored(a_click(YESTERDAY, organization=warehouse.organization_id, country="DE"))

    found, beyond = answer(warehouse, query), answer(warehouse, replace(query, offset=5))

    assert (empty.rows, empty.rest, empty.totals.values["clicks"], empty.keys) == ((), (), 0, 0)
    assert ([row.key for row in found.rows], found.rest, found.totals.values["clicks"]) == ([("DE",)], (), 1)
    assert (beyond.rows, beyond.totals.values["clicks"], beyond.keys) == ((), 1, 1)


def test_pages_follow_each_other_by_offset(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(*(a_click(YESTERDAY, organization=mine, country=code) for code in "AABBBCDD"))

    found = answer(warehouse, Query(WEEK, dimensions=("country",), limit=2, offset=2))

    assert [row.key for row in found.rows] == [("D",), ("C",)]
    assert found.rest == ()


def test_a_rule_on_the_same_dimension_reads_the_rollup_and_on_another_one_events(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(YESTERDAY, organization=mine, country="DE", browser="Firefox"),
        a_click(YESTERDAY, organization=mine, country="FR", browser="Firefox"),
    )
    rule = Term("country", "in", ("DE", "AT"))

    same = answer(warehouse, Query(WEEK, dimensions=("country",), rule=rule))
    other = answer(warehouse, Query(WEEK, dimensions=("browser",), rule=rule))

    assert (same.source, other.source) == (Source.ROLLUP, Source.EVENTS)
    assert [row.key for row in same.rows] == [("DE",)]
    assert [(row.key, row.values["clicks"]) for row in other.rows] == [(("Firefox",), 1)]


def test_a_series_has_a_row_for_every_day_and_one_for_everything(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(YESTERDAY, organization=mine, visitor_id=7), a_click(NOON - 3 * DAY, organization=mine, visitor_id=7)
    )

    found = answer(warehouse, Query(WEEK, interval=Interval.DAY))

    assert [row.values["clicks"] for row in found.rows] == [0, 0, 0, 1, 0, 1, 0]
    assert found.rows[3].at == datetime(2026, 11, 19, tzinfo=UTC)
    assert found.totals.values == {"clicks": 2, "visitors": 1}


def test_a_series_of_groups_has_every_interval_of_each_and_of_the_rest(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        *(a_click(YESTERDAY, organization=mine, country=code) for code in "AAABBC"),
        a_click(NOON - 2 * DAY, organization=mine, country="B"),
    )
    query = Query(WEEK, ("clicks",), ("country",), Interval.DAY, limit=2)

    found = answer(warehouse, query)

    assert [row.key for row in found.rows[::7]] == [("A",), ("B",)]
    assert [row.values["clicks"] for row in found.rows[7:]] == [0, 0, 0, 0, 1, 2, 0]
    assert [row.values["clicks"] for row in found.rest] == [0, 0, 0, 0, 0, 1, 0]


def test_rows_stand_beside_the_time_before_also_those_that_are_gone(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        a_click(YESTERDAY, organization=mine, country="DE"),
        a_click(YESTERDAY - 7 * DAY, organization=mine, country="DE"),
        a_click(YESTERDAY - 7 * DAY, organization=mine, country="DE"),
        a_click(YESTERDAY - 7 * DAY, organization=mine, country="FR"),
    )

    found = answer(warehouse, Query(WEEK, ("clicks",), ("country",), compare=Compare.PREVIOUS))

    assert [(row.key, row.values["clicks"], row.before) for row in found.rows] == [
        (("DE",), 1, {"clicks": 2}),
        (("FR",), 0, {"clicks": 1}),
    ]
    assert found.rows[0].change("clicks") == -0.5
    assert found.totals.before == {"clicks": 3}


def test_a_series_stands_beside_the_same_clock_of_the_days_before(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(a_click(YESTERDAY - 7 * DAY, organization=mine), a_click(NOON - 7 * DAY, organization=mine))

    found = answer(warehouse, Query(WEEK, ("clicks",), interval=Interval.DAY, compare=Compare.PREVIOUS))

    assert [row.before and row.before["clicks"] for row in found.rows] == [0, 0, 0, 0, 0, 1, 0]
    assert found.before_at[found.rows[5].at] == datetime(2026, 11, 14, tzinfo=UTC)


def test_movers_are_those_that_changed_most_either_way(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(
        *(a_click(YESTERDAY, organization=mine, country=code) for code in "AAABBBBBC"),
        *(a_click(YESTERDAY - 7 * DAY, organization=mine, country=code) for code in "AAABDDDD"),
    )

    rows = top_movers(warehouse, Query(WEEK, ("clicks",), ("country",), limit=3))

    assert [row.key for row in rows] == [("B",), ("D",), ("C",)]


def test_money_is_joined_to_clicks(warehouse: Warehouse):
    span = Span.between(date(2026, 11, 1), date(2026, 11, 20), now=NOON, zone=UTC_ZONE)
    stored(a_click(NOON - 5 * DAY, organization=warehouse.organization_id))

    values = answer(
        warehouse, Query(span, ("clicks", "revenue", "epc", "roi", "conversion_rate", "profit"))
    ).totals.values

    assert values == {
        "clicks": 1,
        "revenue": Decimal(0),
        "epc": Decimal(0),
        "roi": None,
        "conversion_rate": 0.0,
        "profit": Decimal(0),
    }
