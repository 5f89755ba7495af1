"""Doors of Celery into attribution. Each comes by again by itself, so none is retried; twice is the same as once."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone
from redis import RedisError

from apps.attribution import booking, costs, following, matching, publish, storing
from apps.attribution.ledger import running, visitors
from apps.attribution.live import checking, mending, publishing
from apps.attribution.models import WebhookEndpoint
from apps.attribution.webhooks import delivering
from apps.ingress.warehouse.errors import WarehouseUnavailable

A_DAY = timedelta(days=1)
# Below the beat's expiry and the time limit: what waits longer is taken up by the next round.
ROUND_S = 30.0


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def book_postbacks() -> int:
    """Book what waits, and store what that changed; returns how many postbacks.

    Twice is once. Comes by every two seconds.
    """
    booked = _until_nothing_waits(booking.book_waiting)
    _until_nothing_waits(storing.store_waiting)
    return booked


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def match_orphans() -> int:
    """Look for the clicks of orphans that are due, and store what was found; returns how many.

    Twice is once. Comes by every five seconds.
    """
    looked_for = _until_nothing_waits(matching.match_waiting)
    _until_nothing_waits(storing.store_waiting)
    return looked_for


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def follow_clicks() -> int:
    """Bring conversions to what their clicks were enriched to since; returns how many changes of them.

    Twice is once. Comes by every minute.
    """
    followed = _until_nothing_waits(following.follow_clicks)
    _until_nothing_waits(storing.store_waiting)
    return followed


@shared_task(throws=(RedisError,))  # type: ignore[untyped-decorator]
def publish_networks() -> int:
    """Publish whatever changed without saying so: edits in a shell, Redis flushed.

    Twice is once. Comes by every five seconds.
    """
    return publish.publish_networks()


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def finish_cost_uploads() -> int:
    """Finish applying and undoing costs where that was broken off; returns how many.

    Twice is once. Comes by every thirty seconds.
    """
    return costs.finish_waiting()


@shared_task  # type: ignore[untyped-decorator]
def end_orphaned_runs() -> int:
    """End runs whose jobs were cancelled or failed without them, so that the next may begin; returns how many.

    Twice is once. Comes by every thirty seconds.
    """
    return running.end_orphans(timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def publish_labels(everything: bool = False) -> int:
    """Put the rules in force that label what comes, where campaigns or runs changed; returns of how many organizations.

    Twice is once. Comes by every five seconds, and with `everything` every ten minutes.
    """
    return publishing.publish_changed(timezone.now(), everything=everything)


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def mend_labels() -> int:
    """Add entries of yesterday and today that a server left out which died; returns how many.

    Twice is once. Comes by every five minutes.
    """
    now = timezone.now()
    return mending.mend(now.date() - A_DAY, now)


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def check_labels() -> int:
    """Ask again whether yesterday's labels are what the rules say that were in force; returns how many are not.

    Twice is once. Comes by every night; staff see the answers on the System page.
    """
    now = timezone.now()
    return checking.check_day(now.date() - A_DAY, now)


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def forget_visitors() -> int:
    """Forget in the ledger whose clicks those were that are older than their organization keeps events; returns of how many
    organizations.

    Twice is once. Comes by every night.
    """
    return visitors.forget(timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def deliver_webhooks() -> int:
    """Send what endpoints wait for; returns how many attempts.

    Twice is once, but for a worker that dies between sending and saying so: then the receiver sees the same id again.
    Comes by every five seconds.
    """
    return _until_nothing_waits(delivering.deliver_waiting)


@shared_task  # type: ignore[untyped-decorator]
def forget_webhooks() -> int:
    """Forget messages that ended a month ago, and secrets that sign no more; returns how many messages.

    Twice is once. Comes by every night.
    """
    now = timezone.now()
    WebhookEndpoint.objects.forget_old_secrets(now)
    return delivering.forget_old(now)


def _until_nothing_waits(do_some: Callable[[datetime], int]) -> int:
    done, deadline = 0, time.monotonic() + ROUND_S
    while (some := do_some(timezone.now())) and time.monotonic() < deadline:
        done += some
    return done + some
