"""Why a stored click went where it went."""

from datetime import timedelta

import pytest

from apps.analytics.routing.traced import stored_click, traced
from apps.ingress.models import ChangedHours
from apps.ingress.plans.choice import Sticky, choice_of, chosen, seed_of
from apps.ingress.plans.trace import Outcome
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_click, a_warehouse, stored
from tests.analytics.routing.make import SHOP, STORE, a_country, a_document, a_rule, a_term, to
from tests.ingress.make import a_job

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

CAMPAIGN = 5


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def routed(warehouse, **fields):
    given = {
        "routed_campaign_id": CAMPAIGN,
        "routed_version": 3,
        "rule_id": 1,
        "destination_id": SHOP,
        "propensity": 1.0,
    }
    given |= {"reason": "rule", "country": "DE"}
    [event] = stored(a_click(organization=warehouse.organization_id, **{**given, **fields}))
    found = stored_click(warehouse, event.event_id)
    assert found
    return found


def a_unit(*rules, **changes):
    return {
        "organization_id": 7,
        "key": "spring",
        "version": 3,
        "status": "active",
        "document": a_document(*rules, **changes),
    }


GERMANS = a_rule(a_country("DE"), id=1)


def test_the_rule_that_took_the_click_is_named(warehouse):
    found = traced(routed(warehouse), a_unit(a_rule(a_country("FR"), id=2), GERMANS, a_rule(id=3)))

    assert [(rule.rule_id, rule.outcome) for rule in found.trace.rules] == [
        (2, Outcome.FAILED),
        (1, Outcome.MATCHED),
        (3, Outcome.NOT_TRIED),
    ]
    assert (found.trace.rules[0].terms[0].value, found.trace.rules[0].terms[0].held) == ("DE", False)
    assert (found.agrees, found.why, found.changed) == (True, "", ())


def test_the_choice_by_weight_is_the_one_that_was_made(warehouse):
    visitor = 123_456_789
    where, propensity = chosen(choice_of(CAMPAIGN, [(SHOP, 7), (STORE, 3)]), seed_of(Sticky.VISITOR, visitor, "", ""))
    event = routed(warehouse, visitor_id=visitor, destination_id=where, propensity=propensity)

    assert traced(event, a_unit(a_rule(id=1, to=to(d101=7, d102=3)))).agrees


def test_a_click_that_was_enriched_again_says_so_when_it_comes_to_something_else(warehouse):
    event = routed(warehouse, country="FR")
    job = a_job(warehouse.organization_id, heartbeat_at=NOON + timedelta(days=1))
    ChangedHours.objects.create(
        job=job,
        organization_id=warehouse.organization_id,
        start=NOON - timedelta(hours=1),
        end=NOON + timedelta(hours=1),
        fields=["country", "city"],
    )

    found = traced(event, a_unit(GERMANS))

    assert (found.agrees, found.changed) == (False, ("country",))
    assert "made again since (country)" in found.why


def test_a_click_that_comes_to_something_else_without_that_says_what_may_be(warehouse):
    found = traced(routed(warehouse, country="FR"), a_unit(GERMANS))

    assert not found.agrees
    assert "tables it was looked up in changed" in found.why


def test_a_click_of_a_paused_campaign_is_traced_as_it_was(warehouse):
    event = routed(warehouse, reason="paused", rule_id=0, destination_id=0, propensity=0.0)

    found = traced(event, a_unit(GERMANS))

    assert (found.trace.reason, found.agrees) == ("paused", True)


def test_what_was_full_then_is_full_in_the_trace(warehouse):
    capped = a_rule(id=1, caps=[{"of": "clicks", "per": "day", "limit": 1}])
    event = routed(warehouse, rule_id=2, capped=(1,))

    found = traced(event, a_unit(capped, a_rule(id=2)))

    assert [rule.outcome for rule in found.trace.rules] == [Outcome.FULL, Outcome.MATCHED]
    assert found.agrees


def test_text_is_read_byte_for_byte(warehouse):
    event = routed(warehouse, headers=[("X-Odd", "a\udcffb")], withheld_headers=["Cookie"], parameters={"q": "\udcfe"})

    assert (list(event.headers), list(event.withheld_headers)) == ([("X-Odd", "a\udcffb")], ["Cookie"])
    assert event.parameters == {"q": "\udcfe"}
    assert traced(event, a_unit(a_rule(a_term("headers.x-odd", "is", {"hex": "61ff62"}), id=1))).agrees


def test_another_organization_s_click_is_not_there(warehouse):
    [event] = stored(a_click(organization=a_warehouse().organization_id))

    assert stored_click(warehouse, event.event_id) is None
