"""Long work: done slice by slice by whoever lives, shown while it lasts, done once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from billiard.exceptions import TimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from apps.ingress import jobs
from apps.ingress.broker import broker
from apps.ingress.models import Job
from apps.ingress.tasks import revive_jobs, work_on_job
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.ingress.make import NOW, a_job
from trellis.celery import app

pytestmark = pytest.mark.django_db

COUNTING = "counting"
Committing = Callable[..., Any]


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    """Nobody works here: what is sent stays in the queue, to be looked at."""
    broker().delete("default")
    yield
    broker().delete("default")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind of job that counts to three, a number a slice, and the numbers it said."""
    said: list[int] = []

    def count(job: Job, cursor: Any) -> Any:
        number = (cursor or 0) + 1
        said.append(number)
        jobs.advance(job, number, 3, f"at {number}")
        job.result = {"words": "Counted."}
        return number if number < 3 else None

    monkeypatch.setitem(jobs._slices, COUNTING, count)
    return said


def does(monkeypatch: pytest.MonkeyPatch, slice_: jobs.Slice) -> Job:
    """A job, started, whose slices do that."""
    monkeypatch.setitem(jobs._slices, COUNTING, slice_)
    return jobs.start(COUNTING, 7, 0, {})


def raises(error: BaseException) -> jobs.Slice:
    def fails(job: Job, cursor: Any) -> Any:
        raise error

    return fails


def sent() -> int:
    """Messages in the queue."""
    return int(broker().llen("default"))


