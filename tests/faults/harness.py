"""A whole Trellis of its own to kill parts of: three stores, ingress with two workers, Celery."""

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import psycopg
from celery import Celery
from redis import Redis, RedisError

from apps.ingress.heartbeat import Heartbeat, heartbeats
from apps.ingress.shipper import PAYLOAD
from apps.ingress.snowflake import EPOCH_MS
from stack.child import Child
from stack.ports import free
from stack.services import Stack
from stack.store import Store
from tests.faults.load import Load
from tests.faults.waiting import until

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
KEY = "faults"
FOUNDING = f"""
from django.core.management import call_command
from apps.accounts.models import Organization
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_everything
call_command("migrate", verbosity=0)
call_command("migrate", database="clickhouse", verbosity=0)
acme = Organization.objects.create(key="acme", name="Acme")
Link.objects.create(organization=acme, key="{KEY}", name="Faults", destination="https://shop.example.com/")
publish_everything()
"""
REPLAY = """
from django.utils import timezone
from apps.ingress.dead_letters import replay
from apps.ingress.models import DeadLetter
print(replay(DeadLetter.objects.filter(segment_id="{}"), timezone.now()))
"""
_nodes = count(1)
_runs = count(1)


class World:
    """The stores, and what every process that uses them needs to know. `stack.redis.kill()` and the like do the damage."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.stack = Stack(directory)
        self.environment = self.stack.environment() | {"DEBUG": "false", "LOG_LEVEL": "INFO"}
        self.celery = self.process("celery", ["celery", "-A", "trellis", "worker", "-Q", "store,default", "-c", "2"])
        self.ingress = Ingress(self)
        self.app = Celery(broker=self.environment["REDIS_URL"])

    @property
    def click_key(self) -> str:
        return self.environment["TRELLIS_CLICK_KEY"]

    def start(self) -> None:
        self.stack.start()
        self.shell(FOUNDING)
        self.heal()

    def stop(self) -> None:
        for child in (self.ingress.child, self.celery):
            child.stop()
        self.stack.stop()

    def heal(self) -> None:
        """Start whatever is not running and wait until clicks come in and are stored."""
        ours = [*(store.child for store in self.stack.services), self.celery, self.ingress.child]
        dead = [child for child in ours if not child.alive]
        for store in self.stack.services:
            if store.child in dead:
                store.start()
        for child in dead:
            if child in ours[-2:]:
                child.start()
        until(lambda: self.redis.exists("trellis:routes:epoch") or self.publish_routes())
        if dead or len(self.ingress.workers()) < WORKERS:
            self.ingress.is_up()
        self.ingress.drains()

    def shell(self, code: str) -> str:
        """Run code of ours in a Django of this world."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-v", "0", "-c", code]
        environment = os.environ | self.environment
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr[-3_000:]
        return done.stdout

    def process(self, name: str, command: Sequence[str], **environment: str) -> Child:
        return Child(
            name,
            [sys.executable, "-m", *command],
            log=self.directory / "logs" / f"{name}.log",
            pid_file=self.directory / "run" / f"{name}.pid",
            environment=os.environ | self.environment | environment,
        )

    @property
    def redis(self) -> "Redis[Any]":
        return Redis.from_url(self.environment["REDIS_URL"])

    def publish_routes(self) -> None:
        """What beat does every five seconds."""
        self.app.send_task("apps.campaigns.tasks.publish_routes", queue="default")

    def send(self, segment_id: str, payload: bytes) -> None:
        """Hand one segment to Celery as a shipper would, without waiting for what becomes of it."""
        with self.redis as redis:
            redis.set(PAYLOAD + segment_id, payload)
        self.app.send_task("apps.ingress.tasks.store_segment", (segment_id,), queue="store")

    def idle(self) -> bool:
        """No task waits or is being worked on."""
        return not self.redis.llen("store") and not self.redis.hlen("unacked")

    def replay(self, segment_id: str) -> str:
        return self.shell(REPLAY.format(segment_id))

    def ask(self, sql: str) -> list[list[str]]:
        """Rows of an answer of ClickHouse, as text."""
        address = f"http://127.0.0.1:{self.stack.ports.clickhouse_http}/?database=trellis"
        with urllib.request.urlopen(address, sql.encode(), timeout=60) as answer:
            return [line.split("\t") for line in answer.read().decode().splitlines()]

    def stored(self, run: str) -> Counter[int]:
        """How often each event of a run is stored."""
        rows = self.ask(f"SELECT event_id, count() FROM events WHERE query = 'run={run}' GROUP BY event_id")
        return Counter({int(event_id): int(times) for event_id, times in rows})

    def dead_letters(self, segment_id: str) -> dict[int, tuple[str, bytes]]:
        """Reason and bytes of a segment's dead letters, by the line's position."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            rows = connection.execute(
                "SELECT position, reason, line FROM ingress_deadletter WHERE segment_id = %s", [segment_id]
            )
            return {position: (reason, bytes(line)) for position, reason, line in rows}


class Ingress:
    """gunicorn with our worker class, on a port, a node number and a spool of its own."""

    def __init__(self, world: World, *, spool: Path | None = None, node: int = 0, **environment: str) -> None:
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

    def load(self, run: str, *, clicks: int, per_second: int = 1_000, connections: int = 24) -> Load:
        target = f"/in/{KEY}?run={run}"
        return Load(
            self.port, target, key=self.world.click_key, clicks=clicks, per_second=per_second, connections=connections
        )

    def workers(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.child.pid).children() if self.child.pid else []
        except psutil.NoSuchProcess:
            return []

    def leased(self) -> set[int]:
        """Worker numbers of this node that living processes hold, as the kernel knows them."""
        held = {fields[5].rpartition(":")[2] for fields in _locks() if fields[1] == "FLOCK"}
        return {int(lock.parent.name[1:]) for lock in self.spool.glob("w*/lock") if str(lock.stat().st_ino) in held}

    def waiting(self) -> list[Path]:
        """Segments on disk, open or sealed: what is not confirmed."""
        return sorted(self.spool.glob("w*/*.*"))

    def drains(self) -> None:
        """Wait until everything kept is confirmed by the store."""
        # The embedded library ended by itself once while Celery children were killed (2026-11-23, cause unknown).
        if not self.world.stack.clickhouse.alive:
            self.world.stack.clickhouse.start()
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

    def _what_waits(self) -> str:
        try:
            queued = self.world.redis.llen("store")
        except RedisError as error:
            queued = str(error)
        return f"waiting {self.waiting()[:5]}, queue {queued}\n{self.child.tail()}\n{self.world.celery.tail()}"


def a_run() -> str:
    """A name no other load of this session has."""
    return f"r{next(_runs)}"


def nothing_is_lost_or_twice(ingress: Ingress, run: str, received: Iterable[int]) -> Counter[int]:
    """Wait until the spool is empty, then compare id by id. Returns what is stored."""
    received = set(received)
    ingress.drains()
    stored = ingress.world.stored(run)
    lost = received - stored.keys()
    twice = {event_id: times for event_id, times in stored.items() if times > 1}
    figures = f"received {len(received)}, stored {len(stored)} (sum {stored.total()})"
    print(figures)
    assert received, "nothing was received"
    assert not lost, f"{figures}: {len(lost)} lost, e.g. {_told(lost)}"
    assert not twice, f"{figures}: {len(twice)} stored more than once, e.g. {_told(twice)}"
    return stored


def outage(service: Store) -> None:
    """kill -9, and be sure that it is gone."""
    service.kill()
    until(lambda: not service.alive)


@contextmanager
def hanging(service: Store) -> Iterator[None]:
    """It is there and accepts connections, and answers nothing."""
    process = psutil.Process(service.pid)
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def _told(ids: Iterable[int]) -> list[str]:
    return [f"{event_id} (at {(event_id >> 22) + EPOCH_MS} ms)" for event_id in list(ids)[:5]]


def _locks() -> list[list[str]]:
    return [line.split() for line in Path("/proc/locks").read_text().splitlines()]
