"""`GET /api/v1/saved-views` as a program sees it."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.analytics.api_saved_views import SavedViewSchema
from tests.accounts import make
from tests.analytics.make import a_saved_view
from tests.campaigns.api.program import Program

pytestmark = pytest.mark.django_db
VIEWS = "/saved-views"


@pytest.fixture
def alice() -> Membership:
    return make.alice()


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice.organization, [Scope.ANALYTICS_READ], created_by=alice.user)


def names(answer: Any) -> list[str]:
    return [each["name"] for each in answer.json()["data"]]


def test_a_shared_view_says_what_it_asks_and_where_people_find_it(
    program: Program, alice: Membership, client: Client
) -> None:
    view = a_saved_view(alice, name="Countries", query="span=7d&by=country", is_shared=True)

    [told] = program.get(VIEWS).json()["data"]

    assert told.keys() == SavedViewSchema().fields.keys()
    assert (told["id"], told["name"], told["query"]) == (str(view.pk), "Countries", "span=7d&by=country")
    assert told["created_by"] == "Alice Ames"
    make.signed_in(client, alice)
    assert client.get(told["address"])["Location"].endswith("span=7d&by=country")


def test_what_somebody_keeps_for_themselves_is_not_told_not_even_to_their_own_key(
    program: Program, alice: Membership
) -> None:
    a_saved_view(alice, name="Mine")
    a_saved_view(alice, name="Ours", is_shared=True)

    assert names(program.get(VIEWS)) == ["Ours"]


def test_another_organization_s_are_not_there(program: Program) -> None:
    a_saved_view(make.charlie(), name="Theirs", is_shared=True)

    assert names(program.get(VIEWS)) == []


def test_they_come_newest_first_page_by_page(program: Program, alice: Membership) -> None:
    for number in range(3):
        a_saved_view(alice, name=f"View {number}", is_shared=True)

    first = program.get(VIEWS, {"limit": 2})
    second = program.get(VIEWS, {"limit": 2, "cursor": first.json()["next_cursor"]})

    assert (names(first), names(second)) == (["View 2", "View 1"], ["View 0"])
    assert second.json()["next_cursor"] is None


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "mine"}, {"organization": 1}])
def test_a_question_that_is_not_right_is_a_problem(program: Program, query: dict[str, Any]) -> None:
    assert program.get(VIEWS, query).status_code == 400


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    program: Program, alice: Membership, django_assert_num_queries: Any
) -> None:
    program.get(VIEWS)
    for _ in range(5):
        a_saved_view(alice, is_shared=True)

    with django_assert_num_queries(2):
        program.get(VIEWS)


def test_they_are_read_with_the_scope_of_reports_and_never_changed(program: Program, alice: Membership) -> None:
    others = Program(alice.organization, [scope for scope in Scope if scope != Scope.ANALYTICS_READ])

    assert others.get(VIEWS).status_code == 403
    assert program.post(VIEWS, {"name": "New", "query": "", "is_shared": True}).status_code == 405
