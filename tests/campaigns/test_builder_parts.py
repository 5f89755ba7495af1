"""Parts of a definition as texts in a form: what a browser sends back of an untouched form is what was there."""

import re

import pytest
from hypothesis import given, settings

from apps.campaigns import definition
from apps.campaigns.builder.conditions import Condition
from apps.campaigns.builder.membership import MembershipPart
from apps.campaigns.builder.named import part_named
from apps.campaigns.builder.parts import (
    DestinationPart,
    FallbackPart,
    ParametersPart,
    RulePart,
    SettingsPart,
    UnknownPart,
)
from apps.campaigns.builder.places import changed
from apps.campaigns.builder.texts import Moment, line_of, lines_of, number, value_of
from tests.campaigns.definitions import definitions
from tests.campaigns.make import GERMAN_PHONES, a_definition, a_rule


def sent(part):
    """As a browser sends it: in a field of many lines these end with both characters."""
    return {name: re.sub("\n", "\r\n", text) for name, text in part.pairs()}


def again(kind, draft, number=0):
    return kind.read(sent(kind.of(draft, number)), draft, number).put(draft)


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_any_definition_is_what_it_was_after_every_form_was_sent_untouched(document):
    draft = document
    for rule in document["rules"]:
        draft = again(RulePart, draft, rule["id"])
    for destination in document["destinations"]:
        draft = again(DestinationPart, draft, destination["id"])
    for kind in (FallbackPart, MembershipPart, ParametersPart, SettingsPart):
        draft = again(kind, draft)

    assert definition.dump(definition.stored(draft)) == document


# Conditions


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ({"field": "country", "op": "in", "value": "Germany, at\nCH"}, ["DE", "AT", "CH"]),
        ({"field": "country", "op": "in", "value": "DE", "more": "France"}, ["DE", "FR"]),
        ({"field": "country", "op": "in", "value": "Atlantis"}, ["Atlantis"]),
        ({"field": "utm_campaign", "op": "in", "value": "a, b\r\nc"}, ["a, b", "c"]),
        ({"field": "device_type", "op": "in", "value": "phone, tablet"}, ["phone", "tablet"]),
        ({"field": "hour.", "key": "UTC", "op": "between", "value": "9", "high": "17"}, [9, 17]),
        ({"field": "asn", "op": "is", "value": "3320"}, 3320),
        ({"field": "asn", "op": "is", "value": "many"}, "many"),
        ({"field": "visitor_is_new", "op": "is", "value": "no"}, False),
        (
            {"field": "referrer_domain", "op": "is_or_under", "value": "a.example, b.example"},
            ["a.example", "b.example"],
        ),
        ({"field": "ip", "op": "in_network", "value": "192.0.2.0/24"}, ["192.0.2.0/24"]),
    ],
)
def test_what_is_typed_becomes_values_of_the_field(typed, value):
    assert Condition.read({f"when.{name}": text for name, text in typed.items()}, "when").document()["value"] == value


def test_nothing_is_compared_with_where_the_operator_takes_nothing():
    said = {"when.field": "parameters.", "when.key": "sub1", "when.op": "is_set", "when.value": "left over"}

    assert Condition.read(said, "when").document() == {"field": "parameters.sub1", "op": "is_set"}


def test_a_single_condition_stands_in_a_group_that_is_not_saved():
    root = Condition.root({"field": "country", "op": "is", "value": "DE"})

    assert (root.kind, len(root.parts)) == ("all", 1)
    assert root.document() == {"field": "country", "op": "is", "value": "DE"}


def test_a_second_condition_makes_the_group_one_that_is_saved():
    root = changed(Condition.root({"field": "country", "op": "is", "value": "DE"}), "add", "")

    assert [*root.document()] == ["all"]


def test_a_group_of_which_none_may_hold_says_so_of_any_of_them():
    two = Condition("not", parts=(Condition(value="DE"), Condition(value="FR")))

    assert two.document() == {
        "not": {
            "any": [
                {"field": "country", "op": "in", "value": ["DE"]},
                {"field": "country", "op": "in", "value": ["FR"]},
            ]
        }
    }


def test_another_field_gets_an_operator_that_it_has():
    settled = Condition(field="visitor_is_new", op="in", value="DE\nFR").settled("UTC")

    assert (settled.op, settled.value) == ("is", "DE")


def test_hours_are_those_of_the_campaign_until_another_zone_is_named():
    group = Condition(
        "all", parts=(Condition(field="hour.", op="between"), Condition(field="hour.", key="UTC", op="is"))
    )

    assert [part.key for part in group.settled("Europe/Berlin").parts] == ["Europe/Berlin", "UTC"]


