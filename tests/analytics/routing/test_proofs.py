"""What follows from conditions alone: the cases people write, and never anything that an event proves wrong."""

import pytest
from hypothesis import given, settings

from apps.analytics.routing.proofs import Proofs
from apps.ingress.rules import BadRule, Every, Not, Rule, Some, compiled, parse, words
from tests.analytics.routing.make import a_country, a_term
from tests.ingress.rules.strategies import documents, events, events_of_the_heaps

EVERYTHING = {"all": []}
NOTHING = {"any": []}
DE, FR, DE_AT = a_country("DE"), a_country("FR"), a_country("DE", "AT")
PHONE = a_term("device_type", "is", "phone")
HEAPS = events_of_the_heaps()

IMPLIED = [
    (DE, DE_AT),
    (DE, EVERYTHING),
    (NOTHING, DE),
    (a_term("country", "is", "DE"), a_term("country", "in", ["DE"])),
    ({"all": [DE, PHONE]}, DE),
    ({"all": [{"all": [PHONE]}, DE_AT]}, {"all": [DE_AT, PHONE]}),
    (DE, {"any": [PHONE, DE_AT]}),
    ({"any": [DE, a_country("AT")]}, DE_AT),
    (DE_AT, {"any": [DE, a_country("AT", "CH")]}),
    ({"all": [PHONE, DE_AT]}, {"any": [DE, a_country("AT", "CH")]}),
    ({"not": DE_AT}, {"not": DE}),
    (DE, {"not": FR}),
    (DE, a_term("country", "not_in", ["FR", "CH"])),
    (DE, a_term("country", "is_set")),
    (a_term("city", "starts_with", "Ber"), a_term("city", "is_set")),
    (a_term("city", "starts_with", "Berlin"), a_term("city", "contains", "erl")),
    (a_term("city", "starts_with", "Berlin"), a_term("city", "starts_with", "Ber")),
    (a_term("city", "is", "Berlin"), a_term("city", "matches", "^Ber")),
    (a_term("host", "is_or_under", ["a.example.com"]), a_term("host", "is_or_under", ["example.com"])),
    (a_term("ip", "in_network", ["10.1.0.0/16"]), a_term("ip", "in_network", ["10.0.0.0/8"])),
    (a_term("asn", "between", [5, 9]), a_term("asn", "greater", 4)),
    (a_term("asn", "less", 9), a_term("asn", "is_not", 9)),
    (a_term("hour.Europe/Berlin", "in", [9, 10]), a_term("hour.Europe/Berlin", "between", [8, 18])),
    (a_term("weekday.UTC", "is", 7), a_term("weekday.UTC", "in", [6, 7])),
    (a_term("parameters.sub1", "is", "a"), a_term("parameters.sub1", "is_set")),
    (a_term("headers.dnt", "is", "1"), a_term("headers.dnt", "in", ["1", "0"])),
    (a_term("visitor_is_new", "is", True), a_term("visitor_is_new", "is", True)),
]
NOT_IMPLIED = [
    (DE_AT, DE),
    (EVERYTHING, DE),
    (DE, {"all": [DE, PHONE]}),
    (a_term("country", "is_not", "DE"), a_term("country", "is_set")),
    (a_term("city", "matches", ".*"), a_term("city", "is_set")),
    (a_term("city", "contains", "erl"), a_term("city", "starts_with", "Berlin")),
    (a_term("asn", "between", [5, 5]), a_term("asn", "is", 6)),
    (a_term("asn", "greater", 4), a_term("asn", "is", 5)),
    (a_term("ip", "in_network", ["10.0.0.0/8"]), a_term("ip", "in_network", ["::/0"])),
    (a_term("hour.Europe/Berlin", "is", 9), a_term("hour.UTC", "is", 9)),
]
NEVER = [
    NOTHING,
    {"not": EVERYTHING},
    {"all": [DE, FR]},
    {"all": [PHONE, {"all": [DE, {"not": DE_AT}]}]},
    {"all": [DE_AT, {"not": DE}, {"not": a_country("AT")}]},
    {"all": [DE, a_term("country", "is_empty")]},
    {"all": [a_term("asn", "greater", 9), a_term("asn", "less", 5)]},
    {"all": [a_term("asn", "greater", 9), a_term("asn", "is_empty")]},
    {"all": [a_term("city", "starts_with", "A"), a_term("city", "starts_with", "B")]},
    {"all": [a_term("city", "is", "Bonn"), a_term("city", "contains", "x")]},
    {"all": [a_term("ip", "in_network", ["10.0.0.0/8"]), a_term("ip", "in_network", ["::/0", "192.0.2.0/24"])]},
    {"all": [a_term("hour.UTC", "between", [0, 5]), a_term("hour.UTC", "is", 12)]},
    {"any": [{"all": [DE, FR]}, NOTHING]},
]
SOMETIMES = [
    EVERYTHING,
    DE,
    {"all": [DE, PHONE]},
    {"any": [DE, FR]},
    {"all": [a_term("city", "starts_with", "A"), a_term("city", "ends_with", "B")]},
    {"all": [a_term("parameters.a", "is", "1"), a_term("parameters.b", "is", "2")]},
    {"all": [a_term("hour.UTC", "is", 12), a_term("hour.Asia/Tokyo", "is", 21)]},
]


@pytest.mark.parametrize(("rule", "other"), IMPLIED)
def test_what_follows_is_shown(rule, other):
    assert Proofs().implies(parse(rule), parse(other))


@pytest.mark.parametrize(("rule", "other"), NOT_IMPLIED)
def test_what_does_not_follow_is_not_shown(rule, other):
    assert not Proofs().implies(parse(rule), parse(other))


@pytest.mark.parametrize("rule", NEVER)
def test_what_can_never_hold_is_shown(rule):
    assert Proofs().never(parse(rule))


@pytest.mark.parametrize("rule", SOMETIMES)
def test_what_may_hold_is_not_called_never(rule):
    assert not Proofs().never(parse(rule))


def test_the_two_conditions_that_clash_are_named():
    clash = Proofs().clash(parse({"all": [PHONE, DE, FR]}))

    assert clash
    assert [words(term) for term in clash] == ["country is Germany", "country is France"]


def test_a_rule_that_is_too_much_to_compare_is_not_shown():
    many = {"any": [{"all": [a_term("city", "contains", f"{n}"), DE]} for n in range(60)]}

    assert not Proofs(steps=50).implies(parse(many), parse(DE))
    assert Proofs().implies(parse(many), parse(DE))


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(one=documents(2), two=documents(2), three=documents(1), event=events())
def test_no_event_ever_proves_it_wrong(one, two, three, event):
    rules = [rule for rule in map(_taken, (one, two, three)) if rule]
    pairs = [
        *rules,
        Every(tuple(rules)),
        Some(tuple(rules)),
        *map(Not, rules),
        Every((*rules, Not(Some(tuple(rules))))),
    ]

    for rule in pairs:
        held = [each for each in (event, *HEAPS) if compiled(rule)(each)]
        assert not (held and Proofs(2_000).never(rule))
        for other in pairs:
            if held and Proofs(2_000).implies(rule, other):
                assert all(compiled(other)(each) for each in held)


def _taken(document: object) -> Rule | None:
    try:
        return parse(document)
    except BadRule:
        return None
