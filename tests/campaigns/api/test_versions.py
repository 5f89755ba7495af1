"""Publishing and what else is done to a campaign, by programs."""

import pytest

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.api.versions import VersionSchema
from apps.campaigns.models import Campaign
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign, a_definition, in_force

pytestmark = pytest.mark.django_db


def test_publishing_makes_a_version(program: Program, spring: Campaign):
    answer = program.post("/campaigns/spring/publish", {"note": "First"}, seen='"1-draft-0"')

    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["is_published"]) == (1, True)
    [version] = program.get("/campaigns/spring/versions").json()["data"]
    assert (version["note"], version["created_by"]) == ("First", "Alice Ames")
    assert version["changes"] == ["First version: 3 destinations, 1 rule"]


def test_what_is_published_is_in_force(program, spring, route_table, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        program.post("/campaigns/spring/publish", seen="*")

    assert in_force("spring")["campaign_id"] == spring.pk


def test_publishing_twice_makes_one_version(program: Program, spring: Campaign):
    first = program.post("/campaigns/spring/publish", seen="*")
    again = program.post("/campaigns/spring/publish", seen=first["ETag"])

    assert (again.status_code, again["ETag"], again.json()["version"]) == (200, first["ETag"], 1)


def test_what_publishing_refuses_is_told(program: Program, spring: Campaign):
    answer = program.post("/campaigns/spring/publish", {"note": "x" * 501}, seen="*")

    assert (answer.status_code, pointers(answer)) == (400, ["#/note"])


def test_a_version_is_told_whole(program: Program, spring: Campaign):
    program.post("/campaigns/spring/publish", seen="*")

    version = program.get("/campaigns/spring/versions/1").json()

    assert version.keys() == VersionSchema().fields.keys()
    assert version["document"] == a_definition()
    assert program.get("/campaigns/spring/versions/2").status_code == 404
    assert program.get(f"/campaigns/spring/versions/{10**30}").status_code == 404


def test_versions_come_newest_first_page_by_page(program: Program, spring: Campaign):
    for number in (1, 2, 3):
        editing.save_draft(spring.pk, a_definition(rules=[], next_id=10 + number), seen=number, user=None)
        editing.publish(spring.pk, seen=number + 1, user=None)

    first = program.get("/campaigns/spring/versions", {"limit": 2}).json()
    second = program.get("/campaigns/spring/versions", {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [[each["number"] for each in page["data"]] for page in (first, second)] == [[3, 2], [1]]
    assert second["next_cursor"] is None


def test_an_earlier_version_becomes_the_draft(program: Program, spring: Campaign):
    published = program.post("/campaigns/spring/publish", seen="*")
    emptied = program.patch("/campaigns/spring", {"draft": {"rules": []}}, seen=published["ETag"])

    restored = program.post("/campaigns/spring/restore", {"version": 1}, seen=emptied["ETag"])

    assert (restored.status_code, restored.json()["draft"]) == (200, a_definition())
    assert restored.json()["revision"] == 3


@pytest.mark.parametrize("version", [2, 0, 2**31, 2**70, "one", None, True, 1.5])
def test_a_version_there_is_not_is_refused(program: Program, spring: Campaign, version: object):
    answer = program.post("/campaigns/spring/restore", {"version": version}, seen="*")

    assert (answer.status_code, pointers(answer)) == (400, ["#/version"])


def test_a_campaign_goes_through_its_statuses(program: Program, spring: Campaign):
    program.post("/campaigns/spring/publish", seen="*")

    statuses = [
        program.post(f"/campaigns/spring/{deed}").json()["status"]
        for deed in ("activate", "pause", "resume", "archive", "unarchive")
    ]

    assert statuses == ["active", "paused", "active", "archived", "paused"]


def test_what_its_status_does_not_allow_is_a_conflict(program: Program, spring: Campaign):
    answer = program.post("/campaigns/spring/activate")

    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert "Nothing is published yet" in answer.json()["detail"]


def test_what_is_done_already_is_done(program: Program, alice: Membership):
    a_campaign(alice.organization, "live", live=True)

    first, second = program.post("/campaigns/live/pause"), program.post("/campaigns/live/pause")

    assert (first.json(), first["ETag"]) == (second.json(), second["ETag"])


def test_a_status_changes_only_as_it_was_seen_when_that_is_asked(program: Program, alice: Membership):
    a_campaign(alice.organization, "live", live=True)

    assert program.post("/campaigns/live/pause", seen='"9-active-1"').status_code == 412
    assert Campaign.objects.get().status == "active"


def test_a_clone_is_a_draft_of_its_own(program: Program, alice: Membership):
    original = a_campaign(alice.organization, "live", live=True)

    answer = program.post("/campaigns/live/clone", {"name": "Again"})

    copy = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/campaigns/{copy['key']}")
    assert (copy["name"], copy["status"], copy["version"], copy["draft"]) == ("Again", "draft", None, original.draft)
