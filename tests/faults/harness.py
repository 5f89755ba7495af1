"""A whole Trellis of its own to kill parts of: three stores, ingress with two workers, Celery."""

import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import psycopg
from celery import Celery
from redis import Redis

from apps.ingress import routes
from apps.ingress.shipper import PAYLOAD
from apps.ingress.snowflake import EPOCH_MS
from stack.child import Child
from stack.services import Stack
from stack.store import Store
from tests.faults.ingress import KEY, WORKERS, Ingress, children_of
from tests.faults.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[2]
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
print(replay(DeadLetter.objects.filter(segment_id="{}"), timezone.now))
"""
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
        self.has_routes()
        if dead or len(self.ingress.workers()) < WORKERS:
            self.ingress.is_up()
        self.ingress.drains()

    def shell(self, code: str) -> str:
        """Run code of ours in a Django of this world."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-v", "0", "-c", code]
        environment = os.environ | self.environment
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
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

    def has_routes(self) -> None:
        """Wait until links are published, and see to it in a Redis that has forgotten them."""
        if not self.redis.exists(routes.EPOCH):
            self.publish_routes()
        until(lambda: self.redis.exists(routes.EPOCH), saw=self.celery.tail)

    def kill_pool(self) -> None:
        """Celery's children, those it has at this moment."""
        for child in children_of(self.celery):
            with suppress(psutil.NoSuchProcess):  # gone by itself since it was listed
                child.kill()

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
        with urllib.request.urlopen(address, sql.encode(), timeout=PATIENCE_S) as answer:
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


@contextmanager
def beating(world: World, *tasks: str) -> Iterator[None]:
    """What beat does, more often than it does it."""
    ending = Event()

    def beat() -> None:
        while not ending.wait(0.3):
            with suppress(Exception):
                for task in tasks:
                    world.app.send_task(task, queue="default", expires=5)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


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
