"""What was published becomes a plan whole, or not at all."""

from typing import Any

import pytest

from apps.ingress.plans.plan import BadPlan, Plan
from tests.ingress.plans.make import a_destination, a_document, a_plan, a_rule, a_unit, shares

CLICKS = {"of": "clicks", "per": "day", "limit": 10}


@pytest.mark.parametrize(
    "document",
    [
        a_document(a_rule(11, 2, when={"field": "mood", "op": "is", "value": "good"})),
        a_document(a_rule(11, 2, when={"field": "country", "op": "rhymes", "value": "DE"})),
        a_document(a_rule(11, 9)),
        a_document(fallback=shares(9)),
        a_document(destinations=[a_destination(1, url="javascript:alert(1)")]),
        a_document(destinations=[a_destination(1, url="https://a.example/{no_such_macro}")]),
        a_document(sticky="mood"),
        a_document(caps=[{**CLICKS, "per": "year"}]),
        a_document(starts_at="tomorrow"),
        a_document(parameters={"others": "drop", "named": [{"name": "a", "do": "encrypt", "as": ""}]}),
        {},
        {"zone": "UTC", "destinations": 3},
    ],
)
def test_what_is_not_understood_is_refused_whole(document: dict[str, Any]) -> None:
    with pytest.raises(BadPlan, match="campaign 5"):
        Plan.read(5, a_unit(document))


@pytest.mark.parametrize("missing", ["organization_id", "key", "version", "status", "document"])
def test_a_unit_without_one_of_its_parts_is_refused(missing: str) -> None:
    unit = a_unit(a_document())
    del unit[missing]

    with pytest.raises(BadPlan):
        Plan.read(5, unit)


def test_a_rule_needs_only_the_steps_of_its_fields() -> None:
    parameter = {"field": "parameters.sub1", "op": "is", "value": "x"}
    country = {"field": "country", "op": "is", "value": "DE"}

    first, second = a_plan(a_rule(11, 2, when=parameter), a_rule(12, 2, when={"any": [parameter, country]})).rules

    assert [ask.needs == 0 for rule in (first, second) for ask in rule.asks] == [True, False]


def test_a_rule_without_dates_and_caps_is_not_limited() -> None:
    cap = {"of": "clicks", "per": "day", "limit": 5}

    rules = a_plan(a_rule(11, 2), a_rule(12, 2, caps=[cap]), a_rule(13, 2, ends_at="2030-01-01T00:00:00+00:00")).rules

    assert [rule.is_limited for rule in rules] == [False, True, True]


def test_paused_rules_stay_in_the_plan_and_are_not_tried() -> None:
    plan = a_plan(a_rule(11, 2, paused=True), a_rule(12, 2))

    assert ([rule.id for rule in plan.rules], [rule.id for rule in plan.tried]) == ([11, 12], [12])


def test_a_plan_knows_whose_clicks_are_counted() -> None:
    destinations = [a_destination(1, caps=[CLICKS]), a_destination(2, caps=[{**CLICKS, "of": "conversions"}])]
    plan = a_plan(a_rule(11, 2, caps=[CLICKS]), destinations=destinations, caps=[CLICKS])

    assert (set(plan.counted), plan.capped) == ({0, 1, 11}, frozenset({1, 2}))
