"""Naming clicks of the past, by programs."""

from typing import Any

import pytest

from apps.accounts.roles import Scope
from apps.attribution.api.told import PreviewSchema, RunSchema
from apps.attribution.models import Run
from apps.ingress import jobs
from tests.accounts import make
from tests.attribution.ledger.make import Ledger
from tests.attribution.make import a_network, a_postback, booked
from tests.campaigns.api.program import BOTH, Program, pointers

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

GERMANY = {"field": "country", "op": "is", "value": "DE"}
SPAN = {"from": "2026-11-16T00:00:00Z", "to": "2026-11-23T00:00:00Z"}


@pytest.fixture
def ledger() -> Ledger:
    return Ledger("Spring", "Summer")


@pytest.fixture
def program(ledger: Ledger) -> Program:
    return Program(ledger.organization, (*BOTH, Scope.ANALYTICS_READ), created_by=make.alice().user)


def asked(ledger: Ledger, **changes: Any) -> dict[str, Any]:
    return {"campaign": ledger.spring.key, "rule": GERMANY, **SPAN, **changes}


def worked_on(run_id: str) -> None:
    """As a worker does it."""
    job = Run.objects.select_related("job").get(pk=run_id).job
    assert job
    jobs.work(job.pk, job.turn)


def test_a_run_is_a_job_and_then_an_edition(ledger: Ledger, program: Program) -> None:
    click = ledger.click(country="DE")
    ledger.click(country="FR")

    answer = program.post("/runs", asked(ledger, note="as agreed"))
    worked_on(answer.json()["id"])

    planned, run = answer.json(), program.get(f"/runs/{answer.json()['id']}").json()
    assert (answer.status_code, planned["state"], planned["edition"], planned["counts"]) == (202, "planned", None, None)
    assert answer["Location"] == f"/api/v1/jobs/{planned['job']}"
    assert program.get(f"/jobs/{planned['job']}").json()["state"] == "done"
    assert run.keys() == RunSchema().fields.keys()
    assert (run["state"], run["edition"], run["note"], run["created_by"]) == ("done", 1, "as agreed", "Alice Ames")
    assert run["counts"] == {"gained": [{"campaign": ledger.spring.key, "events": 1}], "taken": []}
    assert (run["rule"], run["rule_version"], run["from"]) == (GERMANY, None, SPAN["from"])
    assert ledger.labels() == {click.event_id: "Spring"}


