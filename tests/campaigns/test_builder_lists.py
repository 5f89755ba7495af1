"""The lists of the rule builder: moved, copied, paused, removed and put back; and how full caps are."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from apps.ingress.broker import broker
from tests.accounts import make
from tests.campaigns.builder_form import PAGE, drafted
from tests.campaigns.make import a_campaign, a_definition, a_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def pressed(client: Client, campaign: Campaign, change: str) -> Any:
    return client.post(f"{PAGE}/-/change", {"change": change, "seen": campaign.revision})


@pytest.fixture
def three(alice: Membership) -> Campaign:
    rules = [a_rule(4, "First"), a_rule(5, "Second"), a_rule(6, "Third")]
    return a_campaign(alice.organization, "spring", document=a_definition(rules=rules, next_id=7))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("up:rule-5", ["Second", "First", "Third"]),
        ("down:rule-5", ["First", "Third", "Second"]),
        ("up:rule-4", ["First", "Second", "Third"]),
        ("copy:rule-4", ["First", "Copy of First", "Second", "Third"]),
        ("remove:rule-4", ["Second", "Third"]),
    ],
)
def test_a_button_changes_the_list(client: Client, three: Campaign, change: str, names: list[str]) -> None:
    answer = pressed(client, three, change)

    assert answer.status_code in (200, 302)
    assert [rule["name"] for rule in drafted(three)["rules"]] == names


def test_a_copy_has_a_number_of_its_own(client: Client, three: Campaign) -> None:
    pressed(client, three, "copy:rule-4")

    draft = drafted(three)
    assert [rule["id"] for rule in draft["rules"]] == [4, 7, 5, 6]
    assert draft["next_id"] == 8


def test_a_rule_and_a_destination_are_paused_and_resumed(client: Client, three: Campaign) -> None:
    for change in ("pause:rule-4", "pause:destination-2", "resume:rule-4"):
        pressed(client, three, change)
        three.refresh_from_db()

    assert not three.draft["rules"][0]["paused"]
    assert three.draft["destinations"][1]["paused"]


def test_what_was_removed_comes_back_to_its_place(client: Client, three: Campaign) -> None:
    before = three.draft
    page = pressed(client, three, "remove:rule-5").content.decode()
    removed = unescape(re.search(r'name="removed" value="([^"]*)"', page)[1])  # type: ignore[index]

    answer = client.post(f"{PAGE}/-/change", {"removed": removed, "seen": 2})

    assert "The rule “Second” is removed." in page
    assert answer.status_code == 302
    assert drafted(three) == before


def test_the_page_of_a_button_is_that_of_the_lists(client: Client, three: Campaign) -> None:
    for change in ("remove:rule-5", "up:rule-99"):
        assert pressed(client, three, change)["HX-Push-Url"] == PAGE
        three.refresh_from_db()


def test_a_destination_that_a_rule_leads_to_stays(client: Client, spring: Campaign) -> None:
    answer = pressed(client, spring, "remove:destination-2")

    assert answer.status_code == 422
    assert "The rule “German phones” leads to “Shop DE”" in unescape(answer.content.decode())
    assert len(drafted(spring)["destinations"]) == 3


@pytest.mark.parametrize("removed", ["", "x", "[]", "{}", '{"where": "caps", "place": 0, "part": {"id": 1}}'])
def test_only_what_was_removed_can_be_put_back(client: Client, spring: Campaign, removed: str) -> None:
    before = spring.draft

    answer = client.post(f"{PAGE}/-/change", {"removed": removed, "seen": 1})

    assert answer.status_code == 422
    assert drafted(spring) == before


def test_what_is_put_back_is_read_as_strictly_as_anything(client: Client, spring: Campaign) -> None:
    forged = json.dumps(
        {"where": "destinations", "place": 0, "part": {"id": 9, "name": "x", "url": "javascript:alert(1)"}}
    )

    answer = client.post(f"{PAGE}/-/change", {"removed": forged, "seen": 1})

    assert answer.status_code == 422


@pytest.mark.parametrize("change", ["", "up", "burn:rule-4", "up:rule-99", "up:link-1"])
def test_a_button_that_is_none_changes_nothing(client: Client, spring: Campaign, change: str) -> None:
    assert pressed(client, spring, change).status_code == 422


def test_a_button_pressed_over_a_newer_draft_is_refused(client: Client, three: Campaign) -> None:
    editing.save_draft(three.pk, {**three.draft, "sticky": "address"}, seen=1, user=make.bob().user)

    answer = pressed(client, three, "remove:rule-4")

    assert answer.status_code == 422
    assert "Bob" in answer.content.decode()
    assert len(drafted(three)["rules"]) == 3


def test_the_page_asks_as_often_for_many_rules_as_for_one(
    client: Client, alice: Membership, django_assert_max_num_queries: Any
) -> None:
    rules = [a_rule(number, f"Rule {number}") for number in range(10, 60)]
    a_campaign(alice.organization, "spring", document=a_definition(rules=rules, next_id=60))
    client.get(PAGE)

    with django_assert_max_num_queries(8):
        client.get(PAGE)


@pytest.mark.usefixtures("route_table")
def test_caps_say_how_full_they_are(client: Client, alice: Membership) -> None:
    caps = [{"of": "clicks", "per": "day", "limit": 1_000}]
    a_campaign(alice.organization, "spring", live=True, document=a_definition(rules=[a_rule(4, caps=caps)]))

    assert "0 of 1,000 clicks today" in client.get(PAGE).content.decode()


@pytest.fixture
def redis_is_away(settings: LazySettings) -> Iterator[Callable[[], None]]:
    def away() -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        broker.cache_clear()

    yield away
    broker.cache_clear()


def test_caps_name_their_limits_while_redis_is_away(
    client: Client, alice: Membership, redis_is_away: Callable[[], None]
) -> None:
    caps = [{"of": "clicks", "per": "day", "limit": 1_000}]
    a_campaign(alice.organization, "spring", live=True, document=a_definition(rules=[a_rule(4, caps=caps)]))
    redis_is_away()

    assert "At most 1,000 clicks a day" in client.get(PAGE).content.decode()
