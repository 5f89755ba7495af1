"""Runs as jobs: one at a time, in view of nobody until they are done, and harmless wherever they stop."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.attribution.ledger import chunks, running
from apps.attribution.ledger.checking import violations
from apps.attribution.ledger.lock import pen
from apps.attribution.ledger.posting import post
from apps.attribution.models import Edition, Run
from apps.ingress import jobs
from apps.ingress.models import Job
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger, ids
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WAITS_S", 0.0)


@pytest.fixture(autouse=True)
def a_chunk_for_each_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", 1)


def week(ledger: Ledger) -> list[Any]:
    return [ledger.click(MONDAY + number * A_DAY) for number in range(5)]


def test_nothing_shows_before_the_run_is_done(ledger: Ledger) -> None:
    clicks = week(ledger)
    worker = Worker(ledger.planned())

    worker.write_a_chunk()
    assert (len(ledger.entries()), ledger.labels(), ledger.hourly()) == (1, {}, {})
    worker.finish()

    assert ledger.labels() == ids(clicks, "Spring")


def test_killed_in_the_middle_the_rest_is_written_and_nothing_twice(ledger: Ledger) -> None:
    clicks = week(ledger)
    worker = Worker(ledger.planned())
    worker.write_half_of_each_chunk()
    worker.write_a_chunk()

    worker.finish()

    assert len(ledger.entries()) == len(clicks)
    assert ledger.hourly() == {"Spring": 5}


def test_what_arrived_while_chunks_were_written_is_named_too(ledger: Ledger) -> None:
    clicks = week(ledger)
    run = ledger.planned()
    worker = Worker(run)
    cursor = running.do_slice(worker.job, None)
    cursor = running.do_slice(worker.job, cursor)
    assert cursor
    assert cursor["posted"] == len(clicks)
    late = [ledger.click(MONDAY, stored_at=run.created_at), ledger.click(MONDAY + 5 * A_DAY, stored_at=run.created_at)]

    while cursor:
        cursor = running.do_slice(worker.job, cursor)

    assert ledger.labels() == ids([*clicks, *late], "Spring")


def test_a_token_that_was_remembered_without_its_rows_does_not_lose_them(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    worker.write_a_chunk()
    where = f"organization_id = {ledger.organization.pk}"
    client().execute(f"DELETE FROM attribution_entries WHERE {where}", settings={"lightweight_deletes_sync": 2})
    assert ledger.entries() == []

    worker.finish()

    assert ledger.hourly() == {"Spring": 5}
    assert len(ledger.entries()) == 5


def test_sums_by_hour_that_a_dying_server_left_behind_are_mended(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    worker.write_a_chunk()
    where = f"organization_id = {ledger.organization.pk}"
    client().execute(f"DELETE FROM attribution_hourly WHERE {where}", settings={"lightweight_deletes_sync": 2})

    worker.finish()

    assert ledger.hourly() == {"Spring": 5}


def test_cancelled_everything_is_as_before_and_goes_on_as_if_nothing_had_been(ledger: Ledger) -> None:
    clicks = week(ledger)
    worker = Worker(ledger.planned())
    worker.write_a_chunk()

    worker.cancel()

    assert (worker.run.state, ledger.labels(), ledger.hourly()) == (Run.State.CANCELLED, {}, {})
    assert not Edition.objects.filter(organization=ledger.organization).exists()
    assert ledger.applied(campaign=ledger.summer).number == 2
    assert ledger.labels() == ids(clicks, "Summer")


def test_what_a_worker_given_up_for_dead_still_writes_never_counts(ledger: Ledger) -> None:
    clicks = week(ledger)
    worker = Worker(ledger.planned())
    worker.cancel()
    ledger.applied(campaign=ledger.summer)

    worker.write_half_of_each_chunk()
    worker.write_every_chunk_twice()

    assert ledger.labels() == ids(clicks, "Summer")
    assert ledger.hourly() == {"Summer": 5}
    assert violations(ledger.organization.pk) == []


def test_a_job_that_is_cancelled_on_its_page_takes_the_run_with_it(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    jobs.cancel(worker.job, timezone.now())

    with pytest.raises(jobs.Stopped):
        worker.finish()

    worker.run.refresh_from_db()
    assert worker.run.state == Run.State.CANCELLED


def test_a_run_whose_job_failed_has_failed_and_lets_the_next_begin(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    jobs.fail(worker.job.pk, "Oh dear.")

    ledger.applied(campaign=ledger.summer)

    worker.run.refresh_from_db()
    assert (worker.run.state, worker.run.error) == (Run.State.FAILED, "Its job ended: Oh dear.")


def test_a_second_run_of_the_organization_waits_and_says_so(ledger: Ledger) -> None:
    week(ledger)
    first = Worker(ledger.planned())
    second = running.start(ledger.planned(campaign=ledger.summer))
    Job.objects.filter(pk=second.pk).update(status=Job.Status.RUNNING)
    second.refresh_from_db()

    assert running.do_slice(second, None) is not None
    second.refresh_from_db()
    assert second.note == "Waits until another run of the organization is done."
    first.finish()

    assert running.do_slice(second, {}) is None or second.total == 0


def test_another_organization_s_run_does_not_wait(ledger: Ledger) -> None:
    Worker(ledger.planned())
    other = Ledger()
    click = other.click()

    other.applied()

    assert other.labels() == {click.event_id: "Spring"}


def test_progress_is_days_of_all_days(ledger: Ledger) -> None:
    week(ledger)
    seen: list[tuple[int, int]] = []

    job = running.run_here(ledger.planned(), lambda job: seen.append((job.done, job.total)))

    assert (job.done, job.total, job.unit) == (5, 5, "days")
    assert job.result["words"].endswith("Spring gained 5 events.")


@pytest.mark.usefixtures("clickhouse_away")
def test_without_clickhouse_a_run_in_this_process_fails_and_changes_nothing(ledger: Ledger) -> None:
    run = ledger.planned()

    with pytest.raises(WarehouseUnavailable):
        running.run_here(run, lambda job: None)

    run.refresh_from_db()
    assert run.state == Run.State.FAILED


@pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)
def test_while_another_process_writes_a_worker_waits() -> None:
    ledger = Ledger()
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with pen(ledger.organization.pk) as is_ours:
            assert is_ours
            held.set()
            release.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    with pen(ledger.organization.pk) as is_ours:
        assert not is_ours
    release.set()
    thread.join()

    with pen(ledger.organization.pk) as is_ours:
        assert is_ours


@pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)
def test_two_workers_on_the_same_days_at_once_write_them_once() -> None:
    ledger = Ledger()
    week(ledger)
    worker = Worker(ledger.planned())
    problems: list[BaseException] = []

    def write() -> None:
        try:
            for chunk in worker.chunks():
                post(worker.posting, chunk)
        except WarehouseUnavailable as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.finish()

    assert problems == []
    assert ledger.hourly() == {"Spring": 5}
    assert len(ledger.entries()) == 5
