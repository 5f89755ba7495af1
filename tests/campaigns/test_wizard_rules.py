"""The wizard's third step: simple rules, their order, and what they say in words."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.campaigns.make import a_campaign
from tests.campaigns.wizard_forms import drafted, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ({"countries": "de, Austria"}, {"field": "country", "op": "in", "value": ["DE", "AT"]}),
        ({"device": "phone"}, {"field": "device_type", "op": "is", "value": "phone"}),
        ({"parameter": "sub1", "value": "x"}, {"field": "parameters.sub1", "op": "is", "value": "x"}),
        ({"parameter": "gclid"}, {"field": "parameters", "op": "has", "value": "gclid"}),
        ({"first_hour": "9", "last_hour": "17"}, {"field": "hour.Europe/Berlin", "op": "between", "value": [9, 17]}),
        (
            {"countries": "DE", "device": "phone"},
            {
                "all": [
                    {"field": "country", "op": "in", "value": ["DE"]},
                    {"field": "device_type", "op": "is", "value": "phone"},
                ]
            },
        ),
    ],
)
def test_a_simple_rule_is_typed_without_the_builder(
    client: Client, spring: Campaign, typed: dict[str, str], when: dict[str, Any]
) -> None:
    answer = client.post(step(spring, "rules"), {"seen": 1, "destination": 3, "go": "stay", **typed})

    rule = drafted(spring)["rules"][-1]
    assert answer["Location"] == step(spring, "rules")
    assert (rule["id"], rule["when"], rule["to"]) == (5, when, [{"destination": 3, "weight": 100}])
    assert rule["name"]


def test_a_time_of_day_may_go_over_midnight(client: Client, spring: Campaign) -> None:
    client.post(step(spring, "rules"), {"seen": 1, "destination": 1, "first_hour": "22", "last_hour": "5"})

    assert [part["value"] for part in drafted(spring)["rules"][-1]["when"]["any"]] == [[22, 23], [0, 5]]


@pytest.mark.parametrize("go", ["next", "back", "stay"])
def test_a_step_without_a_rule_is_just_passed(client: Client, spring: Campaign, go: str) -> None:
    answer = client.post(step(spring, "rules"), {"seen": 1, "destination": 1, "device": "", "go": go})

    assert answer.status_code == 302
    assert drafted(spring) == a_campaign(spring.organization).draft


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"countries": "Atlantis"}, "There is no country “Atlantis”"),
        ({"value": "x"}, "Which parameter has this value?"),
        ({"first_hour": "9"}, "A time of day begins and ends"),
        ({"name": "Everybody"}, "Give at least one condition"),
        ({"device": "phone", "destination": "77"}, "Select a valid choice"),
        ({"device": "toaster"}, "Select a valid choice"),
        ({"device": "phone", "destination": ""}, "Where should they be sent?"),
        ({"parameter": "a\x00b", "value": "x"}, "Null characters are not allowed"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_stays_in_the_form(
    client: Client, spring: Campaign, typed: dict[str, str], says: str
) -> None:
    answer = client.post(step(spring, "rules"), {"seen": 1, "destination": 1, **typed})

    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "order"), [("up:6", [6, 4]), ("down:4", [6, 4]), ("up:4", [4, 6]), ("remove:4", [6]), ("up:99", [4, 6])]
)
def test_rules_change_places_and_go(client: Client, spring: Campaign, change: str, order: list[int]) -> None:
    draft = drafted(spring)
    editing.save_draft(
        spring.pk, {**draft, "rules": [*draft["rules"], {**draft["rules"][0], "id": 6}]}, seen=1, user=None
    )

    answer = client.post(step(spring, "rules"), {"seen": 2, "change": change})

    assert answer["Location"] == step(spring, "rules")
    assert [rule["id"] for rule in drafted(spring)["rules"]] == order


def test_rules_of_the_builder_are_told_in_words(client: Client, spring: Campaign) -> None:
    page = client.get(step(spring, "rules")).content.decode()

    assert "country is Germany and device is phone" in page
    assert "Shop DE" in page
