import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis

from apps.ingress import heartbeat, lease, shipper
from apps.ingress.heartbeat import Heartbeat, fresh_until
from apps.ingress.shipper import CONFIRMED, PAYLOAD, Shipper
from apps.ingress.spool import Fsync, Spool
from tests.ingress.make import NOW, NOW_MS

# Not that of the tracked links this very process may have answered in another test: they share a Redis.
NODE = 9
FIRST = NODE * lease.WORKERS_PER_NODE


@dataclass
class Ship:
    """A shipper that is turned by hand, and what it handed to the broker."""

    spool: Spool
    shipper: Shipper
    redis: Redis
    sent: list[str] = field(default_factory=list)
    broker_up: bool = True

    def send(self, segment_id: str) -> None:
        if not self.broker_up:
            raise OperationalError("nobody there")
        self.sent.append(segment_id)

    def confirm_all(self) -> None:
        for segment_id in self.sent:
            self.redis.set(CONFIRMED + segment_id, 1, ex=60)

    def files(self) -> list[Path]:
        return list(self.spool.folder.glob("*.*"))

    def fill(self, segments: int = 1) -> None:
        for _ in range(segments):
            self.spool.append([b"a click\n"])
            self.spool.seal()


def a_ship(root: Path, *, limit_bytes: int = 10**9) -> Ship:
    held = lease.take(root, node=NODE, now_ms=NOW_MS)
    ids = iter(range(1, 10_000))
    spool = Spool(held.folder, new_id=lambda: f"{held.number}-{time.time_ns()}-{next(ids)}", fsync=Fsync.OFF)
    redis: Redis = Redis.from_url(settings.REDIS_URL)
    ship = Ship(spool, None, redis)  # type: ignore[arg-type]
    ship.shipper = Shipper(spool, held, redis, send=ship.send, limit_bytes=limit_bytes, routes_version=lambda: "1")
    return ship


@pytest.fixture
def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ship]:
    monkeypatch.setattr(shipper, "RESEND_S", 0.0)
    monkeypatch.setattr(shipper, "BROKER_PAUSE_S", 0.0)
    ship = a_ship(tmp_path)
    ship.redis.delete(shipper.STORE_QUEUE)
    yield ship
    ship.redis.delete(shipper.STORE_QUEUE, *ship.redis.keys(f"{PAYLOAD}*"), *ship.redis.keys(f"{heartbeat.PREFIX}*"))


def test_a_sealed_segment_goes_to_the_store_with_its_bytes(ship: Ship) -> None:
    ship.fill()

    ship.shipper.turn()

    assert len(ship.sent) == 1
    assert ship.redis.get(PAYLOAD + ship.sent[0]) == b"a click\n"


def test_a_segment_stays_on_disk_until_the_store_has_confirmed_it(ship: Ship) -> None:
    ship.fill()
    ship.shipper.turn()
    assert len(ship.files()) == 1

    ship.confirm_all()
    ship.shipper.turn()

    assert ship.files() == []
    assert ship.shipper.unstored == 0


def test_an_unconfirmed_segment_is_sent_again(ship: Ship) -> None:
    ship.fill()

    ship.shipper.turn()
    ship.shipper.turn()

    assert len(ship.sent) == 2
    assert len(set(ship.sent)) == 1


def test_what_still_lies_in_the_queue_is_not_sent_again(ship: Ship) -> None:
    ship.fill()
    ship.shipper.turn()
    ship.redis.rpush(shipper.STORE_QUEUE, "the task, not taken yet")

    ship.shipper.turn()

    assert len(ship.sent) == 1


def test_only_so_many_segments_are_with_the_broker_at_a_time(ship: Ship, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipper, "IN_FLIGHT", 3)
    monkeypatch.setattr(shipper, "RESEND_S", 60.0)
    ship.fill(5)

    ship.shipper.turn()
    assert len(ship.sent) == 3

    ship.confirm_all()
    ship.shipper.turn()
    assert len(ship.sent) == 5


def test_while_the_broker_is_away_segments_wait_on_disk(ship: Ship) -> None:
    ship.broker_up = False
    ship.fill(2)

    ship.shipper.turn()
    ship.shipper.turn()
    assert len(ship.files()) == 2

    ship.broker_up = True
    ship.shipper.turn()
    assert len(set(ship.sent)) == 2


def test_a_dead_workers_segments_are_shipped_by_a_living_one(ship: Ship, tmp_path: Path) -> None:
    dead = a_ship(tmp_path)
    dead.spool.append([b"its last click\n"])
    dead.shipper._lease.release()

    ship.shipper.turn()

    assert len(ship.sent) == 1
    assert ship.redis.get(PAYLOAD + ship.sent[0]) == b"its last click\n"
    assert dead.files() == []


def test_what_was_adopted_before_the_disk_refused_is_shipped(ship: Ship, tmp_path: Path) -> None:
    dead = a_ship(tmp_path)
    dead.fill(2)
    dead.shipper._lease.release()
    in_the_way = ship.spool.folder / sorted(dead.files())[1].name
    in_the_way.mkdir()

    with pytest.raises(OSError, match="directory"):
        ship.shipper.turn()
    ship.shipper.turn()

    assert len(ship.sent) == 1


