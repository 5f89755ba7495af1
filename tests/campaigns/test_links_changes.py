"""Making, changing and pausing links: what is stored, what is in force at once, and what is refused."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns.models import Link
from tests.accounts import make
from tests.campaigns.make import a_link, in_force

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEW = {"name": "Autumn poster", "destination": "https://shop.example.com/autumn?c={click_id}", "key": "autumn"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def link(alice: Membership) -> Link:
    return a_link(alice.organization, "spring", created_by=alice.user)


def changed(client: Client, link: Link, **fields: str) -> dict[str, str]:
    """The fields of the form as the page gives them, with some typed anew."""
    form = client.get(f"/links/{link.key}/change").context["form"]
    return {name: str(form[name].value()) for name in form.fields} | fields


# Making one


@pytest.mark.usefixtures("route_table")
def test_a_new_link_is_stored_and_in_force(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/links/new", NEW)

    link = Link.objects.get()
    assert answer["Location"] == "/links/autumn"
    assert (link.organization, link.created_by, link.name) == (alice.organization, alice.user, "Autumn poster")
    assert in_force("autumn")["destination"] == NEW["destination"]


@pytest.mark.usefixtures("alice")
def test_without_a_key_one_is_chosen(client: Client) -> None:
    client.post("/links/new", NEW | {"key": ""})

    assert re.fullmatch(r"[2-9a-z]{7}", Link.objects.get().key)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "This field is required"),
        ("destination", "", "This field is required"),
        ("destination", "javascript:alert(1)", "Give a whole address"),
        ("destination", "https://example.com/{colour}", "There is no macro {colour}"),
        ("destination", "https://{source}.example.com/", "A macro cannot stand in the host name"),
        ("destination", "http://localhost:8001/in/autumn", "round in circles"),
        ("key", "two words", "Letters, digits, - and _ only"),
        ("key", "../up", "Letters, digits, - and _ only"),
        ("key", "new", "used by Trellis itself"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_what_cannot_work_is_refused_beside_its_field(client: Client, field: str, value: str, says: str) -> None:
    answer = client.post("/links/new", NEW | {field: value})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Link.objects.exists()


@pytest.mark.usefixtures("alice")
def test_a_key_of_anybody_is_taken(client: Client) -> None:
    a_link(make.charlie().organization, "autumn")

    answer = client.post("/links/new", NEW)

    assert answer.status_code == 422
    assert "This key is taken" in answer.content.decode()


@pytest.mark.usefixtures("alice")
def test_the_drawer_gets_the_form_alone(client: Client) -> None:
    part = client.get("/links/new", headers=HTMX).content.decode()

    assert part.strip().startswith('<div id="link-form">')


@pytest.mark.usefixtures("alice")
def test_a_bad_form_in_the_drawer_stays_there(client: Client) -> None:
    answer = client.post("/links/new", NEW | {"name": ""}, headers=HTMX)

    assert answer.status_code == 422
    assert answer.content.decode().strip().startswith('<div id="link-form">')


@pytest.mark.usefixtures("alice")
def test_a_good_form_in_the_drawer_leaves_for_the_link(client: Client) -> None:
    assert client.post("/links/new", NEW, headers=HTMX)["HX-Redirect"] == "/links/autumn"


# Changing one


@pytest.mark.usefixtures("route_table")
def test_a_change_is_stored_and_in_force(
    client: Client, link: Link, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    fields = changed(client, link, destination="https://shop.example.com/summer")

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/links/spring/change", fields)

    assert answer["Location"] == "/links/spring"
    assert in_force("spring")["destination"] == "https://shop.example.com/summer"


def test_the_key_never_changes(client: Client, link: Link) -> None:
    client.post("/links/spring/change", changed(client, link, key="summer", name="Summer"))

    assert Link.objects.get().key == "spring"
    assert Link.objects.get().name == "Summer"


def test_the_second_of_two_people_is_told(client: Client, link: Link) -> None:
    bob = make.signed_in(Client(), make.bob(Role.MARKETER))
    alices, bobs = changed(client, link, name="Alice's"), changed(bob, link, name="Bob's")

    client.post("/links/spring/change", alices)
    answer = bob.post("/links/spring/change", bobs)

    assert answer.status_code == 422
    assert "Somebody else has changed this link" in answer.content.decode()
    assert Link.objects.get().name == "Alice's"


def test_saving_again_after_being_told_needs_a_fresh_look(client: Client, link: Link) -> None:
    stale = changed(client, link, name="Stale")
    link.pause(NOW)

    again = client.post("/links/spring/change", stale).context["form"]["seen"].value()

    assert client.post("/links/spring/change", stale | {"seen": again}).status_code == 422


@pytest.mark.parametrize("seen", ["", "x", "2026-11-22"])
def test_a_change_without_the_state_it_saw_is_refused(client: Client, link: Link, seen: str) -> None:
    answer = client.post("/links/spring/change", changed(client, link, seen=seen))

    assert answer.status_code == 422


# Pausing


@pytest.mark.usefixtures("route_table")
def test_pausing_and_resuming_are_in_force_at_once(
    client: Client, link: Link, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    states = []
    for deed in ("pause", "resume"):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/links/{link.key}/{deed}")
        states.append(in_force("spring")["paused"])

    assert states == [True, False]


def test_pausing_in_the_list_redraws_the_row(client: Client, link: Link) -> None:
    row = client.post(f"/links/{link.key}/pause", headers=HTMX).content.decode()

    assert row.strip().startswith('<tr id="link-spring">')
    assert "Paused" in row
    assert "/links/spring/resume" in row
