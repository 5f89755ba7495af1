"""Money beside clicks: conversions at their own time, costs by day, and nothing made up."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query import Compare, Interval, Query, answer
from apps.analytics.query.answers import Source
from apps.analytics.span import Span, milliseconds
from apps.ingress.rules import Term
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

WEEK = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))
YESTERDAY = NOON - timedelta(days=1)
MONEY = ("clicks", "conversions", "sales", "conversion_rate", "revenue", "cost", "profit", "roi", "epc")

CONVERSION = """
INSERT INTO conversions
    (organization_id, conversion_id, change, happened_at, country, browser, kind, conversions, sales, revenue, cost)
SELECT {o:UInt32}, {number:UInt64}, 1, fromUnixTimestamp64Milli({at:Int64}), {country:String}, 'Firefox', 'human',
       {sign:Int8}, {sign:Int8}, toDecimal64({revenue:String}, 4), toDecimal64({cost:String}, 4)
"""
COST = """
INSERT INTO costs (organization_id, upload_id, row, happened_at, country, cost)
SELECT {o:UInt32}, 1, 1, fromUnixTimestamp64Milli({at:Int64}), {country:String}, toDecimal64({cost:String}, 4)
"""


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def a_conversion(
    warehouse: Warehouse, revenue: str, at: datetime = YESTERDAY, *, country: str = "DE", cost: str = "0", sign: int = 1
) -> None:
    parameters = {"o": warehouse.organization_id, "number": 1, "at": milliseconds(at), "country": country, "sign": sign}
    change(
        CONVERSION, {**parameters, "revenue": revenue, "cost": cost}, name="test", settings={"insert_deduplicate": 0}
    )


def a_cost(warehouse: Warehouse, cost: str, at: datetime = YESTERDAY, *, country: str = "DE") -> None:
    parameters = {"o": warehouse.organization_id, "at": milliseconds(at), "country": country, "cost": cost}
    change(COST, parameters, name="test", settings={"insert_deduplicate": 0})


def test_money_stands_beside_the_clicks_of_its_group(warehouse: Warehouse):
    stored(*(a_click(YESTERDAY, organization=warehouse.organization_id, country="DE") for _ in range(4)))
    a_conversion(warehouse, "12.3456", cost="0.5")
    a_cost(warehouse, "3.0001")

    [row] = answer(warehouse, Query(WEEK, MONEY, ("country",))).rows

    assert row.values == {
        "clicks": 4,
        "conversions": 1,
        "sales": 1,
        "conversion_rate": 0.25,
        "revenue": Decimal("12.3456"),
        "cost": Decimal("3.5001"),
        "profit": Decimal("8.8455"),
        "roi": pytest.approx(8.8455 / 3.5001),
        "epc": Decimal("3.086400"),
    }


def test_a_group_without_clicks_has_money_all_the_same_and_no_rate(warehouse: Warehouse):
    a_conversion(warehouse, "5", country="")

    [row] = answer(warehouse, Query(WEEK, MONEY, ("country",))).rows

    assert row.key == ("",)
    assert (row.values["clicks"], row.values["conversion_rate"], row.values["epc"]) == (0, None, None)
    assert row.values["revenue"] == 5


def test_a_conversion_that_was_taken_back_leaves_no_row(warehouse: Warehouse):
    a_conversion(warehouse, "5")
    a_conversion(warehouse, "-5", sign=-1)

    found = answer(warehouse, Query(WEEK, ("revenue",), ("country",)))

    assert found.rows == ()
    assert found.totals.values == {"revenue": Decimal(0)}
    assert found.source is Source.MONEY


def test_kinds_narrow_clicks_and_not_money(warehouse: Warehouse):
    stored(a_bot(YESTERDAY, organization=warehouse.organization_id))
    a_conversion(warehouse, "5")

    assert answer(warehouse, Query(WEEK, ("clicks", "revenue"))).totals.values == {"clicks": 0, "revenue": Decimal(5)}


def test_a_rule_narrows_clicks_conversions_and_costs(warehouse: Warehouse):
    a_conversion(warehouse, "5", country="DE")
    a_conversion(warehouse, "7", country="FR")
    a_cost(warehouse, "1", country="FR")

    found = answer(warehouse, Query(WEEK, ("revenue", "cost"), rule=Term("country", "is", "FR")))

    assert found.totals.values == {"revenue": Decimal(7), "cost": Decimal(1)}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (Query(WEEK, ("revenue", "cost", "profit", "roi"), ("browser",)), "by browser"),
        (Query(WEEK, ("revenue", "cost", "profit", "roi"), rule=Term("browser", "is", "Firefox")), "by browser"),
        (Query(WEEK, ("revenue", "cost", "profit", "roi"), ("hour_of_day",)), "by hour"),
        (Query(WEEK, ("revenue", "cost", "profit", "roi"), interval=Interval.HOUR), "by hour"),
    ],
)
def test_costs_that_are_not_known_are_not_made_up(warehouse: Warehouse, query: Query, why: str):
    a_conversion(warehouse, "5", cost="1")
    a_cost(warehouse, "1")

    found = answer(warehouse, query)

    assert found.totals.values == {"revenue": Decimal(5), "cost": None, "profit": None, "roi": None}
    assert why in found.notes[0]


def test_a_question_of_nothing_but_unknown_costs_has_an_answer(warehouse: Warehouse):
    found = answer(warehouse, Query(WEEK, ("roi",), ("browser",), order="-roi"))

    assert (found.rows, found.totals.values) == ((), {"roi": None})
    assert "Costs" in found.notes[0]


def test_conversions_do_not_know_headers(warehouse: Warehouse):
    a_conversion(warehouse, "5")

    found = answer(warehouse, Query(WEEK, ("clicks", "revenue"), rule=Term("headers.dnt", "is", "1")))

    assert found.totals.values == {"clicks": 0, "revenue": None}
    assert "Conversions are not known" in found.notes[0]


def test_groups_are_ordered_by_ratios_with_undefined_ones_last(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(*(a_click(YESTERDAY, organization=mine, country=code) for code in "AAB"))
    for code, revenue in (("A", "4"), ("B", "3"), ("C", "9")):
        a_conversion(warehouse, revenue, country=code)

    rows = answer(warehouse, Query(WEEK, ("epc",), ("country",), order="-epc")).rows
    upwards = answer(warehouse, Query(WEEK, ("epc",), ("country",), order="epc")).rows

    assert [row.key[0] for row in rows] == ["B", "A", "C"]
    assert [row.key[0] for row in upwards] == ["A", "B", "C"]


def test_costs_are_compared_day_by_day(warehouse: Warehouse):
    a_cost(warehouse, "2")
    a_cost(warehouse, "3", YESTERDAY - timedelta(days=7))

    rows = answer(warehouse, Query(WEEK, ("cost",), interval=Interval.DAY, compare=Compare.PREVIOUS)).rows

    assert [(row.values["cost"], row.before["cost"]) for row in rows if row.before and any(row.values.values())] == [
        (Decimal(2), Decimal(3))
    ]
