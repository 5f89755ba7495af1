"""The wizard's second step: destinations and their weights."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.campaigns.make import a_campaign
from tests.campaigns.wizard_forms import drafted, row, rows, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def test_weights_make_the_campaigns_own_split(client: Client, spring: Campaign) -> None:
    known = [row(1, "World", 70), row(2, "Germany", 30), row(3, "App", 0)]

    client.post(step(spring, "destinations"), rows(*known, initial=3))

    draft = drafted(spring)
    assert [each["name"] for each in draft["destinations"]] == ["World", "Germany", "App"]
    assert draft["fallback"] == [{"destination": 1, "weight": 70}, {"destination": 2, "weight": 30}]
    assert draft["rules"] == a_campaign(spring.organization).draft["rules"]


def test_a_new_destination_gets_a_number_nobody_ever_had(client: Client, spring: Campaign) -> None:
    known = [row(1, "World"), row(2, "Germany", 0), row(3, "App", 0)]

    client.post(step(spring, "destinations"), rows(*known, row(name="Outlet", weight=50), initial=3))

    draft = drafted(spring)
    assert (draft["destinations"][-1]["id"], draft["next_id"]) == (5, 6)
    assert draft["fallback"][-1] == {"destination": 5, "weight": 50}


def test_caps_and_pauses_of_a_destination_survive_the_wizard(client: Client, spring: Campaign) -> None:
    draft = drafted(spring)
    draft["destinations"][0] |= {"paused": True, "caps": [{"of": "clicks", "per": "day", "limit": 9}]}
    editing.save_draft(spring.pk, draft, seen=1, user=None)

    client.post(step(spring, "destinations"), rows(row(1, "New"), row(2), row(3), seen=2, initial=3))

    assert drafted(spring)["destinations"][0] == {
        **draft["destinations"][0],
        "name": "New",
        "url": "https://shop.example/",
    }


@pytest.mark.parametrize("go", ["next", "back"])
def test_a_step_without_a_destination_is_just_passed(client: Client, alice: Membership, go: str) -> None:
    empty = editing.new_campaign(alice.organization, alice.user, "Empty")
    form = client.get(step(empty, "destinations")).context["form"]
    assert len(form.rows.forms) == 1

    answer = client.post(step(empty, "destinations"), rows({"name": "", "url": "", "weight": 100}) | {"go": go})

    assert answer.status_code == 302
    assert drafted(empty)["destinations"] == []


def test_one_more_row_is_asked_for_without_losing_what_was_typed(client: Client, spring: Campaign) -> None:
    answer = client.post(step(spring, "destinations"), rows(row(name="Typed", url="not yet")) | {"go": "another"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Typed"' in page
    assert 'name="to-1-url"' in page
    assert spring.revision == Campaign.objects.get().revision


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": "shop"}, "Give a whole address"),
        ({"url": "javascript:alert(1)"}, "Give a whole address"),
        ({"url": "https://x.example/{colour}"}, "There is no macro {colour}"),
        ({"url": "http://localhost:8001/in/spring"}, "round in circles"),
        ({"name": ""}, "This field is required"),
        ({"weight": -1}, "greater than or equal to 0"),
        ({"weight": 1_000_001}, "less than or equal to 1000000"),
    ],
)
def test_a_destination_that_cannot_be_is_refused_beside_its_field(
    client: Client, spring: Campaign, fields: dict[str, Any], says: str
) -> None:
    answer = client.post(step(spring, "destinations"), rows({**row(), **fields}))

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_destination_that_a_rule_leads_to_stays_until_the_rule_is_changed(client: Client, spring: Campaign) -> None:
    known = [row(1), row(2, DELETE="on"), row(3)]

    answer = client.post(step(spring, "destinations"), rows(*known, initial=3))

    assert answer.status_code == 422
    assert "The rule “German phones” leads to “Shop DE”" in answer.content.decode()


@pytest.mark.parametrize("total", ["", "x", "-1", "99999999999", "1e3", "٣"])
def test_a_bent_form_of_destinations_is_refused_and_never_an_error(
    client: Client, spring: Campaign, total: str
) -> None:
    for go in ("next", "another"):
        answer = client.post(step(spring, "destinations"), {"seen": 1, "to-TOTAL_FORMS": total, "go": go})

        assert answer.status_code in (200, 422)
    assert drafted(spring)["destinations"]
