"""The published route table on its way down: from Redis into a process, mirrored to a file for a start without Redis.

Redis holds every unit (`trellis:routes`), at which number each changed (`trellis:routes:changes`), and the version: an epoch
that is new whenever Redis was empty, and a number that grows. A follower asks for what changed since its number. The number follows
the clock, for a Redis that was killed may have lost its last ones: counted on from there, they would mean something else.
"""

import gc
import os
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog
from redis import Redis, RedisError

from apps.ingress.routing import RouteTable

log = structlog.get_logger(__name__)

UNITS = "trellis:routes"
CHANGES = "trellis:routes:changes"
EPOCH = "trellis:routes:epoch"
NUMBER = "trellis:routes:number"
POLL_S = 0.5
MIRROR_S = 5.0
MIRROR = "routes.json"

# One publication is one script: a follower sees all of it or nothing. An empty document withdraws the unit. Into an empty Redis
# only the whole table may be published, or followers would take a part for everything there is.
_PUBLISH = """
if ARGV[1] ~= '' then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SET', KEYS[3], ARGV[1])
elseif redis.call('EXISTS', KEYS[3]) == 0 then
  return 0
end
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[4]) or 0)
local number = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[4], number)
for at = 2, #ARGV, 2 do
  if ARGV[at + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[at])
  else redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
  redis.call('ZADD', KEYS[2], number, ARGV[at])
end
return 1
"""


def publish(redis: Redis, units: Mapping[str, Mapping[str, Any] | None], *, whole: bool = False) -> bool:
    """Put these units in force on every ingress process, all together; None withdraws one. Errors: redis.RedisError.

    `whole` says that these are all there are. False when Redis holds no table yet and only a part was given.
    """
    if not units and not whole:
        return True
    arguments: list[str | bytes] = [secrets.token_hex(8) if whole else ""]
    for name, document in units.items():
        arguments += [name, b"" if document is None else orjson.dumps(document, option=orjson.OPT_SORT_KEYS)]
    return bool(redis.eval(_PUBLISH, 4, UNITS, CHANGES, EPOCH, NUMBER, *arguments))


def published(redis: Redis, names: list[str]) -> dict[str, Any]:
    """The documents now in force of these units; a unit that is not published is absent. Errors: redis.RedisError."""
    found = redis.hmget(UNITS, names) if names else []
    return {name: orjson.loads(document) for name, document in zip(names, found, strict=True) if document}


def published_names(redis: Redis) -> set[str]:
    """Names of all units in force. Errors: redis.RedisError."""
    return {name.decode() for name in redis.hkeys(UNITS)}


def is_empty(redis: Redis) -> bool:
    """Whether nothing is published: Redis is new, or was flushed."""
    return not redis.exists(EPOCH)


class Follower(threading.Thread):
    """Keeps one process' table up to date. `fresh_at` is when Redis was last heard, in Unix seconds."""

    def __init__(self, table: RouteTable, redis: Redis, folder: Path) -> None:
        super().__init__(name="routes", daemon=True)
        self.table = table
        self.fresh_at = 0.0
        self._redis = redis
        self._mirror = folder / MIRROR
        self._mirrored = ""
        self._mirror_due = 0.0
        self._ending = threading.Event()

    def load_mirror(self) -> None:
        """Fill the table from the mirrored file, if there is one that can be read."""
        try:
            mirror = orjson.loads(self._mirror.read_bytes())
        except FileNotFoundError:
            return
        except (orjson.JSONDecodeError, OSError) as error:
            log.warning("the mirrored routes cannot be read", path=str(self._mirror), error=str(error))
            return
        self._replace({name: document.encode() for name, document in mirror["units"].items()}, mirror["version"])
        self._mirrored = self.table.version

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self.follow_once()
            except Exception:  # the outer edge of the thread: dead, it would leave the table as it is for ever
                log.exception("a round of following routes failed")
            self._ending.wait(POLL_S)

    def follow_once(self) -> None:
        """Apply what changed since the last time; with Redis away the table stays as it is."""
        try:
            self._follow()
            self.fresh_at = time.time()
        except RedisError as error:
            log.warning("routes cannot be followed, the table stays", error=str(error), version=self.table.version)
        self._write_mirror()

    def stop(self) -> None:
        self._ending.set()

    def _follow(self) -> None:
        epoch, number = self._redis.mget(EPOCH, NUMBER)
        if epoch is None or number is None:
            return
        version = f"{epoch.decode()}:{number.decode()}"
        if version == self.table.version:
            return
        seen_epoch, _, seen_number = self.table.version.partition(":")
        whole = seen_epoch != epoch.decode()
        units = self._redis.hgetall(UNITS) if whole else self._changed_since(seen_number)
        # Of a Redis that was flushed in between, every unit would seem withdrawn.
        if self._redis.get(EPOCH) != epoch:
            return
        if whole:
            self._replace(units, version)
            return
        for name, document in units.items():
            self._apply(name.decode(), document)
        self.table.version = version

    def _changed_since(self, number: str) -> dict[bytes, bytes | None]:
        names = self._redis.zrangebyscore(CHANGES, f"({number}", "+inf")
        return dict(zip(names, self._redis.hmget(UNITS, names), strict=True)) if names else {}

    def _replace(self, units: Mapping[Any, bytes | None], version: str) -> None:
        found = {name.decode() if isinstance(name, bytes) else name: document for name, document in units.items()}
        for name, document in found.items():
            self._apply(name, document)
        for name in self.table.units.keys() - found.keys():
            self._apply(name, None)
        self.table.version = version
        # A collection that walks a hundred thousand routes stalls the loop for tens of milliseconds.
        gc.freeze()

    def _apply(self, name: str, document: bytes | None) -> None:
        if document is None:
            self.table.units.pop(name, None)
            self.table.apply(name, None)
        elif self.table.units.get(name) != (text := document.decode()):
            self.table.units[name] = text
            try:
                self.table.apply(name, orjson.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                # One unit of another version of ours must not keep the others, or a whole process, from coming up.
                log.error("a published unit cannot be read and stays as it was", unit=name, error=repr(error))

    def _write_mirror(self) -> None:
        if self.table.version == self._mirrored or time.monotonic() < self._mirror_due:
            return
        self._mirror_due = time.monotonic() + MIRROR_S
        draft = self._mirror.with_name(f"{MIRROR}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.write(orjson.dumps({"version": self.table.version, "units": self.table.units}))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._mirror)
            self._mirrored = self.table.version
        except OSError as error:
            log.warning("routes cannot be mirrored to a file", error=str(error))
