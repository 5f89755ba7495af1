"""What `parse` takes, in which form it is kept, and how it is written back."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from apps.ingress.rules import EVERYTHING, BadRule, Every, Not, Some, Term, digest, dump, parse, text
from tests.ingress.rules.strategies import documents

RANDOM = settings(
    max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def a_term(field: str = "country", op: str = "is", value: object = "DE") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def value_of(field: str, op: str, value: object) -> object:
    rule = parse(a_term(field, op, value))
    assert isinstance(rule, Term)
    return rule.value


def test_a_document_becomes_nodes() -> None:
    document = {"all": [a_term(), {"any": [a_term("os", "is_not", "iOS")]}, {"not": {"field": "city", "op": "is_set"}}]}

    rule = parse(document)

    assert rule == Every(
        (Term("country", "is", "DE"), Some((Term("os", "is_not", "iOS"),)), Not(Term("city", "is_set")))
    )
    assert dump(rule) == document


def test_all_of_nothing_is_everything() -> None:
    assert parse({"all": []}) == EVERYTHING
    assert dump(EVERYTHING) == {"all": []}


@pytest.mark.parametrize(
    ("field", "op", "value", "kept"),
    [
        ("country", "in", ["de", "DE", "at"], ("DE", "AT")),
        ("utm_campaign", "is", "SPRING", "spring"),
        ("utm_campaign", "starts_with", "Spring ", "spring "),
        ("utm_campaign", "matches", "^Spring", "^Spring"),
        (
            "referrer_domain",
            "is_or_under",
            ["Example.COM.", "bücher.example"],
            ("example.com", "xn--bcher-kva.example"),
        ),
        ("ip", "in_network", ["10.1.2.3/8", "192.0.2.1", "::FFFF:10.0.0.0/104"], ("10.0.0.0/8", "192.0.2.1/32")),
        ("ip", "in_network", ["2001:DB8:0::/32"], ("2001:db8::/32",)),
        ("visitor_id", "is", "18446744073709551615", 2**64 - 1),
        ("asn", "in", ["01", 1, 2], (1, 2)),
        ("hour.UTC", "is", 0, 0),
        ("headers", "has", "Accept", "accept"),
        ("query", "is", {"hex": "61ff"}, "a\udcff"),
        ("query", "is", {"hex": "c3a9"}, "é"),
    ],
)
def test_there_is_one_way_to_keep_a_value(field: str, op: str, value: object, kept: object) -> None:
    assert value_of(field, op, value) == kept


def test_there_is_one_way_to_write_a_header() -> None:
    assert parse(a_term("headers.Accept-Language")) == Term("headers.accept-language", "is", "DE")


@RANDOM
@given(document=documents())
def test_a_rule_is_written_as_it_is_read(document: object) -> None:
    try:
        rule = parse(document)
    except BadRule:
        return

    again = parse(json.loads(text(rule)))

    assert again == rule
    assert (hash(again), digest(again)) == (hash(rule), digest(rule))


@RANDOM
@given(document=documents())
def test_any_store_of_json_holds_a_rule(document: object) -> None:
    try:
        written = text(parse(document))
    except BadRule:
        return

    assert written.isascii()
    assert "\\u0000" not in written
    json.loads(
        written, object_hook=lambda found: [value.encode() for value in found.values() if isinstance(value, str)]
    )


def test_rules_that_say_different_things_have_different_digests() -> None:
    said = [
        a_term(),
        a_term(value="AT"),
        a_term(op="is_not"),
        {"not": a_term()},
        {"all": [a_term()]},
        {"any": [a_term()]},
    ]

    assert len({digest(parse(document)) for document in said}) == len(said)


def test_two_spellings_of_a_rule_have_one_digest() -> None:
    assert digest(parse(a_term("country", "in", ["de"]))) == digest(parse(a_term("country", "in", ["DE", "DE"])))
