"""Who gets the clicks that several rules hold for."""

from datetime import timedelta

import pytest

from apps.analytics.routing.overlap import overlap
from apps.analytics.routing.sample import Count
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored
from tests.analytics.routing.make import a_country, a_draft, a_rule, a_term, all_clicks

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DE, DE_FR, PHONES = a_country("DE"), a_country("DE", "FR"), a_term("device_type", "is", "phone")


@pytest.fixture
def warehouse() -> Warehouse:
    """Three German clicks, one of them from a phone, a French phone, and an Italian."""
    warehouse = a_warehouse()
    places = [("DE", "desktop"), ("DE", "desktop"), ("DE", "phone"), ("FR", "phone"), ("IT", "desktop")]
    clicks = [a_click(organization=warehouse.organization_id, country=c, device_type=d) for c, d in places]
    stored(*clicks, a_bot(organization=warehouse.organization_id, country="DE"))
    return warehouse


def test_a_rule_gets_what_no_earlier_one_takes(warehouse):
    draft = a_draft(a_rule(DE, id=1), a_rule(PHONES, id=2), a_rule(DE_FR, id=3))

    found = overlap(warehouse, draft, all_clicks(), now=NOON)

    assert [(row.alone.value, row.first.value) for row in found.rules] == [(3, 3), (2, 1), (4, 0)]
    assert found.rules[1].taken_by == {1: Count(1)}
    assert found.rules[2].taken_by == {1: Count(3), 2: Count(1)}
    assert (found.left, found.of, found.share_read) == (Count(1), Count(5), 1.0)


def test_a_rule_that_is_paused_or_over_takes_nothing(warehouse):
    over = a_rule(DE, id=2, ends_at="2026-11-01T00:00:00Z")
    draft = a_draft(a_rule(DE, id=1, paused=True), over, a_rule(DE_FR, id=3))

    found = overlap(warehouse, draft, all_clicks(), now=NOON)

    assert [(row.alone.value, row.first.value) for row in found.rules] == [(3, 0), (3, 0), (4, 4)]


def test_a_draft_without_rules_leaves_everything(warehouse):
    found = overlap(warehouse, a_draft(), all_clicks(), now=NOON)

    assert (found.rules, found.left, found.of) == ((), Count(5), Count(5))


def test_an_organization_without_clicks_has_zeros():
    found = overlap(a_warehouse(), a_draft(a_rule(DE)), all_clicks(), now=NOON)

    assert (found.rules[0].alone, found.of) == (Count(0), Count(0))


def test_two_hundred_rules_are_one_question(warehouse):
    draft = a_draft(*(a_rule(a_country("DE", "FR", f"{n:02}"), id=n + 1) for n in range(100, 300)))

    found = overlap(warehouse, draft, all_clicks(), now=NOON)

    assert [row.first.value for row in found.rules] == [4, *[0] * 199]


def test_many_rows_are_sampled_and_the_truth_is_within_the_error():
    warehouse, start = a_warehouse(), NOON - timedelta(days=1)
    countries = ["DE" if each % 3 else "FR" for each in range(20_000)]
    clicks = [
        a_click(start + timedelta(seconds=each * 8.64), organization=warehouse.organization_id, country=country)
        for each, country in enumerate(countries)
    ]
    stored(*clicks)

    found = overlap(warehouse, a_draft(a_rule(DE)), all_clicks(), now=NOON, rows_max=4_000)

    assert found.share_read < 0.3
    assert abs(found.rules[0].first.value - countries.count("DE")) <= found.rules[0].first.error
    assert abs(found.left.value - countries.count("FR")) <= found.left.error
