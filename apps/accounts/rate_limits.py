"""How much programs may ask: points, counted in Redis for all processes together. Every limit of the API stands here.

A bucket holds a minute's points and fills evenly (the generic cell rate algorithm), so nobody gains by waiting for the full minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import ceil
from typing import Any

import structlog
from django.conf import settings
from django.db import connections
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.accounts.client_ip import client_ip

PERIOD_S = 60
# One organization's keys together, in keys: another key is not another whole allowance.
KEYS_WORTH = 5
# Wrong or missing keys from one address, a minute.
REFUSALS = 60
REDIS_PATIENCE_S = 0.1
# Time is Redis' own, so that hosts whose clocks differ count alike. Nothing is taken from any bucket unless all have enough.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local period, weight, wait, left, refill = tonumber(ARGV[1]), tonumber(ARGV[2]), 0, nil, 0
local empty_at = {}
for i, key in ipairs(KEYS) do
  local step = period / tonumber(ARGV[2 + i])
  empty_at[i] = math.max(tonumber(redis.call('GET', key)) or now, now) + step * weight
  wait = math.max(wait, empty_at[i] - now - period)
end
for i, key in ipairs(KEYS) do
  local step = period / tonumber(ARGV[2 + i])
  if wait > 0 then empty_at[i] = empty_at[i] - step * weight
  else redis.call('SET', key, string.format('%.0f', empty_at[i]), 'PX', math.ceil((empty_at[i] - now) / 1000) + 1) end
  local points = math.floor((now + period - empty_at[i]) / step)
  if left == nil or points < left then left, refill = points, empty_at[i] - now end
end
return {math.ceil(wait), left, math.ceil(refill)}
"""

log = structlog.get_logger(__name__)


class Weight(IntEnum):
    """What a request costs. A view says it by method in `rate_weights`; what it does not say is plain."""

    PLAIN = 1
    REPORT = 5
    RUN = 20


@dataclass(frozen=True)
class Limit:
    """A bucket: whose it is, and how many points it holds and gets in a minute."""

    whose: str
    points: int


@dataclass(frozen=True)
class Taken:
    """`wait_s` is 0 when the points were taken; `left` and `full_in_s` are of the bucket that has the fewest."""

    wait_s: int
    left: int
    full_in_s: int


class TooMany(APIException):
    status_code = 429
    default_code = "too_many"

    def __init__(self, detail: str, wait_s: int) -> None:
        # rest_framework makes `Retry-After` of it.
        self.wait = wait_s
        super().__init__(f"{detail} Ask again in {wait_s} s.")


class PointsOfKey(BaseThrottle):
    """Each key has its points, and its organization has some for all its keys. Every answer says in RateLimit what is left."""

    def allow_request(self, request: Request, view: Any) -> bool:
        # HEAD does all the work of GET.
        method = "GET" if request.method == "HEAD" else request.method
        spend(request, view, getattr(view, "rate_weights", {}).get(method, Weight.PLAIN))
        return True


def spend(request: Request, view: Any, weight: int) -> None:
    """Takes points of the request's key and of its organization, and lets the answer say what is left. Errors: TooMany."""
    points = settings.TRELLIS_API_POINTS
    auth: Any = request.auth
    if auth is None or not points:
        return
    limits = (
        Limit(f"key:{_key(auth)}", points),
        Limit(f"organization:{auth.organization.pk}", points * KEYS_WORTH),
    )
    # However few points there are, everything can be asked for once a minute.
    taken = take(limits, min(weight, points))
    if taken is None:
        return
    # draft-ietf-httpapi-ratelimit-headers
    view.headers["RateLimit-Policy"] = f'"key";q={points};w={PERIOD_S}'
    view.headers["RateLimit"] = f'"key";r={taken.left};t={taken.full_in_s}'
    if taken.wait_s:
        raise TooMany(
            f"This key, or its organization, has asked for more than {points:,} points a minute.", taken.wait_s
        )


def refused_too_often(request: Request) -> TooMany | None:
    """Notes that an address came with a wrong key or none; what to say when it has done so too often.

    Only refusals are counted and only they are slowed: who has a valid key goes on, though a stranger shares the address.
    """
    if not settings.TRELLIS_API_POINTS:
        return None
    forwarded = request.headers.get("X-Forwarded-For", "")
    address = client_ip(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)
    taken = take([Limit(f"refused:{address}", REFUSALS)], Weight.PLAIN)
    if taken is None or not taken.wait_s:
        return None
    return TooMany("Too many requests without a valid API key came from this address.", taken.wait_s)


def take(limits: Sequence[Limit], weight: int) -> Taken | None:
    """Takes the points from every bucket, or from none. None: Redis does not answer, and nothing is counted.

    Cost: one round trip to Redis.
    """
    place = connections["default"].settings_dict["NAME"]
    keys = [f"trellis:rate:{place}:{limit.whose}" for limit in limits]
    words = [PERIOD_S * 1_000_000, int(weight), *(limit.points for limit in limits)]
    try:
        wait, left, full_in = _redis(settings.REDIS_URL).eval(TAKE, len(keys), *keys, *words)
    except RedisError as error:
        log.warning("rate_limits_not_counted", error=str(error))
        return None
    return Taken(ceil(wait / 1_000_000), int(left), ceil(full_in / 1_000_000))


def _key(auth: Any) -> object:
    """What may carry a request has a `rate_key`; an API key without one, its id."""
    return getattr(auth, "rate_key", None) or f"{type(auth).__name__}:{auth.pk}"


@lru_cache(maxsize=4)
def _redis(url: str) -> "Redis":
    retry = Retry(NoBackoff(), 0)
    return Redis.from_url(url, socket_connect_timeout=REDIS_PATIENCE_S, socket_timeout=REDIS_PATIENCE_S, retry=retry)
