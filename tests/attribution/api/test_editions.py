"""Editions, and taking one back, by programs."""

import pytest

from apps.attribution.api.told import EditionSchema
from apps.attribution.models import Run
from tests.attribution.api.test_runs import worked_on
from tests.attribution.ledger.make import Ledger, ids
from tests.campaigns.api.program import BOTH, Program, pointers

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger("Spring", "Summer")


@pytest.fixture
def program(ledger: Ledger) -> Program:
    return Program(ledger.organization)


def test_an_edition_says_what_changed(ledger: Ledger, program: Program) -> None:
    ledger.click()
    run = ledger.applied()

    edition = program.get("/editions/1").json()

    assert edition.keys() == EditionSchema().fields.keys()
    assert (edition["number"], edition["kind"], edition["run"]) == (1, "applied", str(run.pk))
    assert edition["words"].endswith("Spring gained 1 event.")


def test_editions_come_newest_first_page_by_page(ledger: Ledger, program: Program) -> None:
    for _ in range(3):
        ledger.applied()

    first = program.get("/editions", {"limit": 2}).json()
    second = program.get("/editions", {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [[each["number"] for each in page["data"]] for page in (first, second)] == [[3, 2], [1]]
    assert second["next_cursor"] is None


def test_a_revert_is_a_run_and_an_edition(ledger: Ledger, program: Program) -> None:
    ledger.click()
    applied = ledger.applied()

    answer = program.post("/editions/1/revert", {"note": "The wrong partner"})
    worked_on(answer.json()["id"])

    run = program.get(f"/runs/{answer.json()['id']}").json()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{run['job']}")
    assert (run["reverts"], run["edition"], run["note"]) == (str(applied.pk), 2, "The wrong partner")
    assert run["counts"]["taken"] == [{"campaign": ledger.spring.key, "events": 1}]
    assert ledger.labels() == {}


def test_what_is_reverted_already_or_being_reverted_is_refused(ledger: Ledger, program: Program) -> None:
    ledger.applied()
    run = program.post("/editions/1/revert").json()

    while_it_waits = program.post("/editions/1/revert")
    worked_on(run["id"])
    once_it_is_done = program.post("/editions/1/revert")

    assert (while_it_waits.status_code, once_it_is_done.status_code) == (409, 409)
    assert while_it_waits.json()["detail"] == f"Edition 1 is being reverted by run {run['id']}."
    assert once_it_is_done.json()["detail"] == "Edition 1 was reverted by edition 2."
    assert Run.objects.filter(organization=ledger.organization).count() == 2


def test_a_revert_that_is_reverted_sets_the_run_up_again_which_can_then_be_reverted(
    ledger: Ledger, program: Program
) -> None:
    click = ledger.click()
    ledger.applied()
    worked_on(program.post("/editions/1/revert").json()["id"])
    worked_on(program.post("/editions/2/revert").json()["id"])

    assert ledger.labels() == ids([click], "Spring")
    assert program.post("/editions/1/revert").status_code == 202


def test_a_revert_that_came_to_nothing_hinders_nobody(ledger: Ledger, program: Program) -> None:
    ledger.applied()
    run = program.post("/editions/1/revert").json()
    program.post(f"/runs/{run['id']}/cancel")

    assert program.post("/editions/1/revert").status_code == 202


def test_an_edition_there_is_not_or_of_another_organization_is_not_there(ledger: Ledger, program: Program) -> None:
    theirs = Ledger()
    theirs.applied()

    assert program.get("/editions").json()["data"] == []
    for number in (1, 0, 10**30):
        assert program.get(f"/editions/{number}").status_code == 404
        assert program.post(f"/editions/{number}/revert").status_code == 404
    assert Run.objects.filter(organization=theirs.organization).count() == 1


def test_a_note_that_is_too_long_is_refused(ledger: Ledger, program: Program) -> None:
    ledger.applied()

    answer = program.post("/editions/1/revert", {"note": "x" * 501})

    assert (answer.status_code, pointers(answer)) == (400, ["#/note"])


def test_each_scope_opens_what_it_says(ledger: Ledger) -> None:
    ledger.applied()
    reading, writing = (Program(ledger.organization, [scope]) for scope in BOTH)

    assert [each.get("/editions/1").status_code for each in (reading, writing)] == [200, 403]
    assert [each.post("/editions/1/revert").status_code for each in (reading, writing)] == [403, 202]
