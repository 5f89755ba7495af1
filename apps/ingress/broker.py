"""The process' connection to Redis."""

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@lru_cache(maxsize=1)
def broker() -> Redis:
    """A pooled client. It gives up quickly and tries once: whoever asks has something better to do than wait."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=5, retry=Retry(NoBackoff(), 1))
