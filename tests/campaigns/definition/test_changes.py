"""What is new in a version is said in sentences that people would write."""

from typing import Any

import pytest

from apps.campaigns.definition import changes, stored
from tests.campaigns.make import a_definition, a_destination, a_rule

DE, FR = ({"field": "country", "op": "is", "value": country} for country in ("DE", "FR"))


def said(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return changes(stored(a_definition(**old)), stored(a_definition(**new)))


def order(old: str, new: str) -> list[str]:
    """What is said of rules in another order; each letter is a rule."""
    before, after = ({"rules": [a_rule(ord(letter), letter) for letter in letters]} for letters in (old, new))
    return said(before, after)


def test_the_first_version_is_counted() -> None:
    assert changes(None, stored(a_definition())) == ["First version: 3 destinations, 1 rule"]


def test_nothing_changed_is_nothing_said() -> None:
    assert said({}, {}) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ({}, {"sticky": "address"}, "Choice between destinations: by visitor → by address and user agent"),
        ({}, {"zone": "UTC"}, "Time zone: Europe/Berlin → UTC"),
        ({}, {"starts_at": "2026-12-01T00:00:00Z"}, "Start of the campaign: none → 2026-12-01T00:00:00Z"),
        ({"ends_at": "2026-12-01T00:00:00Z"}, {}, "End of the campaign: 2026-12-01T00:00:00Z → none"),
        ({}, {"membership": DE}, "What belongs to the campaign: what its links route → country is Germany"),
        (
            {"membership": DE},
            {"membership": FR},
            "What belongs to the campaign: country is Germany → country is France",
        ),
        (
            {},
            {"caps": [{"of": "clicks", "per": "day", "limit": 1000}]},
            "Cap of the campaign, clicks a day: none → 1,000",
        ),
        (
            {"caps": [{"of": "conversions", "per": "ever", "limit": 5}]},
            {"caps": [{"of": "conversions", "per": "ever", "limit": 7}]},
            "Cap of the campaign, conversions in total: 5 → 7",
        ),
        (
            {},
            {"parameters": {"others": "forward", "named": a_definition()["parameters"]["named"]}},
            "Parameters that are not named: drop → forward",
        ),
        ({}, {"parameters": {"others": "drop", "named": []}}, "Parameter sub1: renamed to s1 → as the others"),
        (
            {},
            {"parameters": {"others": "drop", "named": [{"name": "sub1", "do": "private"}]}},
            "Parameter sub1: renamed to s1 → private",
        ),
        ({}, {"fallback": []}, "Shop World is no destination of the fallback any more"),
        ({}, {"fallback": [{"destination": 1, "weight": 5}]}, "Weight of Shop World in the fallback: 100 → 5"),
    ],
)
def test_a_setting_of_the_campaign_is_said(old: dict[str, Any], new: dict[str, Any], sentence: str) -> None:
    assert said(old, new) == [sentence]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "Berliners"}, "Rule Germans renamed to Berliners"),
        ({"when": FR}, "Condition of rule Germans: country is Germany → country is France"),
        ({"paused": True}, "Rule Germans paused"),
        ({"starts_at": "2026-12-01T00:00:00Z"}, "Start of rule Germans: none → 2026-12-01T00:00:00Z"),
        ({"caps": [{"of": "clicks", "per": "ever", "limit": 10}]}, "Cap of rule Germans, clicks in total: none → 10"),
        ({"to": {2: 50}}, "Weight of Shop DE in rule Germans: 70 → 50"),
        ({"to": {2: 70, 3: 1}}, "App is a destination of rule Germans, with weight 1"),
    ],
)
def test_a_change_of_a_rule_is_said(change: dict[str, Any], sentence: str) -> None:
    rule = {"name": "Germans", "when": DE, "to": {2: 70}}

    assert said({"rules": [a_rule(4, **rule)]}, {"rules": [a_rule(4, **{**rule, **change})]}) == [sentence]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "Store"}, "Destination Shop renamed to Store"),
        ({"url": "https://new.example/"}, "Address of Shop: https://shop.example/ → https://new.example/"),
        ({"paused": True}, "Destination Shop paused"),
        ({"caps": [{"of": "clicks", "per": "day", "limit": 9}]}, "Cap of Shop, clicks a day: none → 9"),
    ],
)
def test_a_change_of_a_destination_is_said(change: dict[str, Any], sentence: str) -> None:
    lonely = {"rules": [], "fallback": []}

    old, new = ({**lonely, "destinations": [a_destination(1, **each)]} for each in ({}, change))

    assert said(old, new) == [sentence]


def test_parts_that_come_and_go_are_said() -> None:
    lonely = {"rules": [], "fallback": []}

    old, new = ({**lonely, "destinations": [a_destination(n, name)]} for n, name in ((1, "Old"), (2, "New")))

    assert said(old, new) == ["Destination Old removed", "Destination New added: https://shop.example/"]


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ("abc", "acb", ["Rule b moved to the end"]),
        ("abcd", "dabc", ["Rule d moved before a"]),
        ("abcd", "bcda", ["Rule a moved to the end"]),
        ("abc", "xabc", ["Rule x added before a: everything"]),
        ("abc", "abcx", ["Rule x added at the end: everything"]),
        ("abc", "ac", ["Rule b removed"]),
        ("abcd", "xdac", ["Rule b removed", "Rule x added before d: everything", "Rule d moved before a"]),
    ],
)
def test_another_order_is_said_with_as_few_moves_as_there_were(old: str, new: str, sentences: list[str]) -> None:
    assert order(old, new) == sentences


def test_two_hundred_rules_turned_round_are_said() -> None:
    rules = [a_rule(n + 10, f"r{n}") for n in range(200)]

    assert len(said({"rules": rules}, {"rules": rules[::-1]})) == 199


def test_a_long_condition_is_said_in_short() -> None:
    long = {"any": [{"field": "city", "op": "is", "value": f"City number {n}"} for n in range(100)]}

    (sentence,) = said({"rules": [a_rule(4, when=DE)]}, {"rules": [a_rule(4, when=long)]})

    assert sentence.endswith("…")
    assert len(sentence) < 400
