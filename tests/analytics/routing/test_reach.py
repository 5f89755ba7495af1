"""How many clicks a rule holds for, while it is being written."""

from datetime import timedelta

import pytest

from apps.analytics.routing.reach import reach
from apps.analytics.routing.sample import Count
from apps.ingress.rules import parse
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored
from tests.analytics.routing.make import a_country, a_term, all_clicks

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def clicked(warehouse: Warehouse, *countries: str, **fields: object) -> None:
    stored(*(a_click(organization=warehouse.organization_id, country=country, **fields) for country in countries))


def test_clicks_are_counted_beside_all_there_are(warehouse):
    clicked(warehouse, "DE", "DE", "FR")

    found = reach(warehouse, parse(a_country("DE")), all_clicks())

    assert (found.matching, found.of, found.share_read) == (Count(2), Count(3), 1.0)
    assert found.share == pytest.approx(2 / 3)


def test_bots_do_not_count(warehouse):
    clicked(warehouse, "DE")
    stored(a_bot(organization=warehouse.organization_id, country="DE"))

    assert reach(warehouse, parse(a_country("DE")), all_clicks()).of == Count(1)


def test_clicks_outside_the_span_do_not_count(warehouse):
    clicked(warehouse, "DE", happened_at=NOON - timedelta(days=2))

    assert reach(warehouse, parse(a_country("DE")), all_clicks()).of == Count(0)


def test_an_organization_without_clicks_has_no_share(warehouse):
    found = reach(warehouse, parse(a_country("DE")), all_clicks())

    assert (found.of, found.share, found.unknown) == (Count(0), None, "")


def test_clicks_of_another_organization_are_never_counted(warehouse):
    clicked(a_warehouse(), "DE")

    assert reach(warehouse, parse(a_country("DE")), all_clicks()).of == Count(0)


def test_a_campaign_s_clicks_are_those_it_routed_and_those_of_its_links(warehouse):
    clicked(warehouse, "DE", routed_campaign_id=5)
    clicked(warehouse, "DE", link_key="winter")
    clicked(warehouse, "DE")

    found = reach(warehouse, parse(a_country("DE")), all_clicks(campaign_id=5, link_keys=("winter",)))

    assert found.of == Count(2)


def test_clicks_that_a_membership_rule_holds_for_are_the_campaign_s_too(warehouse):
    clicked(warehouse, "DE", utm_source="news")
    clicked(warehouse, "DE")

    clicks = all_clicks(campaign_id=5, membership=parse(a_term("utm_source", "is", "news")))

    assert reach(warehouse, parse(a_country("DE")), clicks).of == Count(1)


def test_values_are_compared_and_never_read_as_sql(warehouse):
    hostile = "') OR 1 = 1 --{scope}{piece}{clicks}"
    clicked(warehouse, "DE", city=hostile)
    clicked(warehouse, "DE")

    assert reach(warehouse, parse(a_term("city", "is", hostile)), all_clicks()).matching == Count(1)


def test_clickhouse_that_is_away_is_said(warehouse, clickhouse_is_down):
    found = reach(warehouse, parse(a_country("NO")), all_clicks())

    assert found.asked_at is None
    assert "ClickHouse does not answer" in found.unknown


def test_many_rows_are_sampled_and_the_truth_is_within_the_error(warehouse):
    moments = [NOON - timedelta(days=1) + timedelta(seconds=each * 8.64) for each in range(20_000)]
    of = [("DE" if at.second % 4 else "FR", at) for at in moments]
    stored(*(a_click(at, organization=warehouse.organization_id, country=country) for country, at in of))

    found = reach(warehouse, parse(a_country("DE")), all_clicks(), rows_max=3_000)

    truth = [country for country, _ in of].count("DE")
    assert 0.1 < found.share_read < 0.2
    assert abs(found.matching.value - truth) <= found.matching.error < truth / 10
    assert abs(found.of.value - len(of)) <= found.of.error
