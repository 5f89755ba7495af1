"""What waits is sent until it has arrived. Who dies after sending and before saying so has it sent again: at least once."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from redis import RedisError

from apps.attribution.ledger.lock import alone
from apps.attribution.models import WebhookDelivery
from apps.attribution.webhooks.sending import GONE, Answer, send

# After each attempt that failed, as Standard Webhooks proposes; after the last nobody tries by themselves.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
# More than an attempt can take.
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
# Endpoints that are slow keep one worker busy, and never all of them: others store clicks.
LOCK = 0x686F6F6B  # "hook"
ROUND_S = 30.0
# In Redis: the id of the endpoint that had its turn last.
LAST = "webhooks:last-endpoint"


def deliver_waiting(now: datetime) -> int:
    """Sends what is due, of each endpoint the message that waits longest; returns how many that were.

    A round that takes too long is broken off, and the next begins after the endpoint it came to.
    """
    began, sent = time.monotonic(), 0
    with alone(LOCK) as is_ours:
        for one in _in_turn(WebhookDelivery.objects.due(now)) if is_ours else ():
            # Before the attempt: an endpoint that ends the worker has had its turn, too.
            _remember(one.endpoint_id)
            sent += deliver(one, timezone.now())
            if time.monotonic() - began > ROUND_S:
                break
    return sent


def deliver(delivery: WebhookDelivery, now: datetime) -> bool:
    """One attempt. False when somebody else has begun it."""
    if not delivery.claim(now, LEASE):
        return False
    note(delivery, send(delivery, now), timezone.now())
    return True


def note(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    """What came of an attempt, and when the next is."""
    if answer.arrived:
        delivery.note(WebhookDelivery.State.DELIVERED, answer.status, answer.said, next_at=now)
    elif answer.status == GONE or delivery.attempts > len(WAITS):
        delivery.note(WebhookDelivery.State.GIVEN_UP, answer.status, answer.said, next_at=now)
    else:
        wait = WAITS[delivery.attempts - 1]
        delivery.note(WebhookDelivery.State.WAITING, answer.status, answer.said, next_at=now + wait)


def forget_old(now: datetime) -> int:
    """Messages that have ended, a month later; returns how many."""
    return WebhookDelivery.objects.ended_before(now - KEPT).delete()[0]


def _in_turn(due: Iterable[WebhookDelivery]) -> list[WebhookDelivery]:
    """Round the endpoints, from the one after the last; from the first when Redis does not know it or is away."""
    try:
        last = cache.get(LAST, 0)
    except RedisError:
        last = 0
    return sorted(due, key=lambda one: (one.endpoint_id <= last, one.endpoint_id))


def _remember(endpoint_id: int) -> None:
    with suppress(RedisError):
        cache.set(LAST, endpoint_id, timeout=None)
