"""Runs as jobs: in slices, one run of an organization at a time, with nothing to be seen of it until all is done."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.attribution.ledger import hourly, numbers
from apps.attribution.ledger.chunks import Chunk, chunk_of, planned
from apps.attribution.ledger.lock import pen
from apps.attribution.ledger.orders import EVER, order_of
from apps.attribution.ledger.posting import Posting, complete, days_left, post, written
from apps.attribution.ledger.tally import tally
from apps.attribution.ledger.telling import edition_words
from apps.attribution.live import publishing
from apps.attribution.models import Edition, Policy, Run
from apps.attribution.webhooks.events import tell_of_edition
from apps.ingress import jobs
from apps.ingress.models import Job

KIND = "attribution"
WAITS_S = 1.0
# Chunks are written for so long before a slice ends.
SLICE = timedelta(seconds=60)
# After so long everything shows that a store task took before a run began: storing takes it about a second (docs/decisions/0004).
STORED_AFTER = timedelta(seconds=10)
ENDED_WITHOUT = "Its job ended: {}"

Cursor = dict[str, Any]


def start(run: Run, *, key_id: str = "") -> Job:
    """A job that a worker takes up once this transaction is committed. A run that catches up is nobody's deed: it finishes what has
    come into force already, whatever became of who wanted that."""
    user_id = 0 if run.catches_up else run.created_by_id or 0
    run.job = jobs.start(
        KIND, run.organization_id, user_id, {"run": run.pk}, title=_title(run), unit="days", key_id=key_id
    )
    run.save(update_fields=["job"])
    return run.job


def run_here(run: Run, follow: Any) -> Job:
    """The same, done by this process. Errors: WarehouseUnavailable, QuestionTooLarge; then the run has failed."""
    try:
        return jobs.run_here(KIND, run.organization_id, {"run": run.pk}, follow, title=_title(run), unit="days")
    except BaseException as error:
        run.fail(f"{type(error).__name__}: {error}", timezone.now())
        raise


def cancel(run: Run, now: datetime) -> bool:
    """Everything stays as it was before the run. False when it had ended already."""
    cancelled = run.cancel(now)
    if cancelled and run.job:
        jobs.cancel(run.job, now)
    return cancelled


def end_orphans(now: datetime, organization_id: int = 0) -> int:
    """End runs whose jobs have ended without them, of one organization or (0) of all; returns how many."""
    runs = Run.objects.open().exclude(job=None).exclude(job__status__in=Job.OPEN).select_related("job")
    if organization_id:
        runs = runs.filter(organization_id=organization_id)
    return sum(_end(run, now) for run in runs)


def do_slice(job: Job, cursor: Cursor | None) -> Cursor | None:
    """Chunks for a minute. What is missing is read from the ledger itself, so a slice done twice is done once.

    Errors: jobs.Stopped, WarehouseUnavailable, QuestionTooLarge, django.db.Error.
    """
    run = Run.objects.select_related("reverts", "catches_up", "campaign").get(
        pk=job.parameters["run"], organization_id=job.organization_id
    )
    with pen(run.organization_id) as is_ours:
        if not is_ours:
            return _wait(job, "Waits for another worker.")
        end_orphans(timezone.now(), run.organization_id)
        run.refresh_from_db()
        if run.state == Run.State.DONE:
            _tell(job, run)
            return None
        if run.state == Run.State.PLANNED and _is_waiting_for_labels(run):
            return _wait(job, "Waits until new clicks are labelled by the rules that are in force now.")
        if run.state == Run.State.PLANNED and not _begin(run, job):
            return _wait(job, "Waits until another run of the organization is done.")
        if not run.is_open:
            jobs.cancel(job, timezone.now())
            raise jobs.Stopped(str(job))
        return _write(job, run, cursor)


def _begin(run: Run, job: Job) -> bool:
    """False when another run has begun and not ended. The caller holds the pen, so nobody else begins one meanwhile."""
    others = Run.objects.filter(organization_id=run.organization_id)
    if others.filter(state=Run.State.RUNNING).exists():
        return False
    run.begin(numbers.following(run.organization_id), job, timezone.now())
    return True


def _is_waiting_for_labels(run: Run) -> bool:
    """A run that catches up begins when nothing is labelled without its rule any more, and one that takes a rule back when nothing
    is labelled by it: what is stored later needs neither."""
    if run.goes_live or not _meets_what_comes(run):
        return False
    now = timezone.now()
    publishing.bring_into_force(run.organization_id, now)
    return not publishing.is_settled(run.organization_id, now)


def _meets_what_comes(run: Run) -> bool:
    """Whether nobody looks again at what it misses of what was being stored when it began: another begins where it ends."""
    return bool(run.goes_live or run.catches_up or (run.reverts and run.reverts.goes_live))


def _write(job: Job, run: Run, cursor: Cursor | None) -> Cursor | None:
    assert run.number
    assert run.started_at
    posting = Posting(order_of(run), run.number, run.started_at)
    if not cursor or "chunks" not in cursor:
        # Kept before anything is written: who takes this over must not cut otherwise.
        return {"chunks": [chunk.as_json() for chunk in planned(posting.warehouse, posting.order)], "posted": 0}
    chunks = [chunk_of(stored) for stored in cursor["chunks"]]
    if cursor["posted"] < len(chunks):
        return {**cursor, "posted": _post_some(job, posting, chunks, cursor["posted"])}
    if _meets_what_comes(run) and timezone.now() - run.started_at < STORED_AFTER:
        _wait(job, "Waits until what was on its way when it began is stored.")
        return cursor
    if _complete_all(job, posting, chunks):
        return cursor
    # What is stored twice of an event has one entry, and is counted as one too few.
    _finish(job, run)
    return None


def _post_some(job: Job, posting: Posting, chunks: Sequence[Chunk], posted: int) -> int:
    """Chunks for a minute, from that one on; returns how many there are now. Another worker may have written some of them."""
    deadline = timezone.now() + SLICE
    there = written(posting)
    for chunk in chunks[posted:]:
        alive = partial(_advance, job, chunks, posted)
        if any(day in chunk for day in there):
            complete(posting, chunk, alive)
        else:
            post(posting, chunk, alive)
        posted += 1
        if timezone.now() > deadline:
            break
    return posted


def _complete_all(job: Job, posting: Posting, chunks: Sequence[Chunk]) -> bool:
    """Whether something was missing, as of events that were on their way when the chunks were planned."""
    alive = partial(jobs.advance, job, job.total, job.total)
    missed = {_chunk_with(day, chunks) for day in days_left(posting, alive)}
    wrote = [complete(posting, chunk, alive) for chunk in sorted(missed, key=lambda one: one.first)]
    return any(wrote)


def _chunk_with(day: date, chunks: Sequence[Chunk]) -> Chunk:
    return next((chunk for chunk in chunks if day in chunk), Chunk(day, day))


def _advance(job: Job, chunks: Sequence[Chunk], posted: int) -> None:
    done, total = (sum(chunk.days for chunk in some) for some in (chunks[:posted], chunks))
    jobs.advance(job, done, total, chunks[posted].words)


def _finish(job: Job, run: Run) -> None:
    """From here on the edition is what reports show. All at once, or not at all."""
    assert run.number
    hourly.mend(run.organization_id, run.number)
    counts = tally(run.organization_id, run.number)
    now = timezone.now()
    if run.catches_up and not any(counts.values()):
        # Nothing changed, so this is no edition. Its number is not used again.
        run.cancel(now)
        job.result = {"words": "Nothing had been missed."}
        return
    with transaction.atomic():
        # Raises when the job was cancelled; who cancels it now waits for this transaction.
        jobs.advance(job, job.total, job.total)
        if not run.finish(counts, now):
            raise jobs.Stopped(str(job))
        edition = Edition.objects.create(
            organization_id=run.organization_id,
            number=run.number,
            kind=Edition.Kind.REVERTED if run.reverts_id else Edition.Kind.APPLIED,
            run=run,
            words=edition_words(run),
            note=run.note,
            created_by_id=run.created_by_id,
            created_at=now,
        )
        publishing.restate(run, now)
        if run.goes_live:
            start(_catching_up(run, now))
        tell_of_edition(edition, now)
    _tell(job, run)


def _catching_up(run: Run, now: datetime) -> Run:
    """A run over what was stored since this one began, until its rule was in force. It takes nothing: another rule may go first."""
    same = {
        name: getattr(run, name) for name in ("organization", "campaign", "rule", "words", "rule_version", "created_by")
    }
    start, end = EVER
    return Run.objects.create(catches_up=run, start=start, end=end, policy=Policy.FILL, created_at=now, **same)


def _tell(job: Job, run: Run) -> None:
    job.result = {"words": run.edition.words, "url": reverse("attribution:edition", args=[run.number])}


def _wait(job: Job, note: str) -> Cursor:
    jobs.advance(job, job.done, job.total, note)
    time.sleep(WAITS_S)
    # Not None, which is the end; it says nothing, for nothing has begun.
    return job.cursor or {}


def _end(run: Run, now: datetime) -> bool:
    assert run.job
    if run.job.status == Job.Status.CANCELLED:
        return run.cancel(now)
    return run.fail(ENDED_WITHOUT.format(run.job.error or run.job.status), now)


def _title(run: Run) -> str:
    deed = "Revert clicks" if run.reverts_id else "Catch up with clicks" if run.catches_up_id else "Name clicks"
    return f"{deed}: {run.campaign.name}"[:200]


jobs.register(KIND, do_slice)
