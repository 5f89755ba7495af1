"""Answers kept for some seconds: in the process, then in Redis. Whoever asks the same while it is being asked waits for that.

A key holds the database, the organization, the whole question and its values, so another organization's answer has another key. A
Redis that does not answer costs a tenth of a second once in a while, and is never an error.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Any

import orjson
from django.conf import settings
from django.db import connections
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

# Of the shape of what is kept.
VERSION = 1
LIFE_S = 10
# A span that ends this recently ends now: it is asked for up to the last multiple of LIFE_S.
NOW = timedelta(seconds=60)
ENTRIES = 2_000
# What is larger is not worth Redis' memory.
MAX_BYTES = 1_000_000
REDIS_PATIENCE_S = 0.1
REDIS_AWAY_S = 10.0


@dataclass(frozen=True)
class Found:
    """Rows by column name. `asked_at` is when ClickHouse was asked; `cached` that it was not asked this time."""

    records: list[dict[str, Any]]
    asked_at: datetime
    cached: bool = False


@dataclass
class Answers:
    """Of one process. Values are kept with the moment, of the clock that only goes forward, at which they are over."""

    clock: Callable[[], float] = time.monotonic
    kept: "OrderedDict[str, tuple[float, Found]]" = field(default_factory=OrderedDict)
    running: "dict[str, Future[Found]]" = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    redis_away_until: float = 0.0

    def get(self, key: str, ask: Callable[[], Found]) -> Found:
        """The kept answer, the one that somebody is just asking for, or a new one. Errors: those of `ask`, to all who wait."""
        with self.lock:
            over_at, found = self.kept.get(key, (0.0, None))
            if found and over_at > self.clock():
                self.kept.move_to_end(key)
                return replace(found, cached=True)
            waiting = self.running.get(key)
            if waiting is None:
                mine: Future[Found] = Future()
                self.running[key] = mine
        if waiting is not None:
            return replace(waiting.result(), cached=True)
        return self._asked(key, ask, mine)

    def clear(self) -> None:
        with self.lock:
            self.kept.clear()

    def _asked(self, key: str, ask: Callable[[], Found], mine: "Future[Found]") -> Found:
        try:
            found = self._from_redis(key) or self._into_redis(key, ask())
        except BaseException as error:
            with self.lock:
                self.running.pop(key)
            mine.set_exception(error)
            raise
        with self.lock:
            self.kept[key] = (self.clock() + LIFE_S, found)
            while len(self.kept) > ENTRIES:
                self.kept.popitem(last=False)
            self.running.pop(key)
        mine.set_result(found)
        return found

    def _from_redis(self, key: str) -> Found | None:
        raw = self._redis(lambda redis: redis.get(key))
        return _unpacked(raw) if raw else None

    def _into_redis(self, key: str, found: Found) -> Found:
        packed = orjson.dumps([found.asked_at.isoformat(), found.records], default=str)
        if len(packed) <= MAX_BYTES:
            self._redis(lambda redis: redis.set(key, packed, ex=LIFE_S))
        return found

    def _redis(self, do: Callable[[Redis], Any]) -> Any:
        """What Redis says; None when it does not answer, and then it is left alone for a while."""
        if self.clock() < self.redis_away_until:
            return None
        try:
            return do(_redis(settings.REDIS_URL))
        except RedisError:
            self.redis_away_until = self.clock() + REDIS_AWAY_S
            return None


ANSWERS = Answers()


def found(
    warehouse: Warehouse, sql: str, parameters: Mapping[str, Any], *, name: str, limits: Mapping[str, Any]
) -> Found:
    """The rows of a question, kept if the warehouse says so. Errors: those of Warehouse.rows."""

    def ask() -> Found:
        asked_at = timezone.now()
        table = warehouse.table(sql, parameters, name=name, limits=limits)
        return Found([dict(zip(table.columns, row, strict=True)) for row in table.rows], asked_at)

    return ANSWERS.get(key_of(warehouse, sql, parameters), ask) if warehouse.cached else ask()


def key_of(warehouse: Warehouse, sql: str, parameters: Mapping[str, Any]) -> str:
    """Rules, kinds and dimensions are in the question; a definition that changes makes another question."""
    place = connections["clickhouse"].settings_dict
    said = json.dumps([place["HOST"], place["PORT"], place["NAME"], sql, sorted(parameters.items())], default=str)
    return f"trellis:answer:{VERSION}:{warehouse.organization_id}:{sha256(said.encode()).hexdigest()}"


def settled(span: Span) -> Span:
    """A span that ends now ends at the last ten seconds instead: a true end, and the same one for a while."""
    since = timezone.now() - span.end
    if not -NOW < since < NOW:
        return span
    step = timedelta(seconds=LIFE_S)
    end = datetime(1970, 1, 1, tzinfo=UTC) + (span.end - datetime(1970, 1, 1, tzinfo=UTC)) // step * step
    return replace(span, end=end) if end > span.start else span


def _unpacked(raw: bytes) -> Found:
    asked_at, records = orjson.loads(raw)
    return Found(records, datetime.fromisoformat(asked_at), cached=True)


@lru_cache(maxsize=4)
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=REDIS_PATIENCE_S, socket_timeout=REDIS_PATIENCE_S)
