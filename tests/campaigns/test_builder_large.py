"""Rules as large as they may be, in the builder."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.campaigns.builder_form import PAGE, drafted, rendered
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def test_a_rule_of_very_many_conditions_can_be_changed(client: Client, spring: Campaign) -> None:
    many = {"all": [{"field": "country", "op": "in", "value": ["DE", "AT"]} for _ in range(190)]}
    rules = [{**spring.draft["rules"][0], "when": many}]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules}, seen=1, user=None)

    fields = rendered(client.get(f"{PAGE}/rule-4").content.decode())
    answer = client.post(f"{PAGE}/rule-4", {**fields, "do": "save", "name": "Many"})

    assert answer.status_code == 302
    assert drafted(spring)["rules"][0]["when"] == many


def test_the_largest_rule_there_may_be_can_be_changed(client: Client, spring: Campaign) -> None:
    when = {"all": [{"field": f"parameters.sub{n}", "op": "is", "value": str(n)} for n in range(199)]}
    shops = [
        {"id": n, "name": f"Shop {n}", "url": "https://shop.example/", "paused": False, "caps": []}
        for n in range(1, 101)
    ]
    rules = [{**spring.draft["rules"][0], "id": 101, "when": when}]
    draft = {**spring.draft, "destinations": shops, "rules": rules, "next_id": 102}
    editing.save_draft(spring.pk, draft, seen=1, user=None)

    fields = rendered(client.get(f"{PAGE}/rule-101").content.decode())
    answer = client.post(f"{PAGE}/rule-101", {**fields, "do": "save", "name": "Many"})

    assert len(fields) > 1_000
    assert answer.status_code == 302
    assert drafted(spring)["rules"][0]["when"] == when


def test_a_condition_too_many_is_not_added_and_nothing_typed_is_lost(client: Client, spring: Campaign) -> None:
    when = {"all": [{"field": "country", "op": "is", "value": "DE"} for _ in range(199)]}
    editing.save_draft(
        spring.pk, {**spring.draft, "rules": [{**spring.draft["rules"][0], "when": when}]}, seen=1, user=None
    )
    fields = rendered(client.get(f"{PAGE}/rule-4").content.decode())

    page = client.post(f"{PAGE}/rule-4", {**fields, "do": "add:", "name": "Half typed"}).content.decode()

    assert "A rule has at most 200 conditions and groups." in page
    assert rendered(page)["name"] == "Half typed"
    assert "when.199.field" not in rendered(page)
