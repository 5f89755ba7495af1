"""Whether PostgreSQL, Redis and ClickHouse answer, and what they say of themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from django.db import DatabaseError, connections
from redis.exceptions import RedisError

from apps.analytics.freshness import redis
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.server import server

ERROR_MAX_CHARS = 200

POSTGRESQL_SQL = "SELECT current_setting('server_version'), pg_database_size(current_database())"

Answer = tuple[str, int]


@dataclass(frozen=True)
class Service:
    """One outside thing. `error` is the first line of what went wrong, empty when it is up."""

    name: str
    up: bool
    ms: float
    version: str = ""
    size_bytes: int | None = None
    error: str = ""


def services() -> list[Service]:
    """PostgreSQL, Redis, ClickHouse, asked one after the other. Errors: none. Cost: up to 3 s for each that is down."""
    return [postgresql(), redis_server(), clickhouse()]


def postgresql(alias: str = "default") -> Service:
    def ask() -> Answer:
        with connections[alias].cursor() as cursor:
            cursor.execute(POSTGRESQL_SQL)
            version, size = cursor.fetchone()
        return version, size

    return _asked("PostgreSQL", ask)


def redis_server() -> Service:
    def ask() -> Answer:
        info = redis().info()
        return info["redis_version"], info["used_memory"]

    return _asked("Redis", ask)


def clickhouse() -> Service:
    def ask() -> Answer:
        found = server()
        return found.version, found.size_bytes

    return _asked("ClickHouse", ask)


def _asked(name: str, ask: Callable[[], Answer]) -> Service:
    started = perf_counter()
    try:
        version, size = ask()
    except (DatabaseError, RedisError, WarehouseUnavailable) as error:
        return Service(name, up=False, ms=_since(started), error=_first_line(error))
    return Service(name, up=True, ms=_since(started), version=version.split(" ")[0], size_bytes=size)


def _since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)


def _first_line(error: Exception) -> str:
    """Servers append stack traces to what they say; the sentence is on the first line."""
    lines = str(error).strip().splitlines()
    return lines[0][:ERROR_MAX_CHARS] if lines else type(error).__name__
