"""What each ingress process says of itself, in Redis, so that pages can show it and know how fresh stored data is.

It is said under the worker's number, which no two processes share: who takes over a number speaks for it from then on.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import orjson
from redis import Redis

PREFIX = "trellis:ingress:"
# A process that said nothing for so long is dead or cut off.
SILENT_S = 15
FORGET_S = 24 * 3600


@dataclass(frozen=True)
class Heartbeat:
    """State of one ingress process. Counts are since it started; `alarm` is empty when all is well.

    `postbacks` counts them by the word of their answer.
    """

    worker: int
    host: str
    pid: int
    at: datetime
    spool_bytes: int
    spool_limit_bytes: int
    segments_waiting: int
    oldest_waiting_at: datetime | None
    kept: int
    lost: int
    routes_version: str
    alarm: str
    postbacks: Mapping[str, int] = field(default_factory=dict)

    def silent(self, now: datetime) -> bool:
        return now - self.at > timedelta(seconds=SILENT_S)


def beat(redis: Redis, heartbeat: Heartbeat) -> Heartbeat | None:
    """Say this; returns what was said under the number before, None when nothing was. Errors: redis.RedisError."""
    before = redis.set(f"{PREFIX}{heartbeat.worker}", orjson.dumps(asdict(heartbeat)), ex=FORGET_S, get=True)
    return _read(before) if before else None


def forget(redis: Redis, workers: Collection[int]) -> None:
    """Drop what these said. Errors: redis.RedisError."""
    if workers:
        redis.delete(*(f"{PREFIX}{worker}" for worker in workers))


def heartbeats(redis: Redis) -> list[Heartbeat]:
    """Every process heard of in the last day, by host and worker. Errors: redis.RedisError."""
    keys = list(redis.scan_iter(f"{PREFIX}*"))
    found = [_read(value) for value in redis.mget(keys) if value] if keys else []
    return sorted(found, key=lambda beat: (beat.host, beat.worker))


def fresh_until(beats: list[Heartbeat], now: datetime) -> datetime:
    """Up to when everything received is stored: the oldest moment any process still has waiting, else now.

    A process that went silent counts from its last word, for its spool may hold what came after.
    """
    moments = [
        beat.at if beat.silent(now) else beat.oldest_waiting_at or now for beat in beats if _may_hold_clicks(beat, now)
    ]
    return min(moments, default=now)


def _may_hold_clicks(beat: Heartbeat, now: datetime) -> bool:
    return beat.segments_waiting > 0 or not beat.silent(now)


def _read(value: bytes) -> Heartbeat:
    said = orjson.loads(value)
    for name in ("at", "oldest_waiting_at"):
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    return Heartbeat(**said)
