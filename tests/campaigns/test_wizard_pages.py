"""The wizard: every step is an address and a form, nothing typed is lost, and the second of two people is told."""

import re

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Link, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign, in_force
from tests.campaigns.wizard_forms import drafted, row, rows, step

pytestmark = pytest.mark.django_db
STEPS = ["basics", "destinations", "rules", "link", "test", "live"]
NEW = {"name": "Autumn sale", "key": "autumn", "tags": "Shoes, Q4", "zone": "Europe/Berlin"}


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


# Basics


@pytest.mark.usefixtures("alice")
def test_a_name_is_enough_for_a_draft_to_come_back_to(client: Client) -> None:
    answer = client.post("/campaigns/new", {"name": "Autumn sale", "zone": "UTC"})

    campaign = Campaign.objects.get()
    assert answer["Location"] == step(campaign, "destinations")
    assert (campaign.status, campaign.version) == (Status.DRAFT, None)
    assert re.fullmatch(r"[2-9a-z]{7}", campaign.key)


def test_the_first_step_says_key_tags_and_time_zone(client: Client, alice: Membership) -> None:
    client.post("/campaigns/new", NEW)

    campaign = Campaign.objects.get()
    assert (campaign.organization, campaign.created_by) == (alice.organization, alice.user)
    assert (campaign.key, campaign.tags, campaign.draft["zone"]) == ("autumn", ["shoes", "q4"], "Europe/Berlin")
    assert Link.objects.get().campaign == campaign


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "This field is required"),
        ("name", "x" * 201, "at most 200 characters"),
        ("key", "two words", "Letters, digits, - and _ only"),
        ("key", "new", "used by Trellis itself"),
        ("tags", "x" * 41, "at most 40 characters"),
        ("tags", ",".join(map(str, range(21))), "at most 20 tags"),
        ("zone", "Berlin", "Select a valid choice"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_what_cannot_be_is_refused_beside_its_field(client: Client, field: str, value: str, says: str) -> None:
    answer = client.post("/campaigns/new", NEW | {field: value})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.usefixtures("alice")
def test_a_key_of_anybody_is_taken(client: Client) -> None:
    a_campaign(make.charlie().organization, "autumn")

    answer = client.post("/campaigns/new", NEW)

    assert answer.status_code == 422
    assert "This key is taken" in answer.content.decode()


def test_the_basics_can_be_changed_later_but_not_the_key(client: Client, spring: Campaign) -> None:
    fields = {"seen": spring.revision, "name": "May", "tags": "may", "zone": "UTC", "key": "may"}

    answer = client.post(step(spring, "basics"), fields)

    spring.refresh_from_db()
    assert answer["Location"] == step(spring, "destinations")
    assert (spring.name, spring.key, spring.tags, spring.draft["zone"]) == ("May", "spring", ["may"], "UTC")


# The link


def test_the_link_says_where_it_is_placed(client: Client, spring: Campaign) -> None:
    form = client.get(f"{step(spring, 'link')}?source=google-ads").context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(step(spring, "link"), fields | {"go": "stay"})

    link = Link.objects.get()
    assert answer["Location"] == step(spring, "link")
    assert link.source == "google-ads"
    assert "utm_source=google&utm_medium=cpc&utm_campaign=spring&utm_term={keyword}" in link.address


def test_the_second_who_changes_the_link_is_told(client: Client, spring: Campaign) -> None:
    seen = client.get(step(spring, "link")).context["form"]["seen"].value()
    client.post(step(spring, "link"), {"seen": seen, "utm_source": "first"})

    answer = client.post(step(spring, "link"), {"seen": seen, "utm_source": "second"})

    assert answer.status_code == 422
    assert Link.objects.get().parameters == [["utm_source", "first"]]


# Trying it, going live


@pytest.mark.usefixtures("route_table")
def test_the_test_puts_the_draft_in_force_without_going_live(
    client: Client, spring: Campaign, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step(spring, "test"), {"seen": 1, "go": "stay"})

    spring.refresh_from_db()
    page = client.get(step(spring, "test")).content.decode()
    assert (spring.status, spring.version.number) == (Status.DRAFT, 1)
    assert in_force("spring")["campaign_id"] == spring.pk
    assert "/reports/campaigns/spring/test-click" in page
    assert 'data-copy="http://localhost:8001/in/spring"' in page


def test_looking_at_the_test_publishes_nothing(client: Client, spring: Campaign) -> None:
    page = client.get(step(spring, "test")).content.decode()

    spring.refresh_from_db()
    assert spring.version is None
    assert "Put it in force for a test" in page


def test_going_live_publishes_what_is_left(client: Client, spring: Campaign) -> None:
    answer = client.post(step(spring, "live"), {"seen": 1, "note": "Here we go"})

    spring.refresh_from_db()
    assert answer["Location"] == "/campaigns/spring"
    assert (spring.status, spring.version.note) == (Status.ACTIVE, "Here we go")


def test_going_live_twice_makes_one_version(client: Client, spring: Campaign) -> None:
    for _ in range(2):
        client.post(step(spring, "live"), {"seen": 1})

    assert spring.versions.count() == 1


# All steps


@pytest.mark.parametrize("name", STEPS)
def test_every_step_has_an_address_of_its_own_and_leads_on(client: Client, spring: Campaign, name: str) -> None:
    page = client.get(step(spring, name)).content.decode()

    assert page.count('aria-current="step"') == 1
    assert all(f'href="{step(spring, other)}"' in page for other in STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_every_step_can_be_looked_at_with_an_empty_draft(client: Client, alice: Membership, name: str) -> None:
    empty = editing.new_campaign(alice.organization, alice.user, "Empty")

    assert client.get(step(empty, name)).status_code == 200


def test_a_step_there_is_not_is_not_found(client: Client, spring: Campaign) -> None:
    assert client.get(step(spring, "nonsense")).status_code == 404


def test_going_back_saves_too(client: Client, spring: Campaign) -> None:
    answer = client.post(
        step(spring, "destinations"), rows(row(1, "Typed"), row(2), row(3), initial=3) | {"go": "back"}
    )

    assert answer["Location"] == step(spring, "basics")
    assert drafted(spring)["destinations"][0]["name"] == "Typed"


# Two people


def test_the_second_of_two_people_is_told_who_changed_what(client: Client, spring: Campaign) -> None:
    bob = make.signed_in(Client(), make.bob(Role.MARKETER))
    bob.post(step(spring, "destinations"), rows(row(1, "Bob's"), row(2), row(3), initial=3))

    answer = client.post(step(spring, "destinations"), rows(row(1, "Alice's"), row(2), row(3), initial=3))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Bob Byrd has saved this campaign" in page
    assert "Bob&#x27;s" in page
    assert 'value="Alice&#x27;s"' in page
    assert drafted(spring)["destinations"][0]["name"] == "Bob's"


def test_the_second_is_told_of_name_and_tags_too(client: Client, spring: Campaign) -> None:
    editing.save_draft(spring.pk, spring.draft, seen=1, user=None, name="Theirs", tags=["theirs"])
    said = {"seen": 1, "name": "Mine", "tags": "mine", "zone": "UTC", "priority": "7"}

    answer = client.post(step(spring, "basics"), said)

    mine = ["Name: Theirs → Mine", "Tags: theirs → mine", "Priority: 100 → 7"]
    assert answer.context["form"].conflict.mine[:3] == mine


@pytest.mark.parametrize(("said", "kept"), [("7", 7), ("", 100)])
def test_which_campaign_goes_first_is_said_by_its_priority(
    client: Client, spring: Campaign, said: str, kept: int
) -> None:
    client.post(step(spring, "basics"), {"seen": 1, "name": "Spring", "tags": "", "zone": "UTC", "priority": said})

    spring.refresh_from_db()
    assert spring.priority == kept


@pytest.mark.parametrize("said", ["0", "1001", "first"])
def test_a_priority_that_is_none_is_refused(client: Client, spring: Campaign, said: str) -> None:
    fields = {"seen": 1, "name": "Spring", "tags": "", "zone": "UTC", "priority": said}

    assert client.post(step(spring, "basics"), fields).status_code == 422


def test_saving_again_after_being_told_needs_a_fresh_look(client: Client, spring: Campaign) -> None:
    stale = rows(row(1, "Stale"), row(2), row(3), initial=3)
    editing.save_draft(spring.pk, {**spring.draft, "zone": "UTC"}, seen=1, user=None)

    again = client.post(step(spring, "destinations"), stale).context["form"]["seen"].value()

    assert client.post(step(spring, "destinations"), stale | {"seen": again}).status_code == 422


@pytest.mark.parametrize("name", ["basics", "destinations", "rules", "test", "live"])
@pytest.mark.parametrize("seen", ["", "x", "0", "99", "9" * 30])
def test_no_step_is_saved_without_the_state_it_saw(client: Client, spring: Campaign, name: str, seen: str) -> None:
    fields = {**rows(row(1), row(2), row(3), initial=3), **NEW, "device": "phone", "destination": 1, "seen": seen}

    answer = client.post(step(spring, name), fields)

    spring.refresh_from_db()
    assert answer.status_code == 422
    assert (spring.revision, spring.version) == (1, None)


def test_an_archived_campaign_is_not_changed(client: Client, spring: Campaign) -> None:
    editing.archive(spring.pk, user=None)

    answer = client.post(step(spring, "live"), {"seen": 1})

    assert answer.status_code == 422
    assert "An archived campaign is not changed" in answer.content.decode()
