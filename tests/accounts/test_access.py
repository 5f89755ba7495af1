"""Who gets in, where the others are sent, and which organization a person works in."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.accounts import make

pytestmark = pytest.mark.django_db
PAGES = ["/settings", "/settings/domains", "/settings/api-keys", "/links", "/links/new"]
ACTIONS = [
    "/settings/change",
    "/settings/domains/add",
    "/settings/domains/1/check",
    "/settings/domains/1/change",
    "/settings/domains/1/remove",
    "/settings/api-keys/create",
    "/settings/api-keys/abc/revoke",
    "/organizations/switch",
    "/links/abc/pause",
    "/links/abc/resume",
]


@pytest.mark.parametrize("page", [*PAGES, "/organizations/new", "/links/abc", "/links/abc/qr.svg"])
def test_nobody_is_sent_to_sign_in_and_back(client: Client, page: str) -> None:
    answer = client.get(page)

    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_can_change_anything_and_none_is_led_back_to_what_shows_nothing(client: Client, action: str) -> None:
    assert client.post(action)["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_change_is_never_a_get(client: Client, action: str) -> None:
    make.signed_in(client, make.alice())

    assert client.get(action).status_code == 405


@pytest.mark.parametrize("action", ACTIONS)
def test_a_change_needs_the_csrf_token(action: str) -> None:
    strict = make.signed_in(Client(enforce_csrf_checks=True), make.alice())

    assert strict.post(action).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_person_without_an_organization_is_offered_one(client: Client, page: str) -> None:
    make.signed_in(client, make.a_user("new@example.com"))

    answer = client.get(page)

    assert answer.status_code == 403
    assert "Create an organization" in answer.content.decode()


def test_a_person_can_begin_an_organization(client: Client) -> None:
    make.signed_in(client, make.a_user())

    answer = client.post("/organizations/new", {"name": "Fresh Start"})

    assert answer["Location"] == "/"
    assert "Fresh Start" in client.get("/settings").content.decode()


def test_an_organization_needs_a_name(client: Client) -> None:
    make.signed_in(client, make.a_user())

    answer = client.post("/organizations/new", {"name": " "})

    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_the_person_works_in_the_first_organization_until_another_is_chosen(client: Client) -> None:
    alice = make.alice()
    make.a_member(alice.user, make.an_organization("second"))
    make.signed_in(client, alice)

    before = client.get("/settings").context["request"].member.organization.key
    client.post("/organizations/switch", {"organization": "second"})
    after = client.get("/settings").context["request"].member.organization.key

    assert (before, after) == ("acme", "second")


@pytest.mark.parametrize("key", ["other", "nothing", "", "ACME"])
def test_only_an_own_organization_can_be_chosen(client: Client, key: str) -> None:
    make.charlie()
    make.signed_in(client, make.alice())

    answer = client.post("/organizations/switch", {"organization": key})

    assert answer.status_code == 404
    assert client.get("/settings").context["request"].member.organization.key == "acme"


def test_a_membership_that_ended_ends_at_once(client: Client) -> None:
    alice = make.alice()
    second = make.a_member(alice.user, make.an_organization("second"))
    make.signed_in(client, alice).post("/organizations/switch", {"organization": "second"})

    second.delete()

    assert client.get("/settings").context["request"].member == alice


def test_a_person_who_was_switched_off_is_out(client: Client) -> None:
    alice = make.alice()
    make.signed_in(client, alice)

    alice.user.is_active = False
    alice.user.save()

    assert client.get("/settings").status_code == 302


def test_the_switcher_lists_own_organizations_only(client: Client) -> None:
    alice = make.alice()
    make.a_member(alice.user, make.an_organization("second"))
    make.charlie()

    page = make.signed_in(client, alice).get("/settings").content.decode()

    assert 'value="second"' in page
    assert 'value="other"' not in page


def test_more_organizations_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = make.alice()
    for number in range(8):
        make.a_member(alice.user, make.an_organization(f"side-{number}"))
    make.signed_in(client, alice)

    # session, person, when the session was seen, memberships
    with django_assert_num_queries(4):
        client.get("/settings")
