"""The published route table on its way down: from Redis into a process, mirrored to a file for a start without Redis.

Redis holds every unit (`trellis:routes`), at which number each changed (`trellis:routes:changes`), and the version: an epoch
that is new whenever Redis was empty, and a number that grows. A follower asks for what changed since its number. The number follows
the clock, for a Redis that was killed may have lost its last ones: counted on from there, they would mean something else.

Several publish into the one table: campaigns what links need, attribution the networks. Each owns a section, some kinds of units
(the word before the colon), and after a flush each comes back when it can. `trellis:routes:kinds` are the kinds that were published
whole since: of these, what is not there is withdrawn. Of the others a follower keeps what it has.
"""

import gc
import os
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import structlog
from redis import Redis, RedisError

from apps.ingress.routing import RouteTable

log = structlog.get_logger(__name__)

UNITS = "trellis:routes"
CHANGES = "trellis:routes:changes"
EPOCH = "trellis:routes:epoch"
NUMBER = "trellis:routes:number"
KINDS = "trellis:routes:kinds"
KEYS = (UNITS, CHANGES, EPOCH, NUMBER, KINDS)
# Who publishes which kinds of units, in the order in which a follower takes them.
SECTIONS = {"links": ("organization", "campaign", "link"), "networks": ("network",)}
_PLACES = {kind: place for kinds in SECTIONS.values() for place, kind in enumerate(kinds)}
POLL_S = 0.5
MIRROR_S = 5.0
MIRROR = "routes.json"
SPREAD_FROM, SPREAD = 500, 512

# One publication is one script: a follower sees all of it or nothing. An empty document withdraws the unit. Where a section was not
# published whole yet, a part of it is refused, or followers would take it for everything there is. Arguments: an epoch when this is
# a whole section and else nothing, how many kinds, the kinds, then names and documents.
_PUBLISH = """
local whole, kinds, given = ARGV[1] ~= '', tonumber(ARGV[2]), {}
if redis.call('EXISTS', KEYS[3]) == 0 then
  if not whole then return 0 end
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[5])
  redis.call('SET', KEYS[3], ARGV[1])
end
for at = 3, 2 + kinds do
  if whole then redis.call('SADD', KEYS[5], ARGV[at]); given[ARGV[at]] = {}
  elseif redis.call('SISMEMBER', KEYS[5], ARGV[at]) == 0 then return 0 end
end
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[4]) or 0)
local number = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[4], number)
for at = 3 + kinds, #ARGV, 2 do
  local name, document = ARGV[at], ARGV[at + 1]
  if whole then given[string.match(name, '^[^:]*')][name] = true end
  if document == '' then redis.call('HDEL', KEYS[1], name)
  else redis.call('HSET', KEYS[1], name, document) end
  redis.call('ZADD', KEYS[2], number, name)
end
if whole then
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    local kind = given[string.match(name, '^[^:]*')]
    if kind and not kind[name] then
      redis.call('HDEL', KEYS[1], name)
      redis.call('ZADD', KEYS[2], number, name)
    end
  end
end
return 1
"""


def publish(
    redis: Redis, units: Mapping[str, Mapping[str, Any] | None], *, section: str = "links", whole: bool = False
) -> bool:
    """Put these units of a section in force on every ingress process, all together; None withdraws one. Errors: redis.RedisError.

    `whole` says that these are all there are in the section, and withdraws its others. False when only a part was given and Redis
    does not hold the whole section yet: then nothing is published, and the publisher owes the whole.
    """
    kinds = SECTIONS[section]
    assert all(kind_of(name) in kinds for name in units), f"only {kinds} are published as {section}"
    if not units and not whole:
        return True
    arguments: list[str | bytes | int] = [secrets.token_hex(8) if whole else "", len(kinds), *kinds]
    for name, document in units.items():
        arguments += [
            name,
            b"" if document is None else _spread(name, orjson.dumps(document, option=orjson.OPT_SORT_KEYS)),
        ]
    return bool(redis.eval(_PUBLISH, len(KEYS), *KEYS, *arguments))


def _spread(name: str, document: bytes) -> bytes:
    """A long document with spaces after it, how many says its name. Redis' Lua tells strings apart by their length and 32 of
    their bytes: 10,000 campaigns that were cloned from one took it 14 s to publish, and like this as long as any others: 0.1
    (2026-11-23).
    """
    return document if len(document) < SPREAD_FROM else document + b" " * (crc32(name.encode()) % SPREAD)


