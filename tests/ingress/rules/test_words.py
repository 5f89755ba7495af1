"""Rules as people read them."""

from typing import Any

import pytest

from apps.ingress.rules import EVERYTHING, FIELDS, Every, Some, field_of, parse, words

GERMANY: dict[str, Any] = {"field": "country", "op": "is", "value": "DE"}
PHONE: dict[str, Any] = {"field": "device_type", "op": "is", "value": "phone"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"all": []}, "everything"),
        ({"any": []}, "nothing"),
        (GERMANY, "country is Germany"),
        ({"all": [GERMANY]}, "country is Germany"),
        ({"not": GERMANY}, "not (country is Germany)"),
        ({"all": [GERMANY, PHONE]}, "country is Germany and device is phone"),
        (
            {"all": [GERMANY, {"any": [PHONE, GERMANY]}]},
            "country is Germany and (device is phone or country is Germany)",
        ),
        (
            {"any": [{"all": [GERMANY, PHONE]}, {"not": PHONE}]},
            "(country is Germany and device is phone) or not (device is phone)",
        ),
        (
            {"all": [GERMANY, {"any": [{"all": [PHONE]}]}, {"all": []}]},
            "country is Germany and device is phone and everything",
        ),
    ],
)
def test_rules_are_put_together_without_ambiguity(document: object, said: str) -> None:
    assert words(parse(document)) == said


@pytest.mark.parametrize(
    ("field", "op", "value", "said"),
    [
        ("country", "in", ["DE", "AT"], "country is Germany or Austria"),
        ("country", "in", ["DE"], "country is Germany"),
        ("country", "not_in", ["DE", "AT", "CH"], "country is neither Germany, Austria nor Switzerland"),
        ("country", "not_in", ["DE"], "country is not Germany"),
        ("country", "is", "ZZ", "country is ZZ"),
        ("region", "in", list("ABCDEFGH"), "region is A, B, C, D or 4 more"),
        ("region", "in", list("ABCDE"), "region is A, B, C, D or E"),
        ("utm_campaign", "contains", "spring sale", "UTM campaign contains “spring sale”"),
        ("asn", "less", 100, "AS number is less than 100"),
        ("status", "between", [300, 399], "status is between 300 and 399"),
        ("ad_is_paid", "is", False, "paid click is no"),
        ("ip", "in_network", ["10.0.0.0/8", "::1"], "address is in 10.0.0.0/8 or ::1/128"),
        ("referrer_domain", "is_or_under", ["example.com"], "referrer domain is or is under example.com"),
        ("parameters.sub1", "is", "a", "parameter sub1 is a"),
        ("parameters", "has", "sub1", "parameters include sub1"),
        ("hour.Europe/Berlin", "between", [9, 17], "hour in Europe/Berlin is between 9 and 17"),
        ("weekday.UTC", "in", [6, 7], "weekday in UTC is Saturday or Sunday"),
        ("user_agent", "matches", "Fire(fox)?", "user agent matches “Fire(fox)?”"),
    ],
)
def test_conditions_are_plain_english(field: str, op: str, value: object, said: str) -> None:
    assert words(parse({"field": field, "op": op, "value": value})) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a or b", "“a or b”"),
        ("a\nb", "“a\\nb”"),
        ("\u202eevil", "“\\u202eevil”"),
        ({"hex": "61ff00"}, "“a\\xff\\x00”"),
        ("x" * 70, f"“{'x' * 60}…”"),
        ("<b>", "“<b>”"),
        ("日本", "日本"),
    ],
)
def test_texts_of_strangers_are_told_from_our_words(value: object, said: str) -> None:
    assert words(parse({"field": "query", "op": "is", "value": value})) == f"query is {said}"


def test_absence_is_said() -> None:
    assert words(parse({"field": "utm_source", "op": "is_empty"})) == "UTM source is empty"
    assert words(parse({"field": "asn", "op": "is_set"})) == "AS number is not empty"


def test_nothing_in_a_group_is_said_too() -> None:
    assert words(Every((EVERYTHING, Some(())))) == "everything and nothing"


def test_no_two_fields_have_one_label() -> None:
    labels = [field.label for field in FIELDS.values()]

    assert len(set(labels)) == len(labels)
    assert field_of("headers.accept").label == "header accept"