def test_a_living_workers_segments_are_left_to_it(ship: Ship, tmp_path: Path) -> None:
    neighbour = a_ship(tmp_path)
    neighbour.fill()

    ship.shipper.turn()

    assert ship.sent == []
    assert len(neighbour.files()) == 1


def test_a_process_ships_what_its_predecessor_left_in_the_same_folder(tmp_path: Path) -> None:
    before = a_ship(tmp_path)
    before.spool.append([b"before\n"])
    before.shipper._lease.release()

    after = a_ship(tmp_path)
    after.shipper.start()
    deadline = time.monotonic() + 10
    while not after.sent and time.monotonic() < deadline:
        time.sleep(0.02)
    after.shipper.stop()

    assert after.spool.folder == before.spool.folder
    assert after.redis.get(PAYLOAD + after.sent[0]) == b"before\n"


def test_over_its_limit_the_spool_refuses_and_recovers_when_there_is_room(tmp_path: Path) -> None:
    ship = a_ship(tmp_path, limit_bytes=100)
    ship.spool.append([b"x" * 150 + b"\n"])
    ship.shipper.turn()

    assert not ship.spool.append([b"one more\n"])
    assert "limit of 100 bytes" in alarm_of(ship)

    ship.spool.seal()
    ship.shipper._broker_back_at = ship.shipper._beat_at = 0
    ship.shipper.turn()
    ship.confirm_all()
    ship.shipper._beat_at = 0
    ship.shipper.turn()

    assert ship.spool.append([b"room again\n"])
    ship.redis.delete(*ship.redis.keys(f"{heartbeat.PREFIX}*"))


def test_the_process_says_how_it_stands(ship: Ship) -> None:
    ship.fill()

    ship.shipper.turn()

    (beat,) = [beat for beat in heartbeat.heartbeats(ship.redis) if beat.worker == FIRST]
    assert (beat.kept, beat.lost, beat.segments_waiting, beat.routes_version) == (1, 0, 1, "1")
    assert beat.oldest_waiting_at


def test_who_takes_over_a_number_speaks_for_it(ship: Ship) -> None:
    """A container that is replaced comes back under another host name."""
    heartbeat.beat(ship.redis, a_beat(host="before", at=NOW.replace(hour=10), segments_waiting=1))

    heartbeat.beat(ship.redis, a_beat(host="after"))

    assert fresh_until([beat for beat in heartbeat.heartbeats(ship.redis) if beat.worker == 1], NOW) == NOW


def test_who_adopts_from_a_dead_process_speaks_for_it(ship: Ship, tmp_path: Path) -> None:
    dead = a_ship(tmp_path)
    dead.fill()
    dead.shipper.turn()
    dead.shipper._lease.release()

    ship.shipper.turn()

    assert dead.shipper._lease.number not in {beat.worker for beat in heartbeat.heartbeats(ship.redis)}


def test_two_hosts_with_one_number_are_noticed(ship: Ship, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipper, "HEARTBEAT_EVERY_S", 0.0)
    for _ in range(2):
        ship.shipper.turn()
        assert alarm_of(ship) == ""

    for _ in range(2):
        heartbeat.beat(ship.redis, a_beat(worker=FIRST, host="elsewhere"))
        ship.shipper.turn()

    assert "elsewhere" in alarm_of(ship)
    assert "TRELLIS_NODE" in alarm_of(ship)


def alarm_of(ship: Ship) -> str:
    return next(beat.alarm for beat in heartbeat.heartbeats(ship.redis) if beat.worker == FIRST)


def test_data_is_fresh_up_to_the_oldest_click_that_waits() -> None:
    waiting = NOW.replace(hour=11)

    beats = [a_beat(worker=1), a_beat(worker=2, oldest_waiting_at=waiting, segments_waiting=3)]

    assert fresh_until(beats, NOW) == waiting
    assert fresh_until([a_beat(worker=1)], NOW) == NOW
    assert fresh_until([], NOW) == NOW


def test_a_process_that_went_silent_with_clicks_is_counted_from_its_last_word() -> None:
    silent = NOW.replace(hour=10)

    assert fresh_until([a_beat(at=silent, segments_waiting=1, oldest_waiting_at=silent)], NOW) == silent
    assert fresh_until([a_beat(at=silent, segments_waiting=0)], NOW) == NOW


def a_beat(**changes: Any) -> Heartbeat:
    said: dict[str, Any] = {
        "worker": 1,
        "host": "here",
        "pid": 1,
        "at": NOW,
        "spool_bytes": 0,
        "spool_limit_bytes": 1,
        "segments_waiting": 0,
        "oldest_waiting_at": None,
        "kept": 0,
        "lost": 0,
        "routes_version": "1",
        "alarm": "",
    }
    return Heartbeat(**{**said, **changes})


def test_a_heartbeat_comes_back_as_it_was_said(ship: Ship) -> None:
    said = a_beat(worker=31, host="elsewhere", oldest_waiting_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC))

    heartbeat.beat(ship.redis, said)

    assert said in heartbeat.heartbeats(ship.redis)
