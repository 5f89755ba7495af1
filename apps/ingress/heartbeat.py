"""What each ingress process says of itself, in Redis, so that pages can show it and know how fresh stored data is."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson
from redis import Redis

PREFIX = "trellis:ingress:"
# A process that said nothing for so long is dead or cut off.
SILENT_S = 15
FORGET_S = 24 * 3600


@dataclass(frozen=True)
class Heartbeat:
    """State of one ingress process. Counts are since it started; `alarm` is empty when all is well."""

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

    def silent(self, now: datetime) -> bool:
        return now - self.at > timedelta(seconds=SILENT_S)


def beat(redis: Redis, heartbeat: Heartbeat) -> None:
    redis.set(f"{PREFIX}{heartbeat.host}:{heartbeat.worker}", orjson.dumps(asdict(heartbeat)), ex=FORGET_S)


def heartbeats(redis: Redis) -> list[Heartbeat]:
    """Every process heard of in the last day, by host and worker. Errors: redis.RedisError."""
    keys = sorted(redis.scan_iter(f"{PREFIX}*"))
    return [_read(value) for value in redis.mget(keys) if value] if keys else []


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
