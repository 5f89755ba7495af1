"""`/api/v1/campaigns` as a program sees it."""

from typing import Any

import pytest

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.api import schema
from apps.campaigns.api.campaigns import CampaignSchema
from apps.campaigns.models import Campaign
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign, a_definition, a_destination, a_rule

pytestmark = pytest.mark.django_db


def test_a_new_campaign_is_a_draft_with_a_link(program: Program):
    answer = program.post("/campaigns", {"name": "Spring", "key": "spring", "tags": ["Shop"], "draft": a_definition()})

    assert (answer.status_code, answer["Location"], answer["ETag"]) == (201, "/api/v1/campaigns/spring", '"1-draft-0"')
    assert answer.json()["tags"] == ["shop"]
    assert answer.json()["draft"] == a_definition()
    assert Campaign.objects.get().links.get().key == "spring"


def test_a_campaign_needs_no_more_than_a_name(program: Program):
    made = program.post("/campaigns", {"name": "Spring"}).json()

    assert made["draft"]["destinations"] == []
    assert program.get(f"/campaigns/{made['key']}").json() == made


def test_what_a_program_does_is_done_in_the_name_of_whoever_made_its_key(program: Program):
    assert program.post("/campaigns", {"name": "Spring"}).json()["edited_by"] == "Alice Ames"


def test_everything_that_is_told_is_documented(program: Program, spring: Campaign):
    assert program.get("/campaigns/spring").json().keys() == CampaignSchema().fields.keys()


def test_the_examples_of_the_documentation_work(program: Program):
    made = program.post("/campaigns", {"name": "Spring", "draft": schema.DRAFT})
    rules = {"data": [schema.GERMAN_PHONES, schema.GERMAN_PHONES]}

    changed = program.put(f"/campaigns/{made.json()['key']}/rules", rules, seen=made["ETag"])

    assert (made.status_code, changed.status_code) == (201, 200)
    assert [rule["id"] for rule in changed.json()["data"]] == [4, 5]


