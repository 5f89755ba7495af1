"""Erasing a visitor as a job: twice, for what was on its way when it began, and recorded without a word of whom."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.analytics.visitor_data import Erased, erase
from apps.ingress import jobs
from apps.ingress.models import Erasure, Job
from apps.ingress.privacy.erasing import digest_of

KIND = "erasure"
# Store tasks know of an erasure after five seconds, and what they had begun is stored by then: ClickHouse may take a minute for
# each of three tries.
SETTLED = timedelta(minutes=3)
REST = timedelta(seconds=1)
TITLE = "Erase a visitor"


@transaction.atomic
def start(organization_id: int, visitor_id: int, now: datetime, *, by: str, user_id: int = 0) -> Job:
    """A job that a worker takes up once this transaction is committed, and the row that says that it was asked for.

    The job knows the visitor until it ends; what stays is a keyed digest.
    """
    erasure = _recorded(organization_id, visitor_id, now, by)
    parameters = {"erasure": erasure.pk, Job.PRIVATE: {"visitor": str(visitor_id)}}
    job = jobs.start(KIND, organization_id, user_id, parameters, title=TITLE, unit="seconds")
    Erasure.objects.filter(pk=erasure.pk).update(job_id=job.pk)
    return job


def run_here(organization_id: int, visitor_id: int, now: datetime, *, by: str) -> Erasure:
    """The same, done by this process, which sleeps in between. Errors: WarehouseUnavailable."""
    began_at, erasure = timezone.now(), _recorded(organization_id, visitor_id, now, by)
    _note(erasure, erase(organization_id, visitor_id, now))
    time.sleep(_left(began_at).total_seconds())
    _finish(erasure, erase(organization_id, visitor_id, now))
    erasure.refresh_from_db()
    return erasure


def do_slice(job: Job, cursor: Any) -> Any:
    """First what is stored; then, when store tasks know, what they stored meanwhile. Until then each slice waits a second.

    Seconds are what is counted: the waiting takes longer than all the work.
    """
    total = int(SETTLED.total_seconds())
    erasure = Erasure.objects.get(pk=job.parameters["erasure"])
    visitor_id = int(job.parameters[Job.PRIVATE]["visitor"])
    if cursor is None:
        jobs.advance(job, 0, total, "Emptying what is stored")
        _note(erasure, erase(job.organization_id, visitor_id, erasure.requested_at))
        return {"again": True}
    assert job.started_at
    if left := _left(min(erasure.requested_at, job.started_at)):
        waited = int((SETTLED - left).total_seconds())
        jobs.advance(job, waited, total, "Looking again in some minutes, for what was on its way")
        time.sleep(min(left, REST).total_seconds())
        return cursor
    jobs.advance(job, total, total, "Looking again")
    _finish(erasure, erase(job.organization_id, visitor_id, erasure.requested_at))
    erasure.refresh_from_db()
    job.result = {"words": words(erasure)}
    return None


def listed(organization_id: int, at_most: int) -> list[tuple[Erasure, str]]:
    """The newest first, each with what is missing; nothing is when it is empty. Cost: two queries."""
    found = list(Erasure.objects.of(organization_id)[:at_most])
    working = Job.objects.in_bulk({each.job_id for each in found if not each.finished_at})
    return [(each, _missing(each, working.get(each.job_id))) for each in found]


def _missing(erasure: Erasure, job: Job | None) -> str:
    if erasure.finished_at:
        return ""
    return "under way" if job is None or job.is_open else "stopped before its end: erase the visitor again"


def words(erasure: Erasure) -> str:
    counted = (
        (erasure.events, "event", "events"),
        (erasure.conversions, "row of conversions", "rows of conversions"),
        (erasure.postbacks, "postback", "postbacks"),
        (erasure.dead_letters, "dead letter", "dead letters"),
    )
    told = ", ".join(f"{number:,} {one if number == 1 else many}" for number, one, many in counted)
    return f"Emptied: {told}. Counts are as they were."


def _recorded(organization_id: int, visitor_id: int, now: datetime, by: str) -> Erasure:
    visitor = digest_of(organization_id, visitor_id)
    return Erasure.objects.create(organization_id=organization_id, visitor=visitor, requested_by=by, requested_at=now)


def _note(erasure: Erasure, more: Erased) -> None:
    """Adds up, for each sweep finds only what was left."""
    Erasure.objects.filter(pk=erasure.pk).update(
        events=F("events") + more.events,
        conversions=F("conversions") + more.conversions,
        postbacks=F("postbacks") + more.postbacks,
        dead_letters=F("dead_letters") + more.dead_letters,
    )


def _finish(erasure: Erasure, more: Erased) -> None:
    _note(erasure, more)
    Erasure.objects.filter(pk=erasure.pk).update(finished_at=timezone.now())


def _left(since: datetime) -> timedelta:
    """How long it is until what was on its way is stored; nothing when it is."""
    return max(since + SETTLED - timezone.now(), timedelta(0))


jobs.register(KIND, do_slice, verb="manage")