def published(redis: Redis, names: list[str]) -> dict[str, Any]:
    """The documents now in force of these units; a unit that is not published is absent. Errors: redis.RedisError."""
    found = redis.hmget(UNITS, names) if names else []
    return {name: orjson.loads(document) for name, document in zip(names, found, strict=True) if document}


def published_names(redis: Redis, section: str = "links") -> set[str]:
    """Names of all units of a section in force. Errors: redis.RedisError."""
    names = [name.decode() for name in redis.hkeys(UNITS)]
    return {name for name in names if kind_of(name) in SECTIONS[section]}


def is_empty(redis: Redis, section: str = "links") -> bool:
    """Whether the section is still to be published whole: Redis is new, or was flushed. Errors: redis.RedisError."""
    with redis.pipeline() as pipeline:
        pipeline.exists(EPOCH)
        pipeline.smismember(KINDS, list(SECTIONS[section]))
        there, kinds = pipeline.execute()
    return not there or not all(kinds)


def kind_of(name: str) -> str:
    """The kind of unit a name says: the word before the colon."""
    return name.partition(":")[0]


class Follower(threading.Thread):
    """Keeps one process' table up to date. `fresh_at` is when Redis was last heard, in Unix seconds."""

    def __init__(self, table: RouteTable, redis: Redis, folder: Path) -> None:
        super().__init__(name="routes", daemon=True)
        self.table = table
        self.fresh_at = 0.0
        self._redis = redis
        self._mirror = folder / MIRROR
        self._mirrored = ""
        # Kinds of units that this process has taken whole from Redis since the epoch began.
        self._kinds: frozenset[str] = frozenset()
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
        for name in sorted(mirror["units"], key=_place_of):
            self._apply(name, mirror["units"][name].encode())
        self._kinds = frozenset(mirror.get("kinds", ()))
        self._came_up(mirror["version"])
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
        # Read before the units: a kind that is published whole in between is taken for whole the next time.
        kinds = frozenset(kind.decode() for kind in self._redis.smembers(KINDS))
        seen_epoch, _, seen_number = self.table.version.partition(":")
        whole = seen_epoch != epoch.decode() or kinds != self._kinds
        units = self._redis.hgetall(UNITS) if whole else self._changed_since(seen_number)
        # Of a Redis that was flushed in between, every unit would seem withdrawn.
        if self._redis.get(EPOCH) != epoch:
            return
        changed = {name.decode(): document for name, document in units.items()}
        if whole:
            gone = [name for name in self.table.units if kind_of(name) in kinds and name not in changed]
            changed.update(dict.fromkeys(gone))
        self._apply_all(changed)
        if not whole:
            self.table.version = version
            return
        self._kinds = kinds
        self._came_up(version)

    def _changed_since(self, number: str) -> dict[bytes, bytes | None]:
        names = self._redis.zrangebyscore(CHANGES, f"({number}", "+inf")
        return dict(zip(names, self._redis.hmget(UNITS, names), strict=True)) if names else {}

    def _came_up(self, version: str) -> None:
        self.table.version = version
        # A collection that walks a hundred thousand routes stalls the loop for tens of milliseconds.
        gc.freeze()

    def _apply_all(self, changed: Mapping[str, bytes | None]) -> None:
        """What others point to is there before them, and goes after them: no link leads to a campaign that is not there."""
        in_order = sorted(changed, key=_place_of)
        for name in (name for name in in_order if changed[name] is not None):
            self._apply(name, changed[name])
        for name in (name for name in reversed(in_order) if changed[name] is None):
            self._apply(name, None)

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
                log.error("a published unit cannot be read and stays as it was", unit=_told(name), error=repr(error))

    def _write_mirror(self) -> None:
        if self.table.version == self._mirrored or time.monotonic() < self._mirror_due:
            return
        self._mirror_due = time.monotonic() + MIRROR_S
        draft = self._mirror.with_name(f"{MIRROR}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.write(orjson.dumps(self._mirrored_table()))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._mirror)
            self._mirrored = self.table.version
        except OSError as error:
            log.warning("routes cannot be mirrored to a file", error=str(error))

    def _mirrored_table(self) -> dict[str, Any]:
        return {"version": self.table.version, "kinds": sorted(self._kinds), "units": self.table.units}


def _place_of(name: str) -> int:
    return _PLACES.get(kind_of(name), 0)


def _told(name: str) -> str:
    """A unit's name as logs may have it: a network is named by its key, and the key opens its door."""
    return f"{name[:12]}…" if kind_of(name) == "network" else name
