"""How far the clicks are on their way: ingress processes, queues, the store task, what could not be stored."""

from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from apps.analytics.freshness import Freshness, freshness_of, redis
from apps.ingress.heartbeat import Heartbeat, heartbeats
from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.server import Server, server

QUEUES = ("store", "default")
WORKERS_TIMEOUT_S = 1.0
# Celery's own connection tries for ever, and a page would with it.
BROKER_OPTIONS = {"max_retries": 1, "interval_start": 0, "socket_connect_timeout": 1, "socket_timeout": 3}


@dataclass(frozen=True)
class Pipeline:
    """`unknown` says why processes and queues are not known; empty when they are."""

    beats: list[Heartbeat]
    queues: dict[str, int]
    freshness: Freshness
    unknown: str = ""


def pipeline(now: datetime) -> Pipeline:
    """Errors: none; a Redis that does not answer is said in `unknown`."""
    try:
        beats = heartbeats(redis())
        queues = {name: int(redis().llen(name)) for name in QUEUES}
    except RedisError as error:
        return Pipeline([], {}, Freshness(None, why="Redis does not answer"), unknown=str(error))
    return Pipeline(beats, queues, freshness_of(beats, now))


def stored() -> Server | None:
    """Events of all organizations; None when ClickHouse does not answer. Errors: none."""
    try:
        return server()
    except WarehouseUnavailable:
        return None


def workers() -> list[str] | None:
    """Names of the Celery workers that answer within a second; None when the broker does not answer.

    Cost: always waits the whole second, for nobody knows how many workers there are.
    """
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=BROKER_OPTIONS) as connection:
            answers = current_app.control.ping(timeout=WORKERS_TIMEOUT_S, connection=connection)
    except (OperationalError, RedisError, OSError):
        return None
    return sorted(name for answer in answers for name in answer)


def dead_letters() -> int:
    """How many wait for somebody to look. Cost: one PostgreSQL query."""
    return DeadLetter.objects.filter(status=DeadLetter.Status.WAITING).count()
