"""The door of Celery into caps."""

import time

from celery import shared_task
from redis import RedisError

from apps.campaigns import caps
from apps.ingress.broker import broker
from apps.ingress.warehouse.errors import WarehouseUnavailable


@shared_task(throws=(RedisError, WarehouseUnavailable))  # type: ignore[untyped-decorator]
def settle_caps() -> int:
    """Bring what caps count up to what is stored; returns how many totals changed.

    Comes by every five seconds; so much later does a conversion fill its cap. Running twice changes nothing the second time.
    """
    return caps.settle(broker(), int(time.time() * 1000))
