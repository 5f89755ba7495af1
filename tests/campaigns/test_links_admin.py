"""Links in the admin: the same rules, published the same way, never deleted."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import Organization
from apps.campaigns.models import Link
from tests.accounts import make
from tests.campaigns.make import a_link, in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def typed(organization: Organization, **fields: str) -> dict[str, object]:
    new = {
        "name": "Poster",
        "destination": "https://example.com/",
        "key": "poster",
        "paused_at_0": "",
        "paused_at_1": "",
    }
    return {"organization": organization.pk, **new, **fields}


@pytest.mark.usefixtures("route_table")
def test_staff_makes_a_link_that_is_in_force(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        staff.post("/admin/campaigns/link/add/", typed(make.an_organization("acme")))

    assert Link.objects.get().created_by.email == "staff@example.com"
    assert in_force("poster")["destination"] == "https://example.com/"


def test_staff_changes_a_link_but_neither_key_nor_organization(staff: Client) -> None:
    link = a_link(make.an_organization("acme"), "spring")

    staff.post(f"/admin/campaigns/link/{link.pk}/change/", typed(make.an_organization("other"), name="Renamed"))

    link.refresh_from_db()
    assert (link.name, link.key, link.organization.key) == ("Renamed", "spring", "acme")


def test_staff_pauses_a_link(staff: Client) -> None:
    link = a_link(make.an_organization("acme"))

    staff.post(
        f"/admin/campaigns/link/{link.pk}/change/",
        typed(link.organization, paused_at_0="2026-11-22", paused_at_1="12:00:00"),
    )

    link.refresh_from_db()
    assert link.paused_at is not None


@pytest.mark.parametrize("fields", [{"destination": "javascript:alert(1)"}, {"key": "new"}, {"key": "a b"}])
def test_staff_is_held_to_the_same_rules(staff: Client, fields: dict[str, str]) -> None:
    answer = staff.post("/admin/campaigns/link/add/", typed(make.an_organization(), **fields))

    assert "Please correct the error below" in answer.content.decode()
    assert not Link.objects.exists()


def test_a_link_cannot_be_deleted(staff: Client) -> None:
    link = a_link(make.an_organization())

    assert staff.post(f"/admin/campaigns/link/{link.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Link.objects.exists()


@pytest.mark.parametrize("search", ["spring", "acme", "shop.example", "a..b"])
def test_staff_can_search(staff: Client, search: str) -> None:
    a_link(make.an_organization("acme"), "spring")

    assert staff.get("/admin/campaigns/link/", {"q": search}).status_code == 200


def test_an_owner_is_not_staff(client: Client) -> None:
    make.signed_in(client, make.alice())

    assert client.get("/admin/campaigns/link/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("links", [1, 20])
def test_more_links_cost_no_more_queries(
    staff: Client, links: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(links):
        a_link(make.an_organization())

    # session, person, seen, two counts, links
    with django_assert_num_queries(6):
        staff.get("/admin/campaigns/link/")
