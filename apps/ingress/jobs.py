"""Long work: started by a page or a command, done in slices by Celery, followed on the Jobs page.

A kind is a name and a function that does one slice: `slice(job, cursor) -> the next cursor, or None at the end`. A slice may be
done twice (its worker died after the work and before saying so), so it must be harmless then; it calls `advance` at least once
a minute, and takes well under Celery's time limit of four minutes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.ingress.models import Job

Cursor = Any  # what JSON can say, and not None
Slice = Callable[[Job, Cursor | None], Cursor | None]

TASK = "apps.ingress.tasks.work_on_job"
# A job of which so long nothing was heard is taken up by another worker.
FORGOTTEN_AFTER = timedelta(seconds=90)
# Slices are done one after the other for so long; then whatever else waits in the queue has its turn.
TURN = timedelta(seconds=10)
# Half an hour of a store being away; or a slice that kills its worker, which must end some time.
STOPS_ALLOWED = 20
GIVEN_UP = "It stopped at the same place again and again."
ERROR_MAX_CHARS = 2_000

WRITE = "write"

_slices: dict[str, Slice] = {}
_verbs: dict[str, str] = {}
# Asked before each slice whether who started a job may still do it: (organization, person, key, verb) -> why not. Handed down at
# start-up by who knows people; nobody here does.
Permits = Callable[[int, int, str, str], str]
_permits: list[Permits] = []


class Stopped(Exception):
    """The job was cancelled, or another worker has taken it over: leave it at once."""


class NotPermitted(Stopped):
    """Whoever started the job may not do it any more; it has failed, and says why."""


def register(kind: str, slice_: Slice, *, verb: str = WRITE) -> None:
    """Makes a kind known to workers, with what one must be allowed to do for it; called once, where the kind is defined."""
    _slices[kind] = slice_
    _verbs[kind] = verb


def permit_by(permits: Permits) -> None:
    """Who is asked whether a job may go on; called once, at start-up."""
    _permits[:] = [permits]


def verb_of(job: Job) -> str:
    """What one must be allowed to do for it, be it to start it or to cancel it."""
    return _verbs.get(job.kind, WRITE)


def start(
    kind: str,
    organization_id: int,
    user_id: int,
    parameters: Mapping[str, Any],
    *,
    title: str = "",
    unit: str = "",
    key_id: str = "",
) -> Job:
    """A job of a registered kind, on its way to a worker once this transaction is committed. `key_id` is the API key that asked for
    it, whoever made that. What `parameters` hold under "private" is forgotten when the job ends, however it does.
    """
    assert kind in _slices, f"nobody does {kind!r}"
    job = _made(kind, organization_id, user_id, parameters, title, unit, key_id)
    transaction.on_commit(lambda: _send(job.pk, job.turn), robust=True)
    return job


def run_here(
    kind: str, organization_id: int, parameters: Mapping[str, Any], follow: Callable[[Job], None], **words: str
) -> Job:
    """The whole job done by this process, which calls `follow` after each slice. Whatever a slice raises fails the job."""
    job = _made(kind, organization_id, 0, parameters, words.get("title", ""), words.get("unit", ""))
    taken = _take(job.pk, job.turn, timezone.now())
    while taken and taken.is_open:
        try:
            _do_slice(taken)
        except BaseException as error:
            fail(taken.pk, f"{type(error).__name__}: {error}")
            raise
        follow(taken)
    job.refresh_from_db()
    return job


def advance(job: Job, done: int, total: int, note: str = "") -> None:
    """Says how far the job is, and that its worker lives. Errors: Stopped."""
    _change(job, done=done, total=total, note=note[:200], heartbeat_at=timezone.now())


def cancel(job: Job, now: datetime) -> bool:
    """Ends an open job; its worker notices with its next `advance`. What is done stays done. False when it had ended already."""
    return bool(Job.objects.filter(pk=job.pk).end(Job.Status.CANCELLED, now))


def work(job_id: int, turn: int) -> None:
    """Does slices of the job for some seconds and sends it on. Does nothing when somebody else has taken that turn."""
    job = _take(job_id, turn, timezone.now())
    if job is None:
        return
    deadline = timezone.now() + TURN
    try:
        _do_slice(job)
        while job.is_open and timezone.now() < deadline:
            _do_slice(job)
    except Stopped:
        return
    if job.is_open and Job.objects.filter(pk=job.pk, turn=job.turn).open().update(status=Job.Status.QUEUED):
        _send(job.pk, job.turn)


def note_trouble(job_id: int, error: str) -> None:
    """What keeps the job from going on just now. It stays open, is forgotten for a while, and revived."""
    Job.objects.open().filter(pk=job_id).update(error=error[:ERROR_MAX_CHARS])


def fail(job_id: int, error: str, *, turn: int | None = None) -> None:
    """The job cannot go on, for a reason that trying again does not mend. Who had a `turn` says it only while it has."""
    job = Job.objects.filter(pk=job_id) if turn is None else Job.objects.filter(pk=job_id, turn=turn)
    job.end(Job.Status.FAILED, timezone.now(), error=error[:ERROR_MAX_CHARS])


def revive(now: datetime) -> int:
    """Send forgotten jobs to workers again, and give up those that stop time after time; returns how many there were."""
    forgotten = Job.objects.forgotten(now - FORGOTTEN_AFTER)
    jobs = list(forgotten)
    for job in jobs:
        # Waiting in a long queue is not stopping.
        stops = job.stops + (job.status == Job.Status.RUNNING)
        if stops > STOPS_ALLOWED:
            fail(job.pk, " ".join(filter(None, [GIVEN_UP, job.error])))
        elif forgotten.filter(pk=job.pk, turn=job.turn).update(heartbeat_at=now, stops=stops, turn=job.turn + 1):
            _send(job.pk, job.turn + 1)
    return len(jobs)


def _made(
    kind: str,
    organization_id: int,
    user_id: int,
    parameters: Mapping[str, Any],
    title: str,
    unit: str,
    key_id: str = "",
) -> Job:
    now = timezone.now()
    return Job.objects.create(
        kind=kind,
        organization_id=organization_id,
        user_id=user_id,
        key_id=key_id,
        parameters=dict(parameters),
        title=title,
        unit=unit,
        created_at=now,
        heartbeat_at=now,
    )


def _send(job_id: int, turn: int) -> None:
    current_app.send_task(TASK, (job_id, turn), retry=False)


def _take(job_id: int, turn: int, now: datetime) -> Job | None:
    """The job with a new turn, if nobody has taken this one."""
    free = Job.objects.open().filter(pk=job_id, turn=turn)
    taken = free.update(
        turn=turn + 1, status=Job.Status.RUNNING, heartbeat_at=now, started_at=Coalesce("started_at", models.Value(now))
    )
    return Job.objects.get(pk=job_id) if taken else None


def _do_slice(job: Job) -> None:
    """Errors: Stopped, and whatever the slice raises."""
    _ask(job)
    cursor = _slices[job.kind](job, job.cursor)
    if cursor is None:
        kept = {name: value for name, value in job.parameters.items() if name != Job.PRIVATE}
        ended = {"status": Job.Status.DONE, "finished_at": timezone.now(), "parameters": kept}
        _change(job, **ended, error="", result=job.result, note="")
    else:
        _change(job, cursor=cursor, stops=0, error="", heartbeat_at=timezone.now())


def _ask(job: Job) -> None:
    """Errors: NotPermitted."""
    for permits in _permits:
        if why_not := permits(job.organization_id, job.user_id, job.key_id, verb_of(job)):
            fail(job.pk, why_not)
            raise NotPermitted(why_not)


def _change(job: Job, **changes: Any) -> None:
    """Errors: Stopped."""
    if not Job.objects.filter(pk=job.pk, turn=job.turn, status=Job.Status.RUNNING).update(**changes):
        raise Stopped(str(job))
    for name, value in changes.items():
        setattr(job, name, value)
