"""gunicorn with our worker class, as tests start it, kill it and ask it how it stands."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from redis import RedisError

from apps.ingress import routes
from apps.ingress.heartbeat import Heartbeat, heartbeats
from stack.child import Child
from stack.ports import free
from tests.faults.load import Load
from tests.faults.waiting import until

if TYPE_CHECKING:
    from tests.faults.harness import World

WORKERS = 2
KEY = "faults"
_nodes = count(1)


class Ingress:
    """A server of two workers, on a port, with a node number and a spool of its own."""

    def __init__(self, world: "World", *, spool: Path | None = None, node: int = 0, **environment: str) -> None:
        self.world = world
        self.node = node or next(_nodes)
        self.port = free(1)[0]
        self.spool = spool or world.directory / f"spool-{self.node}"
        self.child = world.process(
            f"ingress-{self.node}-{self.port}",
            ["gunicorn", "apps.ingress.worker:fallback", "-c", "trellis/gunicorn_ingress.py"],
            TRELLIS_INGRESS_PORT=str(self.port),
            TRELLIS_INGRESS_WORKERS=str(WORKERS),
            TRELLIS_NODE=str(self.node),
            TRELLIS_SPOOL_DIR=str(self.spool),
            **environment,
        )

    def start(self) -> None:
        self.child.start()
        self.is_up()

    @contextmanager
    def running(self) -> Iterator["Ingress"]:
        self.start()
        try:
            yield self
        finally:
            self.child.stop()

    def is_up(self, *, beside: int = 0) -> None:
        """Wait until both workers hold their number, `beside` those of others on this spool, and redirect."""
        until(
            lambda: len(self.workers()) == WORKERS and len(self.leased()) >= WORKERS + beside and self.redirects(),
            saw=lambda: f"workers {self.workers()}, {self.child.tail()}",
        )

    def redirects(self) -> bool:
        """A few clicks, each over a connection of its own so that both workers get some, are all sent on."""
        with self.load("up", clicks=24, connections=24) as load:
            load.ends()
        return load.statuses == {302: 24}

    def follows(self) -> None:
        """Wait until both workers have the routes that are published now: one knows them earlier than the other."""
        with self.world.redis as redis:
            published = _version(b":".join(redis.mget(routes.EPOCH, routes.NUMBER)).decode())
        until(
            lambda: (
                len(known := self._known()) == WORKERS
                and all(one[0] == published[0] and one >= published for one in known)
            ),
            saw=lambda: f"{self._known()} of {published}, {self.child.tail()}",
        )

    def mirrors(self, name: str, text: str) -> None:
        """Wait until this file of the spool has the text."""
        file = self.spool / name
        until(lambda: file.exists() and text in file.read_text(), saw=self.child.tail)

    def load(self, run: str, *, clicks: int, per_second: int = 1_000, connections: int = 24) -> Load:
        target = f"/in/{KEY}?run={run}"
        return Load(
            self.port, target, key=self.world.click_key, clicks=clicks, per_second=per_second, connections=connections
        )

    def workers(self) -> list[psutil.Process]:
        return children_of(self.child)

    def leased(self) -> set[int]:
        """Worker numbers of this node that living processes hold, as the kernel knows them."""
        held = {fields[5].rpartition(":")[2] for fields in _locks() if fields[1] == "FLOCK"}
        return {int(lock.parent.name[1:]) for lock in self.spool.glob("w*/lock") if str(lock.stat().st_ino) in held}

    def waiting(self) -> list[Path]:
        """Segments on disk, open or sealed: what is not confirmed."""
        return sorted(self.spool.glob("w*/*.*"))

    def drains(self) -> None:
        """Wait until everything kept is confirmed by the store."""
        until(lambda: not self.waiting(), saw=self._what_waits)

    def readiness(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=30) as answer:
            said: dict[str, Any] = json.load(answer)
            return said

    def heartbeats(self) -> list[Heartbeat]:
        """The last words of this ingress' workers."""
        with self.world.redis as redis:
            return [beat for beat in heartbeats(redis) if beat.worker // 32 == self.node]

    def plant(self, segment_id: str, payload: bytes, *, suffix: str = ".sealed") -> None:
        """Leave a segment as a dead worker of this node would."""
        folder = self.spool / f"w{self.node * 32 + 31:04}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{segment_id}.draft").write_bytes(payload)
        (folder / f"{segment_id}.draft").rename(folder / f"{segment_id}{suffix}")

    def _known(self) -> list[tuple[str, int]]:
        """The versions of the routes that the living workers have by their own word."""
        living = {worker.pid for worker in self.workers()}
        return [_version(beat.routes_version) for beat in self.heartbeats() if beat.pid in living]

    def _what_waits(self) -> str:
        try:
            queued = self.world.redis.llen("store")
        except RedisError as error:
            queued = str(error)
        return f"waiting {self.waiting()[:5]}, queue {queued}\n{self.child.tail()}\n{self.world.celery.tail()}"


def children_of(child: Child) -> list[psutil.Process]:
    """What it started and is there; nothing when it has ended itself."""
    try:
        return psutil.Process(child.pid).children() if child.pid else []
    except psutil.NoSuchProcess:
        return []


def _version(said: str) -> tuple[str, int]:
    """Of routes: their epoch and their number."""
    epoch, _, number = said.partition(":")
    return epoch, int(number or 0)


def _locks() -> list[list[str]]:
    return [line.split() for line in Path("/proc/locks").read_text().splitlines()]
