"""Up to when the stored data reaches: the stamp on every report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from apps.ingress.heartbeat import Heartbeat, fresh_until, heartbeats

STALE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Freshness:
    """`until` is None when nobody can say; `why` then says why not."""

    until: datetime | None
    stale: bool = False
    why: str = ""


def freshness(now: datetime) -> Freshness:
    """Errors: none; a Redis that does not answer makes the stamp unknown."""
    try:
        beats = heartbeats(redis())
    except RedisError:
        return Freshness(None, why="Redis does not answer")
    return freshness_of(beats, now)


def freshness_of(beats: list[Heartbeat], now: datetime) -> Freshness:
    if not beats:
        return Freshness(None, why="no ingress process has reported in the last day")
    until = fresh_until(beats, now)
    return Freshness(until, stale=now - until > STALE_AFTER)


def redis() -> Redis:
    """A client with short patience: a stamp is not worth waiting for."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
