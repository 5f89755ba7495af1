"""Saved views of Explore: who sees, opens, changes and deletes them."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics.models import SavedView
from tests.accounts import make
from tests.analytics.make import a_saved_view

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

QUERY = "by=country&metric=clicks&span=7d"


def save(page: Client, **fields: str) -> object:
    return page.post("/explore/views/save", {"name": "Countries", "query": QUERY, **fields})


def test_a_view_is_saved_as_explore_itself_would_write_its_address(page: Client, alice: Membership):
    answer = save(page)

    view = SavedView.objects.get()
    assert answer["Location"] == f"/explore?{view.query}"
    assert view.query == "span=7d&kinds=people&by=country&metric=clicks"
    assert (view.owner, view.is_shared) == (alice.user, False)


def test_a_saved_view_is_named_where_it_is_shown(page: Client, alice: Membership):
    view = a_saved_view(alice, name="Countries of the week")

    answer = page.get(f"/explore/views/{view.pk}", follow=True)

    assert answer.context["opened"] == view
    assert "Countries of the week" in answer.text


def test_a_span_that_is_said_in_days_stays_so(page: Client):
    save(page, query="span=30d")

    assert "span=30d" in SavedView.objects.get().query


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"query": "by=nonsense"}, "cannot be saved"),
        ({"query": "rule=nonsense"}, "not JSON"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_words(page: Client, fields: dict[str, str], words: str):
    answer = save(page, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert not SavedView.objects.exists()


def test_a_name_is_one_s_own_once(page: Client):
    save(page)

    answer = save(page)

    assert answer.status_code == 422
    assert "You have a view of this name already" in answer.text


def test_two_people_may_use_the_same_name(page: Client, client: Client):
    save(page)
    save(make.signed_in(Client(), make.bob(Role.MARKETER)))

    assert SavedView.objects.count() == 2


def test_others_see_what_is_shared_and_nothing_else(client: Client, alice: Membership):
    shared, own = a_saved_view(alice, name="Shared one", is_shared=True), a_saved_view(alice, name="Own one")
    make.signed_in(client, make.bob())

    listed = client.get("/explore/views").text

    assert "Shared one" in listed
    assert "Own one" not in listed
    assert client.get(f"/explore/views/{shared.pk}").status_code == 302
    assert client.get(f"/explore/views/{own.pk}").status_code == 404


@pytest.mark.parametrize("action", ["", "/change", "/delete"])
def test_another_organization_sees_nothing(client: Client, alice: Membership, action: str):
    view = a_saved_view(alice, is_shared=True)
    make.signed_in(client, make.charlie())
    ask = client.post if action else client.get

    assert ask(f"/explore/views/{view.pk}{action}", {"name": "Mine now"}).status_code == 404
    assert SavedView.objects.get().name == view.name


def test_a_viewer_opens_views_and_saves_none(client: Client, alice: Membership):
    a_saved_view(alice, is_shared=True)
    make.signed_in(client, make.bob())

    assert save(client).status_code == 403
    assert "Save this view" not in client.get("/explore").text
    assert "Rename, share or delete" not in client.get("/explore/views").text


def test_a_view_is_renamed_and_shared(page: Client, alice: Membership):
    view = a_saved_view(alice)

    page.post(f"/explore/views/{view.pk}/change", {"name": "Renamed", "is_shared": "on"})

    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Renamed", True)
    assert view.query


def test_a_name_that_is_taken_comes_back_on_the_list(page: Client, alice: Membership):
    a_saved_view(alice, name="Taken")
    view = a_saved_view(alice)

    answer = page.post(f"/explore/views/{view.pk}/change", {"name": "Taken"})

    assert answer.status_code == 422
    assert "You have a view of this name already" in answer.text


def test_a_view_is_deleted(page: Client, alice: Membership):
    page.post(f"/explore/views/{a_saved_view(alice).pk}/delete")

    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("role", "status"), [(Role.MARKETER, 404), (Role.ADMIN, 302)])
def test_who_manages_may_change_what_others_share(client: Client, alice: Membership, role: str, status: int):
    view = a_saved_view(alice, is_shared=True)
    make.signed_in(client, make.bob(role))

    assert client.post(f"/explore/views/{view.pk}/delete").status_code == status


def test_the_number_of_queries_does_not_grow_with_views(
    page: Client, alice: Membership, django_assert_num_queries: object
):
    for _ in range(8):
        a_saved_view(alice)

    with django_assert_num_queries(6):  # type: ignore[operator]  # session, person, seen, member, which, views
        page.get("/explore/views")
