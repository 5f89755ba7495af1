"""In which order a condition is asked, and that the order changes nothing of what it says."""

from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from apps.ingress.enrich import enrich
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.event import Event
from apps.ingress.plans.asking import asks_of, needs_of_rule
from apps.ingress.plans.caps import NO_CAPS
from apps.ingress.plans.decide import taking
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.sight import Draft, Sight, needs_of
from apps.ingress.rules import BadRule, Rule, holds, parse
from tests.ingress.make import NOW_MS, an_event
from tests.ingress.plans.make import a_plan, a_rule
from tests.ingress.rules.strategies import documents, events

GERMANY = {"field": "country", "op": "is", "value": "DE"}
PHONE = {"field": "device_type", "op": "is", "value": "phone"}
ADVERT = {"field": "utm_source", "op": "is", "value": "ad"}
GET = {"field": "method", "op": "is", "value": "GET"}


def needs(*columns: str) -> int:
    return needs_of(columns)


def the_needs(document: Any) -> list[int]:
    return [ask.needs for ask in asks_of(parse(document))]


def test_what_the_request_says_is_asked_before_what_has_to_be_looked_up() -> None:
    assert the_needs({"all": [PHONE, GERMANY, ADVERT, GET]}) == [
        0,
        needs("utm_source"),
        needs("country"),
        needs("device_type"),
    ]


def test_groups_within_are_taken_apart_where_all_of_them_must_hold() -> None:
    assert the_needs({"all": [GERMANY, {"all": [GET, {"all": [ADVERT]}]}]}) == [
        0,
        needs("utm_source"),
        needs("country"),
    ]


@pytest.mark.parametrize("document", [{"any": [GERMANY, GET]}, {"not": {"all": [GERMANY, GET]}}])
def test_other_groups_stay_whole(document: Any) -> None:
    assert the_needs(document) == [needs("country")]


def test_a_condition_for_everything_asks_nothing() -> None:
    assert asks_of(parse({"all": []})) == ()


def parsed(document: Any) -> Rule:
    try:
        return parse(document)
    except BadRule:
        assume(False)
        raise


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=documents(), event=events())
def test_all_parts_hold_when_the_condition_does(document: Any, event: Event) -> None:
    rule = parsed(document)

    assert all(ask.holds(event) for ask in asks_of(rule)) == holds(rule, event)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=documents())
def test_the_parts_need_what_the_condition_needs(document: Any) -> None:
    rule = parsed(document)

    assert reduce(or_, (ask.needs for ask in asks_of(rule)), 0) == needs_of_rule(rule)


def looked_up_for(event: Event, plan: Plan, tables: Tables) -> int:
    sight = Sight(Draft(event), tables)
    taking(plan, sight, NOW_MS, NO_CAPS, [])
    return sight.looked


def test_nothing_is_looked_up_for_a_rule_that_the_request_itself_fails(known_places: Tables) -> None:
    plan = a_plan(a_rule(11, 1, when={"all": [GERMANY, PHONE, ADVERT]}), a_rule(12, 1, when={"all": [GERMANY, ADVERT]}))

    assert looked_up_for(an_event(ip="203.0.113.9"), plan, known_places) == needs("utm_source")


def test_the_device_is_looked_up_where_the_place_fits(known_places: Tables) -> None:
    plan = a_plan(a_rule(11, 1, when={"all": [PHONE, GERMANY]}))
    event = an_event(ip="203.0.113.9")

    assert enrich(event, known_places).country == "DE"
    assert looked_up_for(event, plan, known_places) == needs("country", "device_type")
