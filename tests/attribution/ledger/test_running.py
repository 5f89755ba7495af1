"""Runs as jobs: one at a time, in view of nobody until they are done, and harmless wherever they stop."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.attribution.ledger import chunks, running
from apps.attribution.ledger.checking import violations
from apps.attribution.ledger.lock import pen
from apps.attribution.ledger.posting import complete, days_left, post
from apps.attribution.models import Edition, Run
from apps.ingress import jobs
from apps.ingress.models import Job
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger, country, ids
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
    monkeypatch.setattr(chunks, "CHUNK_FITTING", 1)


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


def test_what_is_whole_is_left_alone(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    days = worker.chunks()

    assert days_left(worker.posting) == [day.first for day in days]
    assert [complete(worker.posting, day) for day in days] == [True] * 5
    assert [complete(worker.posting, day) for day in days] == [False] * 5

    assert days_left(worker.posting) == []


def test_small_days_of_a_month_are_one_chunk_and_a_large_day_is_several_parts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_FITTING", 4)
    for day, events in {0: 1, 1: 3, 2: 1, 4: 9, 20: 2, 21: 1}.items():
        for number in range(events):
            ledger.click(MONDAY + day * A_DAY + timedelta(minutes=number))

    found = Worker(ledger.planned(span=(MONDAY, MONDAY + 30 * A_DAY))).chunks()

    assert [(str(chunk), chunk.days, chunk.parts) for chunk in found] == [
        ("2026-11-16-2026-11-17", 2, 1),
        ("2026-11-18", 1, 1),
        ("2026-11-20", 1, 3),
        ("2026-12-06-2026-12-07", 2, 1),
    ]
    assert [chunk.words for chunk in found][:2] == ["16 to 17 November 2026", "18 November 2026"]


def test_chunks_are_no_larger_than_what_memory_holds_of_labels(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_FITTING", 10)
    monkeypatch.setattr(chunks, "PIECE_EVENTS", 2)
    for number in range(4):
        ledger.click(MONDAY + number * A_DAY, country="DE" if number else "FR")

    found = Worker(ledger.planned(country("DE"))).chunks()

    assert [(chunk.first.day, chunk.last.day, chunk.days) for chunk in found] == [(16, 17, 1), (18, 19, 2)]


def test_what_was_on_its_way_when_chunks_were_planned_is_named_as_well(ledger: Ledger) -> None:
    ledger.click(MONDAY + A_DAY)
    run = ledger.planned()
    worker = Worker(run)
    worker.job.cursor = running.do_slice(worker.job, None)
    clicks = [ledger.click(MONDAY + number * A_DAY, stored_at=run.created_at) for number in range(3)]

    worker.finish()

    assert {click.event_id for click in clicks} < ledger.labels().keys()
    assert ledger.hourly() == {"Spring": 4}
    assert violations(ledger.organization.pk) == []


def test_a_chunk_keeps_its_token_whatever_arrives(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.planned()
    worker = Worker(run)
    cursor = running.do_slice(worker.job, None)
    ledger.click(MONDAY + A_DAY, stored_at=run.created_at)

    assert len(worker.chunks()) == 2
    assert cursor == {"chunks": [["2026-11-16", "2026-11-16", 1, 1]], "posted": 0}
    assert running.do_slice(worker.job, cursor) == {**cursor, "posted": 1}


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
