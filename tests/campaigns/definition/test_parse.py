"""Documents become definitions, or every problem is named with its place."""

import copy
from typing import Any

import pytest

from apps.accounts.models import Organization
from apps.campaigns.definition import ROUTABLE, BadDefinition, Cap, Of, Per, Problem, Share, dump, empty, parse, stored
from apps.ingress.rules import FIELDS
from tests.accounts.make import an_organization
from tests.campaigns.make import a_definition, a_destination, a_rule

pytestmark = pytest.mark.django_db
CLICKS_A_DAY = {"of": "clicks", "per": "day", "limit": 1000}


@pytest.fixture
def acme() -> Organization:
    organization = an_organization("acme", time_zone="Europe/Vienna")
    organization.domains.create(name="go.acme.example", serves_links=True, verified_at=organization.created_at)
    organization.domains.create(name="hers.example", serves_links=True)
    return organization


def problems(document: object, organization: Organization) -> list[tuple[str, str]]:
    """Places and codes of what is wrong."""
    with pytest.raises(BadDefinition) as refused:
        parse(document, organization)
    return [(problem.pointer, problem.code) for problem in refused.value.problems]


def with_changed(document: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    """The document with another value at this place."""
    document = copy.deepcopy(document)
    *way, last = pointer.strip("/").split("/")
    place: Any = document
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(last) if isinstance(place, list) else last] = value
    return document


def test_a_definition_written_and_read_is_the_same(acme: Organization) -> None:
    document = a_definition(
        membership={"field": "source", "op": "is", "value": "meta"},
        starts_at="2026-11-23T00:00:00Z",
        ends_at="2026-12-24T12:30:00Z",
        caps=[CLICKS_A_DAY, {"of": "conversions", "per": "ever", "limit": 5}],
    )

    definition = parse(document, acme)

    assert dump(definition) == document
    assert parse(dump(definition), acme) == stored(document) == definition


def test_what_is_left_out_has_its_usual_value(acme: Organization) -> None:
    definition = parse({}, acme)

    assert dump(definition) == empty("Europe/Vienna")


def test_an_empty_definition_begins_counting_ids_at_one(acme: Organization) -> None:
    assert empty("UTC")["next_id"] == 1
    assert empty("Not/A zone")["zone"] == "UTC"


def test_new_parts_get_ids_that_nobody_had(acme: Organization) -> None:
    old, new = a_destination(7), {"name": "New", "url": "https://new.example/"}
    rule = {"name": "All", "when": {"all": []}, "to": [{"destination": 7, "weight": 1}]}

    definition = parse({"destinations": [old, new], "rules": [rule], "next_id": 3}, acme, next_id=20)

    assert [each.id for each in definition.destinations] == [7, 20]
    assert [each.id for each in definition.rules] == [21]
    assert definition.next_id == 22


def test_the_next_id_is_beyond_those_there_are(acme: Organization) -> None:
    assert parse({"destinations": [a_destination(7)], "next_id": 2}, acme).next_id == 8


def test_the_parts_of_a_definition_are_values(acme: Organization) -> None:
    definition = parse(a_definition(caps=[CLICKS_A_DAY]), acme)

    assert definition.caps == (Cap(Of.CLICKS, Per.DAY, 1000),)
    assert definition.rules[0].to == (Share(2, 70), Share(3, 30))
    assert definition.destination(2).name == "Shop DE"
    assert len({definition, parse(a_definition(caps=[CLICKS_A_DAY]), acme)}) == 1


def test_values_of_rules_are_brought_into_their_form(acme: Organization) -> None:
    definition = parse(a_definition(rules=[a_rule(4, when={"field": "country", "op": "is", "value": "de"})]), acme)

    assert dump(definition)["rules"][0]["when"]["value"] == "DE"


def test_moments_are_kept_to_the_second_in_utc(acme: Organization) -> None:
    definition = parse(a_definition(starts_at="2026-11-23T09:00:00.75+01:00"), acme)

    assert dump(definition)["starts_at"] == "2026-11-23T08:00:00Z"


def test_names_lose_the_spaces_around_them(acme: Organization) -> None:
    assert parse({"destinations": [a_destination(1, "  Shop ")]}, acme).destinations[0].name == "Shop"


