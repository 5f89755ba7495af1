"""What `parse` refuses: with a pointer and a sentence, never with a guess and never with another error."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.ingress.rules import BadRule, parse

RANDOM = settings(
    max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


NO_RULES: list[object] = [None, [], "x", 1, {}, {"all": [], "any": []}, {"nor": []}, {"field": "country"}]
WORDS = st.sampled_from(["all", "any", "not", "field", "op", "value", "hex"])
NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)


def a_term(field: str = "country", op: str = "is", value: object = "DE") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def nested(depth: int) -> dict[str, Any]:
    return a_term() if depth == 1 else {"not": nested(depth - 1)}


def refusal(document: object) -> BadRule:
    with pytest.raises(BadRule) as caught:
        parse(document)
    return caught.value


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        *((document, "") for document in NO_RULES),
        ({"op": "is", "value": "DE"}, ""),
        ({**a_term(), "zone": "UTC"}, ""),
        ({"field": "country", "op": "is"}, ""),
        ({"all": {}}, "/all"),
        ({"any": [a_term(), None]}, "/any/1"),
        ({"not": []}, "/not"),
        ({"all": [{"not": {"any": [a_term(), a_term(op="like")]}}]}, "/all/0/not/any/1/op"),
    ],
)
def test_what_is_no_rule_is_refused_where_it_stands(document: object, pointer: str) -> None:
    assert refusal(document).pointer == pointer


@pytest.mark.parametrize(
    "field",
    [
        *(
            "",
            "Country",
            "country ",
            "organization_id",
            "stored_at",
            "kind_version",
            "happened_at",
            "__class__",
            "country; --",
            "x" * 999,
        ),
        *(
            "parameters.",
            "headers.",
            "headers.a b",
            "headers.é",
            "hour",
            "hour.",
            "hour.Mars/Phobos",
            "hour.localtime",
            "hour.EST",
        ),
        *(
            "weekday.../../etc/passwd",
            "parameters.\0",
            "parameters.\ud800",
            "parameters." + "x" * 201,
            None,
            1,
            ["country"],
        ),
    ],
)
def test_a_field_there_is_not_is_refused(field: object) -> None:
    assert refusal({"all": [{"field": field, "op": "is_set"}]}).pointer == "/all/0/field"


@pytest.mark.parametrize(
    ("field", "op"),
    [
        ("country", "in_network"),
        ("country", "less"),
        ("asn", "contains"),
        ("ad_is_paid", "is_not"),
        ("parameters", "is"),
        ("ip", "IS"),
    ],
)
def test_an_operator_the_field_does_not_have_is_refused(field: str, op: str) -> None:
    refused = refusal(a_term(field, op))

    assert refused.pointer == "/op"
    assert "can be asked" in refused.sentence


@pytest.mark.parametrize("op", [None, 1, ["is"], {}, ""])
def test_an_operator_that_is_no_word_is_refused(op: object) -> None:
    assert refusal({"field": "country", "op": op, "value": "DE"}).pointer == "/op"


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        *(
            ("utm_source", "is", value)
            for value in ("", None, 1, True, [], ["a"], {}, {"hex": 1}, "a\0", "\udcff", "x" * 2_001)
        ),
        *(("utm_source", "in", value) for value in ("a", [], None, {"hex": "ff"}, ["a"] * 1_001)),
        *(("status", "is", value) for value in (0, -1, 1.0, True, "", "1.0", "-1", "٣", "1e3", 2**64, "9" * 30, None)),
        *(("status", "between", value) for value in ([1], [1, 2, 3], [2, 1], 1, {"low": 1}, [0, 1])),
        *(("hour.UTC", "is", value) for value in (24, -1, "noon")),
        *(("weekday.UTC", "is", value) for value in (0, 8)),
        *(("ad_is_paid", "is", value) for value in (1, 0, "true", None)),
        *(("kind", "is", value) for value in ("robot", "")),
        *(
            ("user_agent", "matches", value)
            for value in ("(", "a)(b", "\\Qa", "(?=a)", "\\1", "a{1001}", "((a{100}){100}){100}", "x" * 501)
        ),
        ("utm_source", "is_set", None),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: str, op: str, value: object) -> None:
    refused = refusal({"any": [a_term(field, op, value)]})

    assert refused.pointer.startswith("/any/0/value")
    assert refused.sentence.endswith(".")


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        *(
            ("host", "is_or_under", value)
            for value in ("", "a b", "a..b", ".", "-" * 64, "a/b", "http://a.test", "a:80", 1)
        ),
        *(
            ("ip", "in_network", value)
            for value in ("", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.1/255.0.255.0", "all", 1, "fe80::1%a/64")
        ),
        *(
            ("utm_source", "in", value)
            for value in ("", 1, {"hex": "f"}, {"hex": "FF"}, {"hex": ""}, {"hex": "ff", "x": 1})
        ),
    ],
)
def test_a_wrong_value_of_a_list_is_pointed_at(field: str, op: str, value: object) -> None:
    right = {"is_or_under": "example.com", "in_network": "10.0.0.0/8", "in": "a"}[op]

    assert refusal(a_term(field, op, [right, value])).pointer.startswith("/value/1")


def test_a_rule_is_at_most_ten_deep() -> None:
    parse(nested(10))

    assert refusal(nested(11)).pointer == "/not" * 10


def test_a_rule_has_at_most_two_hundred_conditions_and_groups() -> None:
    parse({"all": [a_term()] * 199})

    assert refusal({"all": [a_term()] * 200}).pointer == "/all/199"
    assert "200" in refusal({"all": [{"all": []}] * 200}).sentence


def test_all_values_together_are_limited() -> None:
    many = a_term("query", "in", [f"{n:04}" + "x" * 996 for n in range(60)])

    parse(many)

    assert refusal({"any": [many, many]}).pointer == "/any/1"


def test_a_refusal_reads_as_one_line() -> None:
    assert str(refusal({"not": a_term(op="like")})).startswith("/not/op: The country can be asked is, is_not, in,")
    assert str(refusal([])).startswith("A rule is")


@RANDOM
@given(document=NONSENSE)
def test_nonsense_is_refused_and_nothing_worse(document: object) -> None:
    try:
        parse(document)
    except BadRule as refused:
        said = refused.sentence
    else:
        said = "It is a rule."

    assert said.endswith(".")


def test_a_text_that_grows_in_its_form_is_measured_when_it_has_grown() -> None:
    assert "as more than 2,000" in refusal(a_term("utm_source", "is", "İ" * 1_500)).sentence
    parse(a_term("query", "is", "İ" * 1_500))