def test_numbers_of_64_bits_are_strings_and_moments_are_of_rfc_3339(program: Program, spring: Campaign):
    told = program.get("/campaigns/spring").json()

    assert told["id"] == str(spring.pk)
    assert told["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#/name"]),
        ({"name": ""}, ["#/name"]),
        ({"name": "a\u0007b"}, ["#/name"]),
        ({"name": "Spring", "key": "new"}, ["#/key"]),
        ({"name": "Spring", "key": "no spaces"}, ["#/key"]),
        ({"name": "Spring", "tags": ["a,b"]}, ["#/tags"]),
        ({"name": "Spring", "titel": "Spring"}, ["#/titel"]),
        ({"name": "Spring", "draft": []}, ["#/draft"]),
        ({"name": "Spring", "draft": {"rulez": []}}, ["#/draft/rulez"]),
        ({"name": "Spring", "draft": {"non_field_errors": 1}}, ["#/draft/non_field_errors"]),
        (
            {"name": "Spring", "draft": {"destinations": [a_destination(1, url="ftp://x")]}},
            ["#/draft/destinations/0/url"],
        ),
        ({"name": "Spring", "draft": {"rules": [a_rule(1, to={9: 1})]}}, ["#/draft/rules/0/to/0/destination"]),
        ([], ["#"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(program: Program, body: Any, expected: list[str]):
    answer = program.post("/campaigns", body)

    assert (answer.status_code, pointers(answer)) == (400, expected)
    assert not Campaign.objects.exists()


def test_a_key_that_is_taken_is_refused(program: Program, spring: Campaign):
    assert pointers(program.post("/campaigns", {"name": "Spring", "key": "spring"})) == ["#/key"]


def test_a_change_grows_the_revision(program: Program, spring: Campaign):
    before = program.get("/campaigns/spring")

    after = program.patch("/campaigns/spring", {"name": "Summer"}, seen=before["ETag"])

    assert after["ETag"] == '"2-draft-0"'
    assert after.json() == {
        **before.json(), "name": "Summer", "revision": 2, "edited_by": "Alice Ames", "edited_at": after.json()["edited_at"]
    }  # fmt: skip


def test_a_part_of_the_draft_changes_without_the_others(program: Program, spring: Campaign):
    fallback = [{"destination": 2, "weight": 5}]

    changed = program.patch("/campaigns/spring", {"draft": {"fallback": fallback}}, seen="*").json()

    assert changed["draft"] == a_definition(fallback=fallback)


def test_what_was_read_may_be_sent_back_changed(program: Program, spring: Campaign):
    read = program.get("/campaigns/spring")

    changed = program.put("/campaigns/spring", {**read.json(), "name": "Summer"}, seen=read["ETag"])

    assert (changed.status_code, changed.json()["name"], changed.json()["draft"]) == (200, "Summer", a_definition())


def test_all_of_a_campaign_is_replaced(program: Program, spring: Campaign):
    changed = program.put("/campaigns/spring", {"name": "Summer", "draft": {}}, seen="*").json()

    assert (changed["tags"], changed["draft"]["rules"], changed["draft"]["next_id"]) == ([], [], 5)


@pytest.mark.parametrize(
    ("method", "path"), [("put", ""), ("patch", ""), ("put", "/rules"), ("post", "/publish"), ("post", "/restore")]
)
def test_whoever_changes_says_what_they_have_seen(program: Program, spring: Campaign, method: str, path: str):
    bodies = {"/rules": {"data": []}, "/publish": {}, "/restore": {"version": 1}}
    body = bodies.get(path, {"name": "Summer", "draft": {}})

    silent = program.ask(method, f"/campaigns/spring{path}", body)
    stale = program.ask(method, f"/campaigns/spring{path}", body, seen='"7-draft-0"')
    weak = program.ask(method, f"/campaigns/spring{path}", body, seen='W/"1-draft-0"')

    assert [answer.status_code for answer in (silent, stale, weak)] == [428, 412, 412]
    assert stale["ETag"] == '"1-draft-0"'
    assert stale["Content-Type"] == "application/problem+json"
    spring.refresh_from_db()
    assert (spring.name, spring.revision) == ("Spring", 1)


def test_of_two_who_read_the_same_the_second_is_told(program: Program, spring: Campaign):
    seen = program.get("/campaigns/spring")["ETag"]

    first = program.patch("/campaigns/spring", {"name": "Summer"}, seen=seen)
    second = program.patch("/campaigns/spring", {"name": "Autumn"}, seen=seen)

    assert (first.status_code, second.status_code, second["ETag"]) == (200, 412, first["ETag"])
    assert Campaign.objects.get().name == "Summer"


def test_a_change_of_status_is_a_change(program: Program, alice: Membership):
    campaign = a_campaign(alice.organization, "live", live=True)
    seen = program.get("/campaigns/live")["ETag"]
    editing.pause(campaign.pk, user=None)

    assert program.patch("/campaigns/live", {"name": "Summer"}, seen=seen).status_code == 412


def test_what_is_known_is_not_sent_again(program: Program, spring: Campaign):
    etag = program.get("/campaigns/spring")["ETag"]

    again = program.get("/campaigns/spring", **{"If-None-Match": etag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_an_archived_campaign_is_not_changed(program: Program, spring: Campaign):
    editing.archive(spring.pk, user=None)

    answer = program.patch("/campaigns/spring", {"name": "Summer"}, seen="*")

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")


def test_the_rules_are_an_ordered_list(program: Program, spring: Campaign):
    read = program.get("/campaigns/spring/rules")
    [germans] = read.json()["data"]
    everybody = {"name": "Everybody", "when": {"all": []}, "to": [{"destination": 1, "weight": 1}]}

    written = program.put("/campaigns/spring/rules", {"data": [everybody, germans]}, seen=read["ETag"])

    assert [(rule["id"], rule["name"]) for rule in written.json()["data"]] == [(5, "Everybody"), (4, "German phones")]
    assert program.get("/campaigns/spring/rules").json() == written.json()
    assert written["ETag"] == program.get("/campaigns/spring")["ETag"]


def test_a_rule_that_is_wrong_is_named_in_the_list(program: Program, spring: Campaign):
    wrong = {"name": "Wrong", "when": {"field": "destination", "op": "is", "value": "x"}, "to": []}

    answer = program.put("/campaigns/spring/rules", {"data": [wrong]}, seen="*")

    assert (answer.status_code, pointers(answer)) == (400, ["#/data/0/when/field"])


def test_priority_is_read_and_changed_alone(program: Program, spring: Campaign) -> None:
    program.patch("/campaigns/spring", {"priority": 7}, seen="*")

    assert program.get("/campaigns/spring").json()["priority"] == 7
    spring.refresh_from_db()
    refused = program.patch("/campaigns/spring", {"priority": 0}, seen="*")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/priority")
