"""Doors of Celery into ingress."""

import structlog
from celery import shared_task
from django.utils import timezone

from apps.ingress.broker import broker
from apps.ingress.shipper import CONFIRMED, PAYLOAD
from apps.ingress.store import store_lines
from apps.ingress.warehouse.errors import WarehouseUnavailable

log = structlog.get_logger(__name__)

# A confirmation must outlive the longest time a shipper may be away from Redis while its segment is on the way.
CONFIRMED_SECONDS = 86_400


@shared_task(name="apps.ingress.tasks.store_segment", throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def store_segment(segment_id: str) -> None:
    """Store one segment and confirm it.

    Run twice it stores once. It is never retried here: whatever fails, the shipper sends an unconfirmed segment again. Without a
    payload the segment was stored meanwhile, or Redis was flushed; both are the shipper's to know.
    """
    redis = broker()
    data = redis.get(PAYLOAD + segment_id)
    if data is None:
        return
    stored = store_lines(segment_id, data.rstrip(b"\n").split(b"\n"), now=timezone.now())
    with redis.pipeline() as pipeline:
        pipeline.set(CONFIRMED + segment_id, 1, ex=CONFIRMED_SECONDS)
        pipeline.delete(PAYLOAD + segment_id)
        pipeline.execute()
    if stored.dead or stored.skipped:
        log.warning(
            "segment stored with remarks",
            segment=segment_id,
            **{k: getattr(stored, k) for k in ("stored", "dead", "skipped")},
        )