@pytest.mark.parametrize("name", ["Žluťoučký kůň", "می‌خواهم", "👩‍💻 developers", "x" * 80])
def test_names_are_written_in_any_script(acme: Organization, name: str) -> None:
    assert parse({"destinations": [a_destination(1, name)]}, acme).destinations[0].name == name


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/membership", {"field": "shoe_size"}, "rule"),
        ("/sticky", "glue", "choice"),
        ("/sticky", None, "choice"),
        ("/zone", "Mars/Olympus", "zone"),
        ("/zone", ["UTC"], "zone"),
        ("/starts_at", "tomorrow", "moment"),
        ("/starts_at", "2026-11-23", "moment"),
        ("/starts_at", "2026-11-23T09:00:00", "moment"),
        ("/starts_at", "2026-02-30T09:00:00Z", "moment"),
        ("/starts_at", "0001-01-01T00:00:00+14:00", "moment"),
        ("/starts_at", "9999-12-31T23:59:59-14:00", "moment"),
        ("/starts_at", 1_700_000_000, "moment"),
        ("/parameters", [], "type"),
        ("/parameters/others", "keep", "choice"),
        ("/parameters/named/0/do", "shout", "choice"),
        ("/parameters/named/0/name", "", "required"),
        ("/parameters/named/0/name", "sig", "reserved"),
        ("/parameters/named/0/as", "trl_click", "reserved"),
        ("/parameters/named/0/as", "", "required"),
        ("/parameters/named/0/as", 5, "type"),
        ("/caps", {}, "type"),
        ("/destinations/0/name", "", "required"),
        ("/destinations/0/name", "x" * 81, "too_long"),
        ("/destinations/0/name", "two\nlines", "characters"),
        ("/destinations/0/url", "https://shop.example/{nothing}", "bad_destination"),
        ("/destinations/0/url", "ftp://shop.example/", "bad_destination"),
        ("/destinations/0/url", "https://" + "x" * 2000, "too_long"),
        ("/destinations/0/url", "https://GO.acme.example./in/spring", "circle"),
        ("/destinations/0/paused", "no", "type"),
        ("/destinations/0/id", 0, "out_of_range"),
        ("/destinations/1/id", 1, "duplicate"),
        ("/rules/0/id", 3, "duplicate"),
        ("/destinations/0/id", "1", "type"),
        ("/destinations/0/id", True, "type"),
        ("/rules/0/name", 7, "type"),
        ("/rules/0/when", None, "rule"),
        ("/rules/0/when/all/0/op", "resembles", "rule"),
        ("/rules/0/paused", 1, "type"),
        ("/rules/0/to", None, "type"),
        ("/rules/0/to/0/weight", 0, "out_of_range"),
        ("/rules/0/to/0/weight", 1_000_001, "out_of_range"),
        ("/rules/0/to/0/weight", 0.5, "type"),
        ("/rules/0/to/0/weight", 2**70, "out_of_range"),
        ("/rules/0/to/0/destination", 9, "reference"),
        ("/rules/0/to/0/destination", None, "type"),
        ("/fallback/0/destination", 4, "reference"),
        ("/next_id", 2**53, "out_of_range"),
        ("/next_id", "5", "type"),
    ],
)
def test_one_wrong_value_is_one_problem_at_its_place(
    acme: Organization, pointer: str, value: object, code: str
) -> None:
    found = problems(with_changed(a_definition(), pointer, value), acme)

    assert (pointer, code) in found
    assert all(place.startswith(pointer) or other == "reference" for place, other in found)


@pytest.mark.parametrize("name", sorted(set(FIELDS) - set(ROUTABLE)))
def test_a_rule_does_not_name_what_is_decided_later(acme: Organization, name: str) -> None:
    later = {"not": {"any": [{"field": name, "op": "is_set"}]}}

    assert problems(a_definition(rules=[a_rule(4, when=later)]), acme) == [("/rules/0/when/not/any/0/field", "later")]


def test_membership_may_name_what_was_decided(acme: Organization) -> None:
    was_routed = {"field": "reason", "op": "is", "value": "rule"}

    assert dump(parse(a_definition(membership=was_routed), acme))["membership"] == was_routed


def test_every_problem_is_named_at_once(acme: Organization) -> None:
    document = a_definition(zone="Nowhere", colour="red", rules=[{"id": 4, "to": [{"destination": 9, "weight": 0}]}])

    assert problems(document, acme) == [
        ("/colour", "unknown"),
        ("/rules/0/name", "required"),
        ("/rules/0/when", "required"),
        ("/rules/0/to/0/destination", "reference"),
        ("/rules/0/to/0/weight", "out_of_range"),
        ("/zone", "zone"),
    ]


def test_a_problem_is_a_sentence(acme: Organization) -> None:
    with pytest.raises(BadDefinition, match="/zone: A time zone such as") as refused:
        parse(a_definition(zone=""), acme)

    assert refused.value.problems == (Problem("/zone", "A time zone such as Europe/Berlin is wanted here.", "zone"),)


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"caps": [CLICKS_A_DAY, {**CLICKS_A_DAY, "limit": 5}]}, "/caps"),
        ({"fallback": [{"destination": 1, "weight": 1}, {"destination": 1, "weight": 2}]}, "/fallback"),
        (
            {"parameters": {"named": [{"name": "a", "do": "forward"}, {"name": "a", "do": "private"}]}},
            "/parameters/named",
        ),
        (
            {"parameters": {"named": [{"name": "a", "do": "forward"}, {"name": "b", "do": "rename", "as": "a"}]}},
            "/parameters/named",
        ),
    ],
)
def test_nothing_stands_there_twice(acme: Organization, parts: dict[str, Any], pointer: str) -> None:
    assert problems(a_definition(**parts), acme) == [(pointer, "duplicate")]


def test_only_a_renamed_parameter_has_another_name(acme: Organization) -> None:
    named = [{"name": "a", "do": "forward", "as": "b"}]

    assert problems(a_definition(parameters={"named": named}), acme) == [("/parameters/named/0/as", "unknown")]


def test_a_campaign_and_its_rules_end_after_they_start(acme: Organization) -> None:
    backwards = {"starts_at": "2026-11-23T00:00:00Z", "ends_at": "2026-11-23T00:00:00Z"}

    found = problems(a_definition(**backwards, rules=[a_rule(4, **backwards)]), acme)

    assert found == [("/rules/0/ends_at", "order"), ("/ends_at", "order")]


def test_only_the_organizations_own_verified_hosts_lead_back(acme: Organization) -> None:
    document = a_definition(destinations=[a_destination(n, url="https://hers.example/") for n in (1, 2, 3)])

    assert parse(document, acme)
    assert parse(
        a_definition(destinations=[a_destination(1, url="https://go.acme.example/")], rules=[]), an_organization()
    )


def test_a_stored_definition_is_read_wherever_it_leads(acme: Organization) -> None:
    document = a_definition(destinations=[a_destination(n, url="https://go.acme.example/") for n in (1, 2, 3)])

    assert stored(document).destinations[0].url == "https://go.acme.example/"
