"""Doors of Celery into ingress."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.db import Error, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from apps.ingress import jobs
from apps.ingress.broker import broker
from apps.ingress.models import AddressKey, Postback
from apps.ingress.privacy import shelf as privacy
from apps.ingress.reenrich import KIND as REENRICH
from apps.ingress.shipper import CONFIRMED, PAYLOAD
from apps.ingress.store import store_lines
from apps.ingress.warehouse.errors import WarehouseUnavailable

log = structlog.get_logger(__name__)

TRIED = "trellis:tried:"
# A confirmation must outlive the longest time a shipper may be away from Redis while its segment is on the way.
CONFIRMED_SECONDS = 86_400
# Long enough to find out about a mistyped key, short enough for what anybody may send.
NOBODYS_KEPT = timedelta(days=30)
# What a job waits for, as people are told; anything else that a slice raises is its end.
PASSING = {
    WarehouseUnavailable: "ClickHouse does not answer.",
    OperationalError: "PostgreSQL does not answer.",
    RedisError: "Redis does not answer.",
    BrokerError: "Redis does not answer.",
}
# Workers know the kinds whose modules they have loaded.
KINDS = (REENRICH,)


@shared_task(name="apps.ingress.tasks.store_segment", throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def store_segment(segment_id: str) -> None:
    """Store one segment and confirm it.

    Run twice it stores once. It is never retried here: whatever fails, the shipper sends an unconfirmed segment again. Without a
    payload the segment was stored meanwhile, or Redis was flushed; both are the shipper's to know.
    """
    redis = broker()
    data, tried = _take(segment_id)
    if data is None:
        return
    with _garbage_left_alone():
        stored = store_lines(segment_id, _lines(data), now=timezone.now(), look_first=tried)
    with redis.pipeline() as pipeline:
        pipeline.set(CONFIRMED + segment_id, 1, ex=CONFIRMED_SECONDS)
        pipeline.delete(PAYLOAD + segment_id, TRIED + segment_id)
        pipeline.execute()
    if stored.dead or stored.skipped:
        log.warning(
            "segment stored with remarks",
            segment=segment_id,
            **{k: getattr(stored, k) for k in ("stored", "dead", "skipped")},
        )


@shared_task  # type: ignore[untyped-decorator]
def learn_policies() -> None:
    """Each worker process begins with it: who knows what may be kept goes on storing clicks without PostgreSQL. Twice is once."""
    try:
        privacy.fresh(timezone.now())
    except Error as error:
        log.warning("privacy policies are not known yet; no click is stored before they are", error=str(error))


class JobTask(Task):  # type: ignore[misc]
    """Says on the job why its worker stopped, so that whoever waits for it can read it."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        trouble = next((words for kind, words in PASSING.items() if isinstance(exc, kind)), "")
        if trouble:
            log.warning("a job waits", job=args[0], error=str(exc))
            jobs.note_trouble(args[0], trouble)
        else:
            # Whoever was killed after its time may have been followed by another already.
            jobs.fail(args[0], f"{type(exc).__name__}: {exc}", turn=args[1] + 1)


@shared_task(base=JobTask, name=jobs.TASK, throws=tuple(PASSING))  # type: ignore[untyped-decorator]
def work_on_job(job_id: int, turn: int) -> None:
    """Carry a job on for some seconds and send it on.

    Run twice with one turn it is done by one of the two. Where it stopped, the beat sends it again a minute and a half later.
    """
    jobs.work(job_id, turn)


@shared_task  # type: ignore[untyped-decorator]
def revive_jobs() -> int:
    """Send jobs again whose worker died or whose message was lost. Comes by every 30 s; run twice it finds none the second time."""
    return jobs.revive(timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_nobodys_postbacks() -> int:
    """Delete postbacks that no network's key was known for, a month after they came; returns how many. Twice is once."""
    deleted, _ = Postback.objects.nobodys(timezone.now() - NOBODYS_KEPT).delete()
    return deleted


@shared_task  # type: ignore[untyped-decorator]
def forget_address_keys() -> int:
    """Delete the keys of hashed addresses a week after they were made; returns how many. Comes by every hour; twice is once."""
    return AddressKey.forget(timezone.now())


def _take(segment_id: str) -> tuple[bytes | None, bool]:
    """The segment's bytes, and whether somebody has begun to store it before."""
    with broker().pipeline() as pipeline:
        pipeline.get(PAYLOAD + segment_id)
        pipeline.set(TRIED + segment_id, 1, ex=CONFIRMED_SECONDS, get=True)
        data, before = pipeline.execute()
    return data, before is not None


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """A segment is some 100,000 small objects without a cycle; looking for cycles among them took 40 % of the task (2026-11-22)."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _lines(data: bytes) -> list[bytes]:
    """A segment begun by a process that died, or found the disk full, before its first line has none."""
    return data.rstrip(b"\n").split(b"\n") if data.strip(b"\n") else []
