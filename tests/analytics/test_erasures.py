"""Handing a visitor's data over and erasing it: as a job, on the page, and by command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics import erasures
from apps.ingress import jobs
from apps.ingress.models import Erasure, Job
from apps.ingress.snowflake import visitor_ids
from tests.accounts import make
from tests.analytics.visits import LATER, VISITOR, a_visit, rows
from tests.attribution.make import an_organization_of_its_own

pytestmark = [pytest.mark.django_db(databases=["default", "clickhouse"]), pytest.mark.usefixtures("nothing_is_merged")]


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "SETTLED", timedelta(0))


@pytest.fixture
def organization_id() -> int:
    return an_organization_of_its_own().pk


def worked_off(job: Job) -> None:
    """As workers do it, in as many turns as it takes."""
    while job.is_open:
        jobs.work(job.pk, job.turn)
        job.refresh_from_db()


def test_the_job_empties_records_and_forgets_whom(organization_id: int) -> None:
    a_visit(organization_id)
    job = erasures.start(organization_id, VISITOR, LATER, by="alice@example.com")

    worked_off(job)

    job = Job.objects.get(pk=job.pk)
    erasure = Erasure.objects.get(organization_id=organization_id)
    assert job.status == Job.Status.DONE
    assert job.result["words"].startswith("Emptied: 1 event, 0 rows of conversions, 0 postbacks")
    assert (erasure.events, erasure.requested_by, erasure.job_id) == (1, "alice@example.com", job.pk)
    assert erasure.finished_at
    assert str(VISITOR) not in repr([*Job.objects.values(), *Erasure.objects.values()])


def test_what_was_on_its_way_is_emptied_minutes_later_and_no_worker_waits_for_it(
    organization_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "SETTLED", timedelta(hours=1))
    monkeypatch.setattr(erasures, "REST", timedelta(0))
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    job = erasures.start(organization_id, VISITOR, LATER, by="")
    for _ in range(3):
        jobs.work(job.pk, job.turn)
        job.refresh_from_db()
    a_visit(organization_id)

    assert (job.status, job.note) == (Job.Status.QUEUED, "Looking again in some minutes, for what was on its way")
    assert not Erasure.objects.get(organization_id=organization_id).finished_at
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(minutes=20))
    jobs.work(job.pk, job.turn)
    job.refresh_from_db()
    assert timedelta(minutes=39) < job.left < timedelta(minutes=41)

    monkeypatch.setattr(erasures, "SETTLED", timedelta(0))
    worked_off(job)

    assert Erasure.objects.get(organization_id=organization_id).events == 1
    assert "lice" not in rows("events", organization_id)


def test_a_cancelled_job_forgets_whom(organization_id: int) -> None:
    job = erasures.start(organization_id, VISITOR, LATER, by="")

    jobs.cancel(job, LATER)

    assert str(VISITOR) not in repr([*Job.objects.values(), *Erasure.objects.values()])


def test_only_who_may_begin_an_erasure_may_cancel_it(page: Client, alice: Membership) -> None:
    job = erasures.start(alice.organization_id, VISITOR, LATER, by="")
    Membership.objects.filter(pk=alice.pk).update(role=Role.MARKETER)

    shown = page.get(f"/jobs/{job.pk}").text
    refused = page.post(f"/jobs/{job.pk}/cancel")

    job.refresh_from_db()
    assert ("Erase a visitor" in shown, "/cancel" in shown) == (True, False)
    assert (refused.status_code, job.status) == (403, Job.Status.QUEUED)

    Membership.objects.filter(pk=alice.pk).update(role=Role.ADMIN)
    page.post(f"/jobs/{job.pk}/cancel")

    job.refresh_from_db()
    assert job.status == Job.Status.CANCELLED


def test_the_page_finds_hands_over_and_erases(page: Client, alice: Membership) -> None:
    a_visit(alice.organization_id)

    looked = page.post("/settings/privacy/visitor", {"visitor": visitor_ids().seal(VISITOR)})
    handed = page.post("/settings/privacy/visitor/export", {"visitor": str(VISITOR)})
    unsure = page.post("/settings/privacy/visitor/erase", {"visitor": str(VISITOR)})
    begun = page.post("/settings/privacy/visitor/erase", {"visitor": str(VISITOR), "sure": "yes"})

    assert "1 event," in looked.text
    assert json.loads(handed.getvalue())["ip"] == "203.0.113.77"
    assert handed["Content-Disposition"] == 'attachment; filename="visitor.jsonl"'
    assert (unsure.status_code, "Nothing was erased" in unsure.text) == (422, True)
    assert begun["Location"] == f"/jobs/{Job.objects.get(kind=erasures.KIND).pk}"
    assert "under way" in page.get("/settings/privacy").text


@pytest.mark.parametrize("status", [Job.Status.CANCELLED, Job.Status.FAILED])
def test_an_erasure_whose_job_stopped_is_not_under_way(page: Client, alice: Membership, status: str) -> None:
    job = erasures.start(alice.organization_id, VISITOR, LATER, by="")
    Job.objects.filter(pk=job.pk).update(status=status)

    shown = page.get("/settings/privacy").text

    assert "stopped before its end: erase the visitor again" in shown
    assert "under way" not in shown


def test_what_is_missing_of_many_erasures_costs_two_queries(
    organization_id: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for visitor in range(1, 4):
        erasures.start(organization_id, visitor, LATER, by="")

    with django_assert_num_queries(2):
        found = erasures.listed(organization_id, 20)

    assert [missing for _, missing in found] == ["under way"] * 3


@pytest.mark.parametrize("deed", ["", "/export", "/erase"])
def test_a_page_refuses_what_is_no_id(page: Client, deed: str) -> None:
    answer = page.post(f"/settings/privacy/visitor{deed}", {"visitor": "<script>", "sure": "yes"})

    assert (answer.status_code, "neither a visitor id" in answer.text) == (422, True)
    assert not Job.objects.exists()


@pytest.mark.parametrize("deed", ["", "/export", "/erase"])
def test_who_may_not_manage_gets_none_of_it(client: Client, deed: str) -> None:
    member = make.a_member(make.a_user("bob@example.com"), make.an_organization("bobs"), Role.MARKETER)
    make.signed_in(client, member)

    assert client.post(f"/settings/privacy/visitor{deed}", {"visitor": str(VISITOR), "sure": "yes"}).status_code == 403
    assert 'action="/settings/privacy/visitor"' not in client.get("/settings/privacy").text


def test_without_clickhouse_the_page_says_so(page: Client, clickhouse_is_down: None) -> None:
    answer = page.post("/settings/privacy/visitor", {"visitor": str(VISITOR)})

    assert (answer.status_code, "ClickHouse does not answer" in answer.text) == (503, True)


def test_the_command_hands_over_and_erases() -> None:
    organization = an_organization_of_its_own()
    a_visit(organization.pk)
    handed, done = StringIO(), StringIO()

    call_command("visitor", "export", str(VISITOR), organization=organization.key, stdout=handed)
    call_command("visitor", "erase", str(VISITOR), organization=organization.key, stdout=done)

    assert json.loads(handed.getvalue())["path"] == "/in/alice"
    assert done.getvalue().startswith("Emptied: 1 event, 0 rows of conversions, 0 postbacks")
    assert "lice" not in rows("events", organization.pk)


@pytest.mark.parametrize(("key", "who"), [("nobodys", str(VISITOR)), ("", "nobody")])
def test_the_command_says_what_it_does_not_know(key: str, who: str) -> None:
    organization = an_organization_of_its_own()

    with pytest.raises(CommandError):
        call_command("visitor", "export", who, organization=key or organization.key)
