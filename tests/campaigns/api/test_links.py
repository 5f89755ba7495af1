"""`/api/v1/links` as a program sees it."""

from typing import Any

import pytest

from apps.accounts.models import Membership
from apps.campaigns.api.links import LinkSchema
from apps.campaigns.models import Link
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign, a_link, in_force

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example/?c={click_id}"


def test_a_link_with_a_destination_of_its_own(program, route_table, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = program.post("/links", {"name": "Poster", "key": "poster", "destination": SHOP})

    assert (answer.status_code, answer["Location"]) == (201, "/api/v1/links/poster")
    assert answer.json().keys() == LinkSchema().fields.keys()
    assert (answer.json()["campaign"], answer.json()["created_by"]) == (None, "Alice Ames")
    assert in_force("poster")["destination"] == SHOP


def test_a_link_of_a_campaign_says_what_its_source_says(program: Program, alice: Membership):
    a_campaign(alice.organization, "spring", name="Spring Sale")

    made = program.post("/links", {"name": "Ads", "campaign": "spring", "source": "google-ads"}).json()

    assert (made["campaign"], made["destination"]) == ("spring", "")
    assert made["parameters"][:3] == [["utm_source", "google"], ["utm_medium", "cpc"], ["utm_campaign", "spring-sale"]]
    assert made["address"].startswith(f"{made['url']}?utm_source=google&utm_medium=cpc")


def test_parameters_that_are_given_are_kept_as_they_are(program: Program, alice: Membership):
    a_campaign(alice.organization, "spring")
    pairs = [["utm_source", "a b"], ["sub1", "{id}"], ["empty", ""]]

    made = program.post(
        "/links", {"name": "Ads", "campaign": "spring", "source": "google-ads", "parameters": pairs}
    ).json()

    assert made["parameters"] == pairs


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"destination": SHOP}, ["#/name"]),
        ({"name": "Poster"}, ["#/destination"]),
        ({"name": "Poster", "destination": "javascript:alert(1)"}, ["#/destination"]),
        ({"name": "Poster", "destination": "https://x.example/{nothing}"}, ["#/destination"]),
        ({"name": "Poster", "destination": SHOP, "key": "new"}, ["#/key"]),
        ({"name": "Poster", "destination": SHOP, "key": "taken"}, ["#/key"]),
        ({"name": "Poster", "destination": SHOP, "source": "carrier-pigeon"}, ["#/source"]),
        ({"name": "Poster", "destination": SHOP, "parameters": [["a", "1"], ["a", "2"]]}, ["#/parameters"]),
        ({"name": "Poster", "destination": SHOP, "parameters": [["", "1"]]}, ["#/parameters"]),
        ({"name": "Poster", "destination": SHOP, "parameters": {"a": "1"}}, ["#/parameters"]),
        ({"name": "Poster", "campaign": "nobody"}, ["#/campaign"]),
        ({"name": "Poster", "campaign": "taken", "destination": SHOP}, ["#/destination"]),
        ({"name": "Poster", "destination": SHOP, "paused": True}, ["#/paused"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(program: Program, alice: Membership, body: Any, expected: list[str]):
    a_campaign(alice.organization, "taken")

    answer = program.post("/links", body)

    assert (answer.status_code, pointers(answer)) == (400, expected)
    assert Link.objects.count() == 1


def test_a_link_is_changed_as_it_was_seen(program: Program, alice: Membership):
    a_link(alice.organization, "poster")
    seen = program.get("/links/poster")["ETag"]

    first = program.patch("/links/poster", {"destination": SHOP, "parameters": [["sub1", "x"]]}, seen=seen)
    second = program.patch("/links/poster", {"name": "Mine"}, seen=seen)

    assert (first.status_code, second.status_code, second["ETag"]) == (200, 412, first["ETag"])
    assert program.patch("/links/poster", {"name": "Mine"}).status_code == 428
    link = Link.objects.get()
    assert (link.name, link.destination, link.parameters) == ("Spring newsletter", SHOP, [["sub1", "x"]])


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"destination": "nowhere"}, ["#/destination"]), ({"key": "other"}, ["#/key"]), ({"name": " "}, ["#/name"])],
)
def test_a_wrong_change_changes_nothing(program: Program, alice: Membership, body: Any, expected: list[str]):
    before = a_link(alice.organization, "poster").updated_at

    assert pointers(program.patch("/links/poster", body, seen="*")) == expected
    assert Link.objects.get().updated_at == before


def test_a_link_of_a_campaign_leads_where_the_campaign_says(program: Program, alice: Membership):
    a_campaign(alice.organization, "spring")

    assert pointers(program.patch("/links/spring", {"destination": SHOP}, seen="*")) == ["#/destination"]
    assert program.patch("/links/spring", {"destination": SHOP, "name": "x"}, seen="*").status_code == 400


def test_a_link_is_paused_and_goes_on(program, alice, route_table, django_capture_on_commit_callbacks):
    a_link(alice.organization, "poster")
    told = []

    with django_capture_on_commit_callbacks(execute=True):
        told += [program.post("/links/poster/pause").json()["is_paused"]]
    told += [in_force("poster")["paused"], program.post("/links/poster/resume").json()["is_paused"]]

    assert told == [True, True, False]


def test_pausing_again_keeps_the_first_moment(program: Program, alice: Membership):
    a_link(alice.organization, "poster")

    first, second = program.post("/links/poster/pause"), program.post("/links/poster/pause")

    assert first["ETag"] == second["ETag"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, 3), ({"campaign": "spring"}, 1), ({"search": "poster"}, 1), ({"campaign": "nobody"}, 0)],
)
def test_links_are_listed(program: Program, alice: Membership, query: dict[str, str], expected: int):
    a_campaign(alice.organization, "spring")
    a_link(alice.organization, "poster")
    a_link(alice.organization, "flyer")

    assert len(program.get("/links", query).json()["data"]) == expected


def test_links_come_newest_first_page_by_page(program: Program, alice: Membership):
    made = [a_link(alice.organization).key for _ in range(3)]

    first = program.get("/links", {"limit": 2}).json()
    second = program.get("/links", {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [link["key"] for page in (first, second) for link in page["data"]] == made[::-1]
    assert second["next_cursor"] is None


def test_the_list_asks_as_much_for_many_as_for_few(program: Program, alice: Membership, django_assert_max_num_queries):
    for _ in range(10):
        a_campaign(alice.organization)

    with django_assert_max_num_queries(3):
        assert len(program.get("/links").json()["data"]) == 10
