"""What an address narrows: chips, rules, and the form that adds one."""

import json

import pytest
from django.http import QueryDict

from apps.analytics.filter_form import NewFilter
from apps.analytics.filters import BadFilter, Filters, condition
from apps.ingress.rules import EVERYTHING, holds, text
from tests.analytics.make import a_click

GERMAN = a_click(country="DE", os="iOS", city="Berlin", parameters={"sub1": "abc"})
AUSTRIAN = a_click(country="AT", os="Android")
NOWHERE = a_click()


def filters(query: str) -> Filters:
    return Filters.read(QueryDict(query))


def said(query: str) -> list[str]:
    return [chip.words for chip in filters(query).chips]


def fitting(query: str) -> list[str]:
    """The countries of those clicks that meet the filters."""
    rule = filters(query).rule
    return [click.country for click in (GERMAN, AUSTRIAN, NOWHERE) if holds(rule, click)]


def test_an_address_without_filters_asks_for_everything():
    assert filters("span=7d&kinds=all&utm_nothing=1").rule == EVERYTHING


@pytest.mark.parametrize(
    ("query", "countries"),
    [
        ("country=DE", ["DE"]),
        ("country=de", ["DE"]),
        ("country=DE&country=AT", ["DE", "AT"]),
        ("country!=DE", ["AT", ""]),
        ("country!=DE&country!=AT", [""]),
        ("country=", [""]),
        ("country!=", ["DE", "AT"]),
        ("country=&country=AT", ["AT", ""]),
        ("country!=&country!=AT", ["DE"]),
        ("country=DE&os=Android", []),
        ("country=DE&os=iOS", ["DE"]),
        ("parameters.sub1=abc", ["DE"]),
        ('rule={"field":"country","op":"in","value":["AT"]}', ["AT"]),
        ('rule={"not":{"field":"country","op":"is_empty"}}&os!=iOS', ["AT"]),
    ],
)
def test_an_address_is_one_rule(query: str, countries: list[str]):
    assert fitting(query) == countries


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("country=DE&country=AT", ["Country is Germany or Austria"]),
        ("country!=DE&os=iOS", ["Country is not Germany", "Operating system is iOS"]),
        ("language=de", ["Language is German"]),
        ("city=", ["City is (none)"]),
        ("device_type=phone", ["Device is Phone"]),
    ],
)
def test_a_chip_says_its_condition(query: str, words: list[str]):
    assert [chip.lower() for chip in said(query)] == [word.lower() for word in words]


def test_a_chip_of_a_rule_says_the_rule():
    [chip] = filters('rule={"field":"city","op":"starts_with","value":"Ber"}').chips

    assert "starts with" in chip.words
    assert "Ber" in chip.words


def test_taking_a_chip_away_leaves_the_others():
    both = filters("country=DE&country=AT&os=iOS")

    assert both.without(both.chips[0]) == [("os", "iOS")]


def test_narrowing_replaces_what_the_field_was_narrowed_to():
    found = filters("country=DE&country=AT&os!=iOS").narrowed({"country": "DE", "city": "Berlin"})

    assert found == [("os!", "iOS"), ("country", "DE"), ("city", "Berlin")]


@pytest.mark.parametrize(
    "query",
    [
        "rule=nonsense",
        "rule=[]",
        "rule=null",
        "rule=" + "[" * 5_000,
        'rule={"field":"nothing","op":"is","value":"x"}',
        'rule={"field":"country","op":"sounds_like","value":"x"}',
        'rule={"field":"happened_at","op":"is","value":"x"}',
        "status=many",
        "kind=robots",
        "parameters.=x",
        "hour.Nowhere/City=1",
        "asn=" + "9" * 5_000,
        "attributed_campaign=" + "9" * 5_000,
        "&".join(f"parameters.p{number}=x" for number in range(60)),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(query: str):
    with pytest.raises(BadFilter, match=r"\w+ .*\.$"):
        filters(query)


@pytest.mark.parametrize(
    ("field", "operator", "value", "pairs"),
    [
        ("country", "is", "DE", [("country", "DE")]),
        ("country", "is_not", "DE", [("country!", "DE")]),
        ("country", "in", "DE, AT", [("country", "DE"), ("country", "AT")]),
        ("country", "not_in", "DE,AT", [("country!", "DE"), ("country!", "AT")]),
        ("parameters.sub1", "is", "x", [("parameters.sub1", "x")]),
    ],
)
def test_a_plain_condition_stands_plainly_in_the_address(
    field: str, operator: str, value: str, pairs: list[tuple[str, str]]
):
    assert condition(field, operator, value) == pairs


@pytest.mark.parametrize(
    ("field", "operator", "value", "document"),
    [
        ("city", "starts_with", "Ber", {"field": "city", "op": "starts_with", "value": "Ber"}),
        ("city", "is_empty", "", {"field": "city", "op": "is_empty"}),
        ("asn", "between", "10, 20", {"field": "asn", "op": "between", "value": [10, 20]}),
        ("ip", "in_network", "192.0.2.0/24", {"field": "ip", "op": "in_network", "value": ["192.0.2.0/24"]}),
    ],
)
def test_any_other_condition_stands_there_as_a_rule(field: str, operator: str, value: str, document: dict[str, object]):
    [(name, said)] = condition(field, operator, value)

    assert name == "rule"
    assert json.loads(said) == document


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("country", "is", ""),
        ("country", "in", " , "),
        ("status", "is", "x"),
        ("city", "matches", "("),
        ("nothing", "is", "x"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(field: str, operator: str, value: str):
    with pytest.raises(BadFilter):
        condition(field, operator, value)


def test_what_the_address_says_is_read_back_as_the_same_rule():
    pairs = QueryDict(mutable=True)
    pairs.update(
        {"rule": '{"any":[{"field":"os","op":"is","value":"iOS"},{"field":"country","op":"is","value":"AT"}]}'}
    )
    once = Filters.read(pairs)

    again = QueryDict(mutable=True)
    for name, value in once.pairs:
        again.appendlist(name, value)

    assert text(Filters.read(again).rule) == text(once.rule)


def test_the_form_carries_the_state_of_its_page():
    new = NewFilter.read(QueryDict("page=analytics:explore&by=country&os=iOS&add=country&op=is_not&value=DE"))

    assert new.address() == "/explore?by=country&os=iOS&country%21=DE"


def test_the_form_leads_to_no_page_but_ours():
    new = NewFilter.read(QueryDict("page=https://evil.example&add=country&op=is&value=DE"))

    assert new.address() == "/?country=DE"


def test_a_parameter_is_named_in_the_form():
    new = NewFilter.read(QueryDict("add=parameters&named=sub1&op=contains&value=x"))

    assert json.loads(QueryDict(new.address().partition("?")[2])["rule"])["field"] == "parameters.sub1"


def test_an_operator_of_another_field_is_refused():
    with pytest.raises(BadFilter, match="cannot be compared so"):
        NewFilter.read(QueryDict("add=asn&op=matches&value=x")).address()
