"""`/api/v1/campaigns/{key}/trace`, `/dry-run` and `/effectiveness` as a program sees them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.analytics.api_jobs import JobSchema
from apps.analytics.api_routing import TraceSchema
from apps.analytics.api_routing_reports import DryRunSchema, EarnedSchema, EffectivenessSchema
from apps.campaigns.models import Campaign
from apps.ingress import jobs
from apps.ingress.event import Event
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.analytics.routing.make import earned
from tests.campaigns.api.program import Program, pointers
from tests.campaigns.make import a_campaign, a_definition, a_rule

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
EVERYBODY_TO_THE_APP = a_definition(rules=[a_rule(4, "Everybody", to={3: 1})])


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice.organization, [Scope.ANALYTICS_READ])


@pytest.fixture
def charlie(db: None) -> Membership:
    return make.charlie()


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True)


def routed(campaign: Campaign, **fields: Any) -> Event:
    """A stored click that the fallback of the first version sent to the shop of the world, an hour ago."""
    given = {
        "organization": campaign.organization_id, "link_key": campaign.key, "path": f"/in/{campaign.key}", "reason": "fallback",
        "routed_campaign_id": campaign.pk, "routed_version": 1, "destination_id": 1, "propensity": 1.0, "country": "FR",
        "device_type": "phone", **fields,
    }  # fmt: skip
    [event] = stored(a_click(timezone.now() - timedelta(hours=1), **given))
    return event


def test_a_stored_click_is_traced_by_the_version_that_decided(program: Program, spring: Campaign):
    event = routed(spring)

    told = program.post("/campaigns/spring/trace", {"event_id": str(event.event_id)}).json()

    assert told.keys() == TraceSchema().fields.keys()
    assert (told["reason"], told["destination_id"], told["version"], told["agrees"]) == ("fallback", 1, 1, True)
    [rule] = told["rules"]
    assert (rule["id"], rule["name"], rule["outcome"]) == (4, "German phones", "failed")
    assert [(term["field"], term["value"], term["held"]) for term in rule["terms"]] == [
        ("country", "FR", False), ("device_type", "phone", True)
    ]  # fmt: skip


def test_the_same_request_is_tried_under_another_definition(program: Program, spring: Campaign):
    asked = {"event_id": str(routed(spring).event_id), "draft": EVERYBODY_TO_THE_APP}

    told = program.post("/campaigns/spring/trace", asked).json()

    assert (told["reason"], told["rule_id"], told["destination_id"], told["agrees"]) == ("rule", 4, 3, None)
    assert told["location"].startswith("https://app.example/")


def test_a_made_up_click_is_tried_under_the_draft(program: Program, spring: Campaign):
    click = {"url": spring.links.get().url + "?sub1=x", "ip": "192.0.2.7", "user_agent": "Mozilla/5.0"}

    told = program.post("/campaigns/spring/trace", {"click": click}).json()

    assert (told["reason"], told["version"], told["propensity"]) == ("fallback", None, 1.0)
    assert told["location"].startswith("https://shop.example/?c=")
    assert "s1=x" in told["location"]


def test_a_made_up_click_is_tried_under_a_version(program: Program, spring: Campaign):
    told = program.post("/campaigns/spring/trace", {"click": {"url": spring.links.get().url}, "version": 1}).json()

    assert (told["version"], told["reason"]) == (1, "fallback")


CLICK = {"url": "http://localhost:8001/in/spring"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#"]),
        ({"event_id": "7", "click": CLICK}, ["#"]),
        ({"event_id": "7"}, ["#/event_id"]),
        ({"event_id": "9" * 20}, ["#/event_id"]),
        ({"event_id": 7.5}, ["#/event_id"]),
        ({"event_id": "7\n"}, ["#/event_id"]),
        ({"click": {"url": "https://shop.example/"}}, ["#/click/url"]),
        ({"click": {"url": "http://[/in/spring"}}, ["#/click/url"]),
        ({"click": {**CLICK, "ip": "nowhere"}}, ["#/click/ip"]),
        ({"click": {**CLICK, "agent": "x"}}, ["#/click/agent"]),
        ({"click": {**CLICK, "happened_at": "0001-01-01T00:00:00Z"}}, ["#/click/happened_at"]),
        ({"click": CLICK, "version": 9}, ["#/version"]),
        ({"click": CLICK, "version": 1, "draft": {}}, ["#/version"]),
        ({"click": CLICK, "draft": {"rules": [{"name": "x"}]}}, ["#/draft/rules/0/when"]),
    ],
)
def test_what_cannot_be_traced_is_told_with_its_place(
    program: Program, spring: Campaign, body: Any, expected: list[str]
):
    answer = program.post("/campaigns/spring/trace", body)

    assert (answer.status_code, pointers(answer)) == (400, expected)


def test_a_click_of_another_campaign_is_not_there(program: Program, spring: Campaign, alice: Membership):
    other = routed(a_campaign(alice.organization, live=True))

    assert pointers(program.post("/campaigns/spring/trace", {"event_id": str(other.event_id)})) == ["#/event_id"]


def test_a_dry_run_says_where_clicks_would_have_gone(program: Program, spring: Campaign):
    routed(spring)

    told = program.post("/campaigns/spring/dry-run", {"draft": EVERYBODY_TO_THE_APP}).json()

    assert told.keys() == DryRunSchema().fields.keys()
    assert (told["clicks"], told["moved"]) == ({"value": 1, "error": 0}, {"value": 1, "error": 0})
    by_name = {each["name"]: (each["now"]["value"], each["then"]["value"]) for each in told["destinations"]}
    assert by_name == {"Shop World": (1, 0), "Shop DE": (0, 0), "App": (0, 1)}
    assert told["expected"]["not_enough"].startswith("Not enough data")


def test_a_dry_run_of_the_draft_moves_nobody(program: Program, spring: Campaign):
    routed(spring)

    told = program.post("/campaigns/spring/dry-run", {"days": 1, "time_zone": "UTC"}).json()

    assert told["moved"]["value"] == 0
    assert (told["time_zone"], told["currency"]) == ("UTC", spring.organization.currency)


@pytest.mark.parametrize(("body", "headers"), [({"days": 60}, {}), ({}, {"Prefer": "respond-async"})])
def test_a_long_dry_run_is_a_job(program: Program, spring: Campaign, body: Any, headers: dict[str, str]):
    routed(spring)

    asked = program.post("/campaigns/spring/dry-run", {**body, "draft": EVERYBODY_TO_THE_APP}, **headers)
    waiting = program.get(asked["Location"].removeprefix("/api/v1")).json()
    jobs.work(int(waiting["id"]), 0)
    done = program.get(asked["Location"].removeprefix("/api/v1")).json()

    assert (asked.status_code, asked.json()) == (202, waiting)
    assert waiting.keys() == JobSchema().fields.keys()
    assert (waiting["state"], waiting["result"], done["state"]) == ("queued", None, "done")
    assert done["result"].keys() == DryRunSchema().fields.keys()
    assert done["result"]["moved"]["value"] == 1


def test_a_job_of_another_organization_is_not_there(program: Program, spring: Campaign, charlie: Membership):
    asked = program.post("/campaigns/spring/dry-run", {"days": 60})

    stranger = Program(charlie.organization, [Scope.ANALYTICS_READ])

    assert stranger.get(asked["Location"].removeprefix("/api/v1")).status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"days": 0}, ["#/days"]),
        ({"days": 7, "from": "2026-11-01", "to": "2026-11-02"}, ["#/days"]),
        ({"from": "2026-11-01"}, ["#/days"]),
        ({"from": "2026-11-02", "to": "2026-11-01"}, ["#/from"]),
        ({"from": "0001-01-01T00:00:00+14:00", "to": "0001-01-02T00:00:00Z"}, ["#/from"]),
        ({"from": "9999-12-31T00:00:00-14:00", "to": "9999-12-31T23:00:00-14:00"}, ["#/from"]),
        ({"days": 7, "time_zone": "Mars"}, ["#/time_zone"]),
        ({"dayz": 7}, ["#/dayz"]),
        ({"draft": {"zone": "Mars"}}, ["#/draft/zone"]),
    ],
)
def test_a_span_or_draft_that_is_wrong_is_told(program: Program, spring: Campaign, body: Any, expected: list[str]):
    answer = program.post("/campaigns/spring/dry-run", body)

    assert (answer.status_code, pointers(answer)) == (400, expected)


def test_effectiveness_is_told_by_rule_and_destination(program: Program, spring: Campaign):
    earned(routed(spring), "12.5")

    told = program.get("/campaigns/spring/effectiveness", {"days": 2}).json()

    assert told.keys() == EffectivenessSchema().fields.keys()
    [row] = told["data"]
    assert row.keys() == EarnedSchema().fields.keys()
    assert (row["destination"], row["clicks"], row["conversions"], row["version"]) == ("Shop World", 1, 1, 0)
    assert (row["revenue"], told["total"]["revenue"]) == ("12.5", "12.5")


def test_effectiveness_is_told_by_version(program: Program, spring: Campaign):
    routed(spring)
    routed(spring, routed_version=2)

    told = program.get("/campaigns/spring/effectiveness", {"by_version": "true"}).json()

    assert [row["version"] for row in told["data"]] == [2, 1]


CALLS = [("post", "trace"), ("post", "dry-run"), ("get", "effectiveness")]


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_key_of_another_organization_finds_nothing(spring: Campaign, charlie: Membership, method: str, name: str):
    stranger = Program(charlie.organization, [Scope.ANALYTICS_READ])

    assert stranger.ask(method, f"/campaigns/spring/{name}", {} if method == "post" else None).status_code == 404


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_question_needs_the_scope_of_reports(spring: Campaign, alice: Membership, method: str, name: str):
    keeper = Program(alice.organization)

    assert keeper.ask(method, f"/campaigns/spring/{name}", {} if method == "post" else None).status_code == 403


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_warehouse_that_is_away_is_said_so(program, spring, clickhouse_away, method: str, name: str):
    body = {"event_id": "7"} if name == "trace" else {}

    answer = program.ask(method, f"/campaigns/spring/{name}", body if method == "post" else None)

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")


def test_text_that_is_no_utf_8_is_told(program: Program, spring: Campaign):
    event = routed(spring, user_agent="\\xff")
    when = {"field": "user_agent", "op": "contains", "value": "x"}
    asked = {"event_id": str(event.event_id), "draft": a_definition(rules=[a_rule(4, when=when)])}

    assert program.post("/campaigns/spring/trace", asked).status_code == 200


@pytest.mark.parametrize("path", ["/campaigns/spring/trace", "/campaigns/spring/dry-run", "/query"])
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'"\\ud800"', b"null", b"[]", b'{"days": 1e308}', b"\xff"]
)
def test_no_body_is_a_fault_of_ours(program: Program, spring: Campaign, path: str, body: bytes):
    answer = program.post(path, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
