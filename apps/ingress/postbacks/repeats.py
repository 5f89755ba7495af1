"""A short and forgetful memory of postbacks, so that the answer to a repeat can say that it is one.

What is a conversion twice is decided later, in PostgreSQL. This only makes the answer kinder, so it may forget, and must never
make anybody wait: Redis is asked with a deadline, and left alone for a while when it misses one.
"""

import time
from collections import OrderedDict
from functools import lru_cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

PREFIX = "trellis:postback:"
REMEMBERED = 50_000
REMEMBERED_SECONDS = 6 * 3_600
DEADLINE_S = 0.05
LEFT_ALONE_S = 5.0


class Repeats:
    """The memory of one process, and what all processes remember together in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._here: OrderedDict[bytes, None] = OrderedDict()
        self._back_at = 0.0

    def seen(self, repeat: bytes) -> bool:
        """Whether the same was received before; from now on it was. Takes up to twice the deadline."""
        return self.seen_here(repeat) or self.seen_elsewhere(repeat)

    def seen_here(self, repeat: bytes) -> bool:
        if repeat in self._here:
            return True
        self._here[repeat] = None
        if len(self._here) > REMEMBERED:
            self._here.popitem(last=False)
        return False

    def seen_elsewhere(self, repeat: bytes) -> bool:
        """Whether another process has seen it, or this one before it was started anew; False when Redis does not say."""
        if self.leaves_alone:
            return False
        try:
            return not self._redis.set(PREFIX + repeat.hex(), 1, nx=True, ex=REMEMBERED_SECONDS)
        except RedisError:
            self.leave_alone()
            return False

    @property
    def leaves_alone(self) -> bool:
        return time.monotonic() < self._back_at

    def leave_alone(self) -> None:
        """Ask Redis nothing for a while."""
        self._back_at = time.monotonic() + LEFT_ALONE_S


@lru_cache(maxsize=1)
def hasty_redis() -> Redis:
    """A connection that gives up long before anybody notices."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=DEADLINE_S,
        socket_timeout=DEADLINE_S,
        retry=Retry(NoBackoff(), 0),
    )
