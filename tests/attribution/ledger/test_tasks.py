"""Runs in the hands of Celery."""

import pytest

from apps.attribution.ledger import running
from apps.attribution.models import Run
from apps.attribution.tasks import end_orphaned_runs
from apps.ingress import jobs
from apps.ingress.models import Job
from apps.ingress.tasks import work_on_job
from tests.attribution.ledger.make import Ledger, ids
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_a_worker_does_a_run_that_was_given_to_it(ledger: Ledger) -> None:
    click = ledger.click()
    job = running.start(ledger.planned())

    work_on_job(job.pk, job.turn)

    job.refresh_from_db()
    assert (job.status, job.done, job.total) == (Job.Status.DONE, 1, 1)
    assert ledger.labels() == ids([click], "Spring")


def test_a_message_that_comes_twice_does_it_once(ledger: Ledger) -> None:
    ledger.click()
    job = running.start(ledger.planned())

    work_on_job(job.pk, 0)
    work_on_job(job.pk, 0)

    assert ledger.entries("edition, sign") == [(1, 1)]


def test_the_beat_ends_runs_whose_jobs_have_ended(ledger: Ledger) -> None:
    worker = Worker(ledger.planned())
    assert end_orphaned_runs() == 0
    jobs.fail(worker.job.pk, "Oh dear.")

    assert end_orphaned_runs() == 1
    assert end_orphaned_runs() == 0

    worker.run.refresh_from_db()
    assert worker.run.state == Run.State.FAILED


def test_a_run_whose_job_was_cancelled_before_it_began_never_does(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.planned()
    job = running.start(run)
    assert running.cancel(run, job.created_at)

    work_on_job(job.pk, job.turn)

    run.refresh_from_db()
    assert (run.state, run.number, ledger.entries()) == (Run.State.CANCELLED, None, [])
