"""Caps, processes that count, and an empty Redis to count in."""

from pathlib import Path
from typing import Any

from django.conf import settings
from redis import ConnectionError as RedisAway
from redis import Redis

from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_counts import CapCounts
from apps.ingress.plans.cap_totals import name_of
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import Cap, Of, Per

NOWHERE = "redis://127.0.0.1:1/0"
# A database of its own: an ingress process of another test may be counting in the first.
REDIS_URL = settings.REDIS_URL.rpartition("/")[0] + "/1"


class CutOff(Redis):  # type: ignore[misc]
    """Redis with a wire that can be cut: before it hears, or before it answers."""

    hears = True
    answers = True

    def eval(self, *arguments: Any) -> Any:
        if not self.hears:
            raise RedisAway("cut off")
        answer = super().eval(*arguments)
        if not self.answers:
            raise RedisAway("the answer got lost")
        return answer


def a_cap(limit: int = 10, **changes: Any) -> Cap:
    given = {"campaign_id": 1, "owner_id": 2, "of": Of.CLICKS, "per": Per.DAY, "zone": "UTC", **changes}
    return Cap(limit=limit, **given)


def a_process(folder: Path, redis: "Redis | None" = None) -> CapCounts:
    return CapCounts(redis or Redis.from_url(REDIS_URL), folder)


def count(process: CapCounts, cap: Cap, times: int, now_ms: int) -> None:
    for _ in range(times):
        process.count(cap, now_ms)


def total(redis: "Redis[Any]", cap: Cap, now_ms: int) -> int:
    name = name_of(cap, window_of(cap, now_ms))
    return cap_totals.totals_of(redis, [name])[name]


def clean(redis: "Redis[Any]") -> None:
    redis.delete(*cap_totals.KEYS, *redis.keys(cap_totals.SENT + "*"))