def test_without_a_rule_it_is_the_one_that_is_published(ledger: Ledger, program: Program) -> None:
    body = asked(ledger)
    del body["rule"]

    answer = program.post("/runs", body)

    assert (answer.status_code, pointers(answer)) == (400, ["#/rule"])
    assert "Nothing is published" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"rule": {"all": [GERMANY, {"field": "planet", "op": "is", "value": "Mars"}]}}, "#/rule/all/1/field"),
        ({"rule": []}, "#/rule"),
        ({"rule": None}, "#/rule"),
        ({"campaign": "nobody-s"}, "#/campaign"),
        ({"from": "2026-11-23T00:00:00Z"}, "#/to"),
        ({"from": "yesterday"}, "#/from"),
        ({"to": "9999-12-31T23:59:59Z"}, "#/to"),
        ({"policy": "everything"}, "#/policy"),
        ({"note": "x" * 501}, "#/note"),
        ({"polices": "fill"}, "#/polices"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_begins(
    ledger: Ledger, program: Program, changes: dict[str, Any], pointer: str
) -> None:
    answer = program.post("/runs", asked(ledger, **changes))

    assert (answer.status_code, pointers(answer)) == (400, [pointer])
    assert not Run.objects.filter(organization=ledger.organization).exists()


def test_another_organization_s_campaign_is_not_there(ledger: Ledger, program: Program) -> None:
    answer = program.post("/runs", asked(ledger, campaign=Ledger().spring.key))

    assert (answer.status_code, pointers(answer)) == (400, ["#/campaign"])


def test_another_organization_s_runs_are_not_there(ledger: Ledger, program: Program) -> None:
    theirs = Ledger()
    run = theirs.planned()

    assert program.get("/runs").json()["data"] == []
    assert program.get(f"/runs/{run.pk}").status_code == 404
    assert program.post(f"/runs/{run.pk}/cancel").status_code == 404
    assert program.get(f"/runs/{10**30}").status_code == 404
    run.refresh_from_db()
    assert run.state == Run.State.PLANNED


def test_asked_again_with_the_same_key_it_is_one_run(ledger: Ledger, program: Program) -> None:
    answers = [program.post("/runs", asked(ledger), **{"Idempotency-Key": "once"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Location"] == answers[0]["Location"]
    assert Run.objects.filter(organization=ledger.organization).count() == 1


def test_runs_come_newest_first_page_by_page_in_as_many_questions(
    ledger: Ledger, program: Program, django_assert_max_num_queries: Any
) -> None:
    ledger.click()
    runs = [ledger.applied(), ledger.taken_from_others(), ledger.applied()]

    first = program.get("/runs", {"limit": 2}).json()
    with django_assert_max_num_queries(6):
        second = program.get("/runs", {"limit": 2, "cursor": first["next_cursor"]}).json()

    listed = [each["id"] for each in (*first["data"], *second["data"])]
    assert listed == [str(run.pk) for run in reversed(runs)]
    assert second["next_cursor"] is None
    assert first["data"][1]["counts"]["taken"] == [{"campaign": ledger.spring.key, "events": 1}]


def test_a_preview_is_what_the_run_does(ledger: Ledger, program: Program) -> None:
    click = ledger.click(country="DE")
    a_postback(a_network(ledger.organization), click=click, txid="A1", payout="12.50", currency="EUR", status="sale")
    booked()
    ledger.applied()

    answer = program.post("/runs/preview", asked(ledger, campaign=ledger.summer.key, policy="override"))

    found = answer.json()
    assert (answer.status_code, found.keys()) == (200, PreviewSchema().fields.keys())
    assert (found["events"], found["people"], found["sample"]) == (1, 1, [str(click.event_id)])
    assert found["gained"] == [{"campaign": ledger.summer.key, "events": 1}]
    assert found["taken"] == [{"campaign": ledger.spring.key, "events": 1}]
    assert found["days"] == [{"day": "2026-11-16", "events": 1}]
    assert (found["conversions"], found["revenue"], found["currency"]) == (1, "12.5", "EUR")
    assert (found["edition"], found["is_missing_history"]) == (1, False)
    assert Run.objects.filter(organization=ledger.organization).count() == 1


def test_a_preview_refuses_what_a_run_would(ledger: Ledger, program: Program) -> None:
    answer = program.post("/runs/preview", asked(ledger, rule={"field": "country"}))

    assert answer.status_code == 400
    assert pointers(answer)[0].startswith("#/rule")


@pytest.mark.usefixtures("clickhouse_away")
def test_without_clickhouse_a_preview_says_when_to_ask_again(ledger: Ledger, program: Program) -> None:
    answer = program.post("/runs/preview", asked(ledger))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_run_that_is_cancelled_changes_nothing_and_cancelling_it_again_neither(
    ledger: Ledger, program: Program
) -> None:
    ledger.click(country="DE")
    run = program.post("/runs", asked(ledger)).json()

    answers = [program.post(f"/runs/{run['id']}/cancel") for _ in range(2)]
    worked_on(run["id"])

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(200, "cancelled")] * 2
    assert ledger.labels() == {}


def test_what_is_done_cannot_be_cancelled(ledger: Ledger, program: Program) -> None:
    run = ledger.applied()

    answer = program.post(f"/runs/{run.pk}/cancel")

    assert (answer.status_code, answer.json()["detail"]) == (409, "This run has ended: it is done.")


def test_each_scope_opens_what_it_says(ledger: Ledger) -> None:
    run = ledger.planned()
    reading, writing, counting = (Program(ledger.organization, [scope]) for scope in (*BOTH, Scope.ANALYTICS_READ))

    assert [each.get(f"/runs/{run.pk}").status_code for each in (reading, writing, counting)] == [200, 403, 403]
    assert [each.post("/runs", asked(ledger)).status_code for each in (reading, writing, counting)] == [403, 202, 403]
    previews = [each.post("/runs/preview", asked(ledger)).status_code for each in (reading, writing, counting)]
    assert previews == [403, 403, 200]