def test_a_form_nested_without_end_is_cut_off():
    name = "when" + ".0" * 300
    sent_by_nobody = {f"{name[: 4 + 2 * n]}.kind": "all" for n in range(300)}

    condition = Condition.read(sent_by_nobody, "when")

    depth = 0
    while condition.parts:
        condition, depth = condition.parts[0], depth + 1
    assert depth == 10


# Buttons


ROOT = Condition.of(GERMAN_PHONES)


@pytest.mark.parametrize(
    ("deed", "at", "fields"),
    [
        ("add", "", ["country", "device_type", "country"]),
        ("copy", "0", ["country", "country", "device_type"]),
        ("remove", "0", ["device_type"]),
        ("remove", "7", ["country", "device_type"]),
        ("remove", "", ["country", "device_type"]),
        ("add", "0", ["country", "device_type"]),
        ("burn", "0", ["country", "device_type"]),
        ("remove", "x.0", ["country", "device_type"]),
        ("remove", "0.0.0", ["country", "device_type"]),
    ],
)
def test_a_button_changes_the_part_it_names(deed, at, fields):
    assert [part.field for part in changed(ROOT, deed, at).parts] == fields


def test_a_button_reaches_into_a_group():
    root = changed(changed(ROOT, "any", ""), "remove", "2.0")

    assert [part.kind for part in root.parts] == ["term", "term", "any"]
    assert len(root.parts[2].parts) == 1


def test_a_group_goes_with_all_that_is_in_it():
    root = changed(changed(ROOT, "not", ""), "remove", "2")

    assert root == ROOT


# Moments and texts


def test_a_moment_is_read_on_the_clock_of_the_campaign():
    assert Moment("2026-12-01T09:00").document("Europe/Berlin") == "2026-12-01T08:00:00Z"


@pytest.mark.parametrize("utc", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
def test_the_hour_that_comes_twice_stays_the_one_it_was(utc):
    shown = Moment.of(utc, "Europe/Berlin")

    assert shown.local == "2026-10-25T02:30"
    assert shown.document("Europe/Berlin") == utc


def test_a_moment_nobody_touched_stays_when_the_zone_is_another():
    assert Moment.of("2026-12-01T08:00:00Z", "Europe/Berlin").document("Asia/Tokyo") == "2026-12-01T08:00:00Z"


def test_what_is_no_moment_stays_as_it_was_typed():
    assert Moment("soon").document("UTC") == "soon"
    assert Moment("").document("UTC") is None


@pytest.mark.parametrize("value", [" a", "a\nb", "json:1", "", "\t", 'say "hi"', {"hex": "ff00"}, "ä", "{a}"])
def test_every_value_fits_on_one_line(value):
    line = line_of(value)

    assert "\n" not in line
    assert value_of(line) == value
    assert lines_of(line, commas=True) == [line]


@pytest.mark.parametrize(
    ("text", "read"), [("7", 7), (" 7 ", 7), ("1e3", "1e3"), ("-1", "-1"), ("٣", "٣"), (str(2**60), str(2**60))]
)
def test_digits_are_numbers_and_all_else_stays_text(text, read):
    assert number(text) == read


# Names of parts


@pytest.mark.parametrize(
    "slug", ["rule-4", "destination-2", "new-rule", "new-destination", "fallback", "parameters", "settings"]
)
def test_a_part_is_named_in_the_address(slug):
    kind, number = part_named(slug)

    assert kind.of(a_definition(), number).template.startswith("campaigns/builder/")


@pytest.mark.parametrize("slug", ["", "rule", "rule-", "rule-0", "rule-x", "rule-٣", "new-settings", "settings-1", "x"])
def test_what_is_no_part_is_refused(slug):
    with pytest.raises(UnknownPart):
        part_named(slug)


def test_a_part_that_is_gone_is_refused():
    with pytest.raises(UnknownPart):
        RulePart.of(a_definition(), 99)


def test_something_new_gets_the_next_number():
    draft = a_definition()
    part = RulePart.of(draft, 0)

    rules = part.put(draft)["rules"]

    assert rules[-1]["id"] == draft["next_id"]
    assert part.put(draft)["next_id"] == draft["next_id"] + 1


def test_a_parameter_without_a_name_is_none():
    part = ParametersPart.read(
        {"others": "drop", "named.0.do": "forward", "named.1.name": "sub2", "named.1.do": "private"}, {}, 0
    )

    assert [row.name for row in part.named] == ["sub2"]


def test_a_weight_of_nothing_is_no_share():
    draft = a_definition(rules=[a_rule(4, to={2: 70, 3: 30})])
    typed = {**sent(RulePart.of(draft, 4)), "to.1.weight": "0"}

    assert RulePart.read(typed, draft, 4).put(draft)["rules"][0]["to"] == [{"destination": 2, "weight": 70}]