def now_is(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def heard(job: Job, at: datetime, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=at, **changes)


def test_a_job_is_sent_when_the_transaction_is_committed(
    counted: list[int], django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start(COUNTING, 7, 3, {"to": 3}, title="Counting", unit="sheep")
        assert sent() == 0

    assert sent() == 1
    assert (job.status, job.organization_id, job.user_id, job.parameters) == ("queued", 7, 3, {"to": 3})


def test_a_worker_does_slice_after_slice(counted: list[int]) -> None:
    job = jobs.start(COUNTING, 7, 0, {})

    work_on_job(job.pk, job.turn)

    done = now_is(job)
    assert counted == [1, 2, 3]
    assert (done.status, done.done, done.total, done.result) == ("done", 3, 3, {"words": "Counted."})
    assert done.started_at
    assert done.finished_at
    assert not done.error


def test_a_message_that_comes_twice_is_done_once(counted: list[int]) -> None:
    job = jobs.start(COUNTING, 7, 0, {})

    work_on_job(job.pk, job.turn)
    work_on_job(job.pk, job.turn)

    assert counted == [1, 2, 3]


def test_a_long_job_lets_others_have_their_turn(counted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    job = jobs.start(COUNTING, 7, 0, {})

    work_on_job(job.pk, job.turn)

    assert (counted, sent()) == ([1], 1)
    assert (now_is(job).status, now_is(job).turn) == ("queued", 1)


def test_the_next_turn_goes_on_where_the_last_one_ended(counted: list[int]) -> None:
    job = a_job(7, kind=COUNTING, cursor=2, turn=5, done=2, total=3)

    work_on_job(job.pk, 5)

    assert counted == [3]
    assert now_is(job).status == Job.Status.DONE


def test_a_worker_that_died_is_followed_by_another(counted: list[int]) -> None:
    job = a_job(7, kind=COUNTING, status="running", turn=4, cursor=1)

    revived = jobs.revive(NOW + timedelta(minutes=2))
    work_on_job(job.pk, now_is(job).turn)

    assert (revived, sent(), counted) == (1, 1, [2, 3])


def test_a_job_that_gives_a_sign_of_life_is_left_to_its_worker() -> None:
    job = a_job(7, status="running")
    heard(job, timezone.now())

    assert revive_jobs() == 0
    assert sent() == 0


def test_reviving_twice_sends_once() -> None:
    a_job(7, status="running")

    assert [jobs.revive(NOW + timedelta(minutes=2)) for _ in range(2)] == [1, 0]
    assert sent() == 1


def test_who_was_thought_dead_changes_nothing_any_more(counted: list[int]) -> None:
    job = a_job(7, kind=COUNTING, status="running")
    thought_dead = now_is(job)
    jobs.revive(NOW + timedelta(minutes=2))

    with pytest.raises(jobs.Stopped):
        jobs.advance(thought_dead, 99, 100)

    assert now_is(job).done == 0


def test_a_job_that_stops_again_and_again_is_given_up() -> None:
    job = a_job(7, status="running", stops=jobs.STOPS_ALLOWED, error="killed")

    jobs.revive(NOW + timedelta(minutes=2))

    assert (now_is(job).status, now_is(job).error) == ("failed", f"{jobs.GIVEN_UP} killed")


def test_waiting_in_a_long_queue_is_not_stopping() -> None:
    job = a_job(7, stops=jobs.STOPS_ALLOWED)

    jobs.revive(NOW + timedelta(minutes=2))

    assert now_is(job).status == Job.Status.QUEUED


def test_getting_on_forgets_former_stops(counted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    job = a_job(7, kind=COUNTING, stops=5, error="ClickHouse was away")

    work_on_job(job.pk, 0)

    assert (now_is(job).stops, now_is(job).error) == (0, "")


def test_a_cancelled_job_stops_and_keeps_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    def cancels(job: Job, cursor: Any) -> Any:
        jobs.advance(job, 1, 3)
        jobs.cancel(job, NOW)
        jobs.advance(job, 2, 3)

    job = does(monkeypatch, cancels)
    work_on_job(job.pk, job.turn)

    assert (now_is(job).status, now_is(job).done, now_is(job).finished_at) == ("cancelled", 1, NOW)
    assert sent() == 0


def test_what_has_ended_cannot_be_cancelled() -> None:
    job = a_job(7, status="done")

    assert not jobs.cancel(job, NOW)
    assert now_is(job).status == Job.Status.DONE


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WarehouseUnavailable("Code: 210, 127.0.0.1:9000"), "ClickHouse does not answer."),
        (OperationalError("connection to 127.0.0.1 refused"), "PostgreSQL does not answer."),
        (BrokerError("Error 111 connecting to 127.0.0.1:6379"), "Redis does not answer."),
        (RedisError("Connection closed by server."), "Redis does not answer."),
    ],
)
def test_a_store_that_is_away_is_waited_for_and_its_address_is_kept_for_the_log(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    job = does(monkeypatch, raises(error))

    app.tasks[jobs.TASK].apply((job.pk, job.turn))

    assert (now_is(job).status, now_is(job).error) == (Job.Status.RUNNING, words)


def test_who_was_killed_after_its_time_does_not_fail_what_another_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    job = does(monkeypatch, lambda job, cursor: None)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING, turn=job.turn + 2)

    app.tasks[jobs.TASK].on_failure(TimeLimitExceeded(240), "", (job.pk, job.turn), {}, None)
    assert now_is(job).status == Job.Status.RUNNING

    app.tasks[jobs.TASK].on_failure(TimeLimitExceeded(240), "", (job.pk, job.turn + 1), {}, None)
    assert now_is(job).status == Job.Status.FAILED


def test_any_other_error_is_the_end_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    job = does(monkeypatch, raises(ValueError("no such column")))

    app.tasks[jobs.TASK].apply((job.pk, job.turn))

    assert (now_is(job).status, now_is(job).error) == ("failed", "ValueError: no such column")


def test_a_job_can_be_done_here_and_now(counted: list[int]) -> None:
    seen: list[int] = []

    job = jobs.run_here(COUNTING, 7, {}, lambda job: seen.append(job.done))

    assert seen == [1, 2, 3]
    assert job.status == Job.Status.DONE


def test_an_error_here_and_now_is_raised_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs._slices, COUNTING, raises(ValueError("no")))

    with pytest.raises(ValueError, match="no"):
        jobs.run_here(COUNTING, 7, {}, lambda job: None)

    assert Job.objects.get().error == "ValueError: no"
