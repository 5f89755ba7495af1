"""What rules and destinations got and earned."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.analytics.routing.effectiveness import Rate, effectiveness, wilson
from apps.ingress.event import Event
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored
from tests.analytics.routing.make import SHOP, STORE, a_span, earned

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

CAMPAIGN = 5


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def routed(warehouse: Warehouse, **fields: object) -> Event:
    given = {
        "routed_campaign_id": CAMPAIGN,
        "routed_version": 1,
        "rule_id": 1,
        "destination_id": SHOP,
        "propensity": 0.5,
    }
    [event] = stored(a_click(organization=warehouse.organization_id, **{**given, **fields}))
    return event


def test_clicks_and_what_came_of_them_stand_in_one_row(warehouse):
    first, second = routed(warehouse, visitor_id=9), routed(warehouse, visitor_id=9)
    earned(first, "12.5", cost="2.5")
    earned(second, "0.5", cost="0")

    [row] = effectiveness(warehouse, CAMPAIGN, a_span()).rows

    assert (row.version, row.rule_id, row.destination_id) == (0, 1, SHOP)
    assert (row.clicks, row.visitors, row.conversions, row.converted, row.propensity) == (2, 1, 2, 2, 0.5)
    assert (row.revenue, row.cost, row.epc, row.roi) == (Decimal("13.0000"), Decimal("2.5000"), Decimal("6.5"), 4.2)


def test_rules_and_destinations_are_summed_up(warehouse):
    earned(routed(warehouse), "1")
    routed(warehouse, destination_id=STORE)
    earned(routed(warehouse, rule_id=2), "2")

    found = effectiveness(warehouse, CAMPAIGN, a_span())

    assert [(row.rule_id, row.clicks, row.revenue) for row in found.rules] == [(1, 2, 1), (2, 1, 2)]
    assert [(row.destination_id, row.clicks, row.revenue) for row in found.destinations] == [
        (SHOP, 2, 3),
        (STORE, 1, 0),
    ]
    assert (found.total.clicks, found.total.revenue, found.total.visitors) == (3, 3, 3)


def test_versions_have_rows_of_their_own_when_asked_for(warehouse):
    routed(warehouse)
    earned(routed(warehouse, routed_version=2), "3")

    found = effectiveness(warehouse, CAMPAIGN, a_span(), by_version=True)

    assert [(row.version, row.rule_id, row.clicks, row.revenue) for row in found.rows] == [(2, 1, 1, 3), (1, 1, 1, 0)]
    assert len(effectiveness(warehouse, CAMPAIGN, a_span()).rows) == 1


def test_a_click_with_two_conversions_converted_once(warehouse):
    click = routed(warehouse)
    earned(click, "1")
    earned(click, "1", number=2)
    routed(warehouse)

    total = effectiveness(warehouse, CAMPAIGN, a_span()).total

    assert (total.conversions, total.converted, total.rate.value) == (2, 1, 0.5)


def test_what_was_taken_back_counts_nothing(warehouse):
    click = routed(warehouse)
    earned(click, "7")
    earned(click, "-7", sign=-1, change=2)

    total = effectiveness(warehouse, CAMPAIGN, a_span()).total

    assert (total.conversions, total.converted, total.revenue) == (0, 0, 0)


def test_a_conversion_counts_with_its_click_however_late_it_comes(warehouse):
    earned(routed(warehouse), "7", at=NOON + timedelta(days=40))
    earned(routed(warehouse, happened_at=NOON - timedelta(days=9)), "9", at=NOON)

    assert effectiveness(warehouse, CAMPAIGN, a_span()).total.revenue == 7


def test_bots_other_campaigns_and_other_organizations_do_not_count(warehouse):
    stored(a_bot(organization=warehouse.organization_id, routed_campaign_id=CAMPAIGN))
    routed(warehouse, routed_campaign_id=6)
    earned(routed(a_warehouse()), "5")

    found = effectiveness(warehouse, CAMPAIGN, a_span())

    assert (found.rows, found.total.clicks, found.total.revenue, found.total.rate) == ((), 0, 0, None)


def test_clicks_sent_nowhere_have_no_propensity(warehouse):
    routed(warehouse, rule_id=0, destination_id=0, propensity=0.0)

    [row] = effectiveness(warehouse, CAMPAIGN, a_span()).rows

    assert (row.rule_id, row.destination_id, row.propensity) == (0, 0, None)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_of_a_share_is_wilson_s(part, of, low, high):
    """Against Newcombe 1998, table I, and Brown, Cai and DasGupta 2001."""
    rate = wilson(part, of)

    assert rate is not None
    assert (rate.low, rate.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_nothing_has_no_rate():
    assert wilson(0, 0) is None
    assert wilson(1, 2) == Rate(0.5, pytest.approx(0.0945, abs=1e-4), pytest.approx(0.9055, abs=1e-4))
