"""Two people in the rule builder: the second is told what the first did, and nothing is overwritten."""

from html import unescape

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.campaigns.builder_form import PAGE, drafted, rendered, sent
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(client: Client, spring: Campaign) -> None:
    said = sent(spring, "rule-4", name="Mine")
    bob = make.bob(Role.MARKETER)
    theirs = {**spring.draft, "rules": [{**spring.draft["rules"][0], "name": "Theirs"}]}
    editing.save_draft(spring.pk, theirs, seen=1, user=bob.user)

    answer = client.post(f"{PAGE}/rule-4", said)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Bob" in page
    assert "Rule Theirs renamed to Mine" in page
    assert rendered(answer.content.decode())["name"] == "Mine"
    assert drafted(spring)["rules"][0]["name"] == "Theirs"


def test_the_second_is_told_what_the_first_did_elsewhere_in_the_campaign(client: Client, spring: Campaign) -> None:
    fields = rendered(client.get(f"{PAGE}/rule-4").content.decode())
    theirs = {**spring.draft, "sticky": "address", "zone": "Asia/Tokyo"}
    editing.save_draft(spring.pk, theirs, seen=1, user=make.bob(Role.MARKETER).user, name="Summer")

    conflict = client.post(f"{PAGE}/rule-4", {**fields, "do": "save", "name": "Mine"}).context["told"].conflict

    assert conflict.theirs == [
        "Name: Spring → Summer",
        "Choice between destinations: by visitor → by address and user agent",
        f"Time zone: {spring.draft['zone']} → Asia/Tokyo",
    ]
    assert conflict.mine == ["Rule German phones renamed to Mine"]


@pytest.mark.parametrize("opened", ["", "nonsense", "WyJ4Il0:1:2"])
def test_what_a_form_says_it_was_opened_with_is_believed_only_when_it_came_from_us(
    client: Client, spring: Campaign, opened: str
) -> None:
    said = sent(spring, "rule-4", name="Mine", opened=opened)
    editing.save_draft(spring.pk, {**spring.draft, "sticky": "address"}, seen=1, user=None)

    answer = client.post(f"{PAGE}/rule-4", said)

    assert answer.status_code == 422
    assert answer.context["told"].conflict.theirs == []


def test_a_rule_that_was_removed_meanwhile_is_not_there(client: Client, spring: Campaign) -> None:
    said = sent(spring, "rule-4")
    editing.save_draft(spring.pk, {**spring.draft, "rules": []}, seen=1, user=None)

    assert client.post(f"{PAGE}/rule-4", said).status_code == 404
