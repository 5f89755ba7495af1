"""The three stores in one directory: what `./dev`, tests and benchmarks start.

with Stack(directory) as stack:
    stack.redis.kill()
    stack.redis.start()
    subprocess.run(command, env=os.environ | stack.environment())
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from stack import ports
from stack.clickhouse import clickhouse
from stack.environment import development
from stack.postgresql import postgresql
from stack.redis import redis
from stack.store import Store

URLS = {"postgresql": "DATABASE_URL", "redis": "REDIS_URL", "clickhouse": "CLICKHOUSE_URL"}


@dataclass(frozen=True)
class Ports:
    postgresql: int
    redis: int
    clickhouse: int
    clickhouse_http: int

    @classmethod
    def free(cls) -> "Ports":
        return cls(*ports.free(4))


class Stack:
    """PostgreSQL, Redis and ClickHouse under `directory`, except those whose URL is in the environment `given`.

    Ports are free ones unless chosen. Entering starts what is needed and waits for it; leaving stops it cleanly.
    """

    def __init__(
        self,
        directory: Path,
        *,
        listen: Ports | None = None,
        given: Mapping[str, str] | None = None,
        logs: Path | None = None,
        durable: bool = False,
    ) -> None:
        self.directory = directory.resolve()
        self.ports = listen or Ports.free()
        self.given = {name: value for name, value in (given or {}).items() if value}
        logs = logs or self.directory / "logs"
        home = self.directory
        self.postgresql = postgresql(home / "postgresql", port=self.ports.postgresql, logs=logs, durable=durable)
        self.redis = redis(home / "redis", port=self.ports.redis, logs=logs)
        self.clickhouse = clickhouse(
            home / "clickhouse", port=self.ports.clickhouse, http_port=self.ports.clickhouse_http, logs=logs
        )

    @property
    def services(self) -> list[Store]:
        """The ones that are ours to run, in the order of starting."""
        every = (self.postgresql, self.redis, self.clickhouse)
        return [service for service in every if URLS[service.name] not in self.given]

    def urls(self) -> dict[str, str]:
        """DATABASE_URL, REDIS_URL and CLICKHOUSE_URL, ours or the given ones."""
        ours = {URLS[service.name]: service.url for service in self.services}
        return {name: ours.get(name) or self.given[name] for name in URLS.values()}

    def environment(self) -> dict[str, str]:
        """What a Trellis process needs on top of its own environment to use this stack; what was given wins."""
        defaults = development(self.directory)
        return {name: self.given.get(name, value) for name, value in defaults.items()} | self.urls()

    def start(self) -> None:
        for service in self.services:
            service.start()

    def stop(self) -> None:
        for service in reversed(self.services):
            service.stop()

    def __enter__(self) -> "Stack":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
