"""`/api/v1/campaigns` as a list, and what keys of others and of fewer scopes see of it."""

from typing import Any

import pytest

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign, a_definition

pytestmark = pytest.mark.django_db


def test_campaigns_come_newest_first_page_by_page(program: Program, alice: Membership):
    made = [a_campaign(alice.organization).key for _ in range(5)]

    met: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = program.get("/campaigns", query).json()
        met += [campaign["key"] for campaign in page["data"]]
        a_campaign(alice.organization)
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert met == made[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"autumn", "spring"}),
        ({"status": "active"}, {"autumn"}),
        ({"status": "archived"}, {"gone"}),
        ({"tag": "shop"}, {"spring"}),
        ({"search": "SPR"}, {"spring"}),
        ({"search": "nothing"}, set()),
    ],
)
def test_filters_narrow(program: Program, alice: Membership, query: dict[str, str], expected: set[str]):
    a_campaign(alice.organization, "spring", tags=["shop"])
    a_campaign(alice.organization, "autumn", name="Autumn", live=True)
    editing.archive(a_campaign(alice.organization, "gone", name="Gone").pk, user=None)

    assert {campaign["key"] for campaign in program.get("/campaigns", query).json()["data"]} == expected


@pytest.mark.parametrize(
    "query",
    [{"status": "lively"}, {"cursor": "x"}, {"cursor": "0"}, {"cursor": "9" * 30}, {"limit": 0}, {"sort": "name"}],
)
def test_a_filter_that_is_not_understood_is_refused(program: Program, query: dict[str, str]):
    answer = program.get("/campaigns", query)

    assert (answer.status_code, pointers(answer)) == (400, [f"#/{name}" for name in query])


def test_the_list_says_what_is_published(program: Program, alice: Membership):
    campaign = a_campaign(alice.organization, live=True)
    a_campaign(alice.organization)
    published = [(each["version"], each["is_published"]) for each in program.get("/campaigns").json()["data"]]
    editing.save_draft(campaign.pk, a_definition(rules=[]), seen=1, user=None)

    changed = [(each["version"], each["is_published"]) for each in program.get("/campaigns").json()["data"]]

    assert (published, changed) == ([(None, False), (1, True)], [(None, False), (1, False)])


def test_the_list_asks_as_much_for_many_as_for_few(
    program: Program, alice: Membership, django_assert_max_num_queries: Any
):
    for _ in range(10):
        a_campaign(alice.organization, live=True)

    with django_assert_max_num_queries(3):
        assert len(program.get("/campaigns").json()["data"]) == 10


CALLS = [
    ("get", "/campaigns/spring", None), ("put", "/campaigns/spring", {"name": "Mine", "draft": {}}),
    ("patch", "/campaigns/spring", {"name": "Mine"}), ("get", "/campaigns/spring/rules", None),
    ("put", "/campaigns/spring/rules", {"data": []}), ("get", "/campaigns/spring/versions", None),
    ("get", "/campaigns/spring/versions/1", None), ("post", "/campaigns/spring/publish", {}),
    ("post", "/campaigns/spring/restore", {"version": 1}), ("post", "/campaigns/spring/clone", {}),
    ("post", "/campaigns/spring/pause", {}), ("post", "/campaigns/spring/activate", {}),
    ("post", "/campaigns/spring/archive", {}), ("get", "/links/spring", None),
    ("patch", "/links/spring", {"name": "Mine"}), ("post", "/links/spring/pause", {}), ("post", "/links/spring/resume", {}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_key_of_another_organization_finds_nothing(alice: Membership, charlie: Membership, method, path, body):
    a_campaign(alice.organization, "spring", live=True)

    answer = Program(charlie.organization).ask(method, path, body, seen="*")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert Campaign.objects.filter(name="Spring", status="active", revision=1).count() == 1


def test_a_list_has_nothing_of_another_organization(spring: Campaign, charlie: Membership):
    stranger = Program(charlie.organization)

    assert [stranger.get(path).json()["data"] for path in ("/campaigns", "/links")] == [[], []]
    assert pointers(stranger.post("/links", {"name": "Mine", "campaign": "spring"})) == ["#/campaign"]


@pytest.mark.parametrize(
    ("method", "path", "body"), [*CALLS, ("post", "/campaigns", {"name": "Mine"}), ("post", "/links", {})]
)
def test_a_scope_lets_do_what_it_says(alice: Membership, spring: Campaign, method, path, body):
    reader = Program(alice.organization, [Scope.CAMPAIGNS_READ])
    writer = Program(alice.organization, [Scope.CAMPAIGNS_WRITE])
    reporter = Program(alice.organization, [Scope.ANALYTICS_READ])

    refused = [who.ask(method, path, body, seen="*").status_code == 403 for who in (reader, writer, reporter)]

    assert refused == ([False, True, True] if method == "get" else [True, False, True])
