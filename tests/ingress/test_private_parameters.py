"""What a job must know as long as it works, and nobody afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.ingress import jobs
from apps.ingress.models import Job
from tests.ingress.make import NOW

pytestmark = pytest.mark.django_db

HERDING = "herding"


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Job:
    """One of two slices, which notes what it read."""
    read: list[str] = []

    def herd(job: Job, cursor: Any) -> Any:
        read.append(job.parameters[Job.PRIVATE]["shepherd"])
        job.result = {"read": [*read]}
        return None if cursor else True

    monkeypatch.setitem(jobs._slices, HERDING, herd)
    return jobs.start(HERDING, 7, 0, {"sheep": 3, Job.PRIVATE: {"shepherd": "Alice"}})


def is_done(job: Job) -> None:
    jobs.work(job.pk, job.turn)


def is_cancelled(job: Job) -> None:
    jobs.cancel(job, NOW)


def fails(job: Job) -> None:
    jobs.fail(job.pk, "no such thing")


@pytest.mark.parametrize(("ends", "status"), [(is_done, "done"), (is_cancelled, "cancelled"), (fails, "failed")])
def test_it_is_forgotten_however_the_job_ends(job: Job, ends: Callable[[Job], None], status: str) -> None:
    ends(job)

    job.refresh_from_db()
    assert (job.status, job.parameters) == (status, {"sheep": 3})


def test_it_is_there_until_the_end(job: Job) -> None:
    jobs.work(job.pk, job.turn)

    job.refresh_from_db()
    assert job.result == {"read": ["Alice", "Alice"]}
