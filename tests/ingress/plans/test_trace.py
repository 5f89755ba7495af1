"""A trace says what the door decided, and why."""

from collections.abc import Collection
from typing import Any

import pytest

from apps.ingress.event import Reason
from apps.ingress.plans.trace import Outcome, RuleTrace, TermTrace, Trace, trace
from tests.ingress.make import an_event
from tests.ingress.plans.make import a_destination, a_plan, a_rule

GERMAN = {"field": "country", "op": "is", "value": "DE"}
PHONE = {"field": "device_type", "op": "is", "value": "phone"}
CLICKS = {"of": "clicks", "per": "day", "limit": 10}


def traced(*rules: dict[str, Any], capped: Collection[int] | None = None, **changes: Any) -> Trace:
    """Of a click from Germany with a desktop."""
    return trace(a_plan(*rules, **changes), an_event(country="DE", device_type="desktop", capped=(12,)), capped=capped)


def outcomes(found: Trace) -> list[tuple[int, str]]:
    return [(rule.rule_id, rule.outcome) for rule in found.rules]


def test_every_rule_has_its_outcome() -> None:
    found = traced(
        a_rule(11, 2, paused=True),
        a_rule(12, 2, caps=[CLICKS]),
        a_rule(13, 2, ends_at="2020-01-01T00:00:00Z"),
        a_rule(14, 2, when=PHONE),
        a_rule(15, 3, when=GERMAN),
        a_rule(16, 2),
    )

    assert outcomes(found) == [
        (11, Outcome.PAUSED),
        (12, Outcome.FULL),
        (13, Outcome.OUT_OF_DATES),
        (14, Outcome.FAILED),
        (15, Outcome.MATCHED),
        (16, Outcome.NOT_TRIED),
    ]
    assert found[:4] == (Reason.RULE, 15, 3, 1.0)


def test_conditions_say_on_which_value_they_failed() -> None:
    found = traced(a_rule(11, 2, when={"all": [GERMAN, {"not": GERMAN}, PHONE]}))

    german = TermTrace("country is Germany", "country", "DE", held=True)
    phone = TermTrace("device is phone", "device_type", "desktop", held=False)
    assert found.rules == (RuleTrace(11, Outcome.FAILED, (german, german, phone)),)


def test_names_of_parameters_and_headers_are_listed() -> None:
    rules = [{"field": "parameters", "op": "has", "value": "b"}, {"field": "headers", "op": "has", "value": "dnt"}]
    event = an_event(parameters={"b": "1", "a": ""}, headers=[("DNT", "1")])

    (rule,) = trace(a_plan(a_rule(11, 2, when={"all": rules})), event).rules

    assert [term.value for term in rule.terms] == [("a", "b"), ("dnt",)]


def test_what_was_full_then_is_full_in_the_trace() -> None:
    rule = a_rule(12, 2, caps=[CLICKS])

    assert outcomes(traced(rule)) == [(12, Outcome.FULL)]
    assert outcomes(traced(rule, capped=())) == [(12, Outcome.MATCHED)]


def test_a_full_destination_leaves_the_click_to_the_fallback() -> None:
    destinations = [a_destination(1), a_destination(2, caps=[CLICKS])]

    found = traced(a_rule(11, 2), destinations=destinations, capped=[2])

    assert found == (Reason.FALLBACK, 11, 1, 1.0, found.rules)
    assert outcomes(found) == [(11, Outcome.MATCHED)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "paused"}, Reason.PAUSED),
        ({"ends_at": "2020-01-01T00:00:00Z"}, Reason.OUT_OF_DATES),
        ({"caps": [CLICKS], "capped": [0]}, Reason.FULL),
    ],
)
def test_in_a_closed_campaign_no_rule_is_tried(changes: dict[str, Any], reason: Reason) -> None:
    found = traced(a_rule(11, 2), **changes)

    assert (found.reason, outcomes(found)) == (reason, [(11, Outcome.NOT_TRIED)])


def test_what_the_campaign_does_not_take_is_the_organization_s() -> None:
    plan, event = a_plan(fallback=[]), an_event()

    assert trace(plan, event).reason is Reason.NO_DESTINATION
    assert trace(plan, event, has_default=True).reason is Reason.ORGANIZATION
