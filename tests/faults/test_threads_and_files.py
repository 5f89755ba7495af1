"""What could silence a worker's own threads, or hold up its spool: odd files, an unwritable disk, documents it cannot read."""

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from redis import Redis

from apps.ingress import lease, routes, shipper, spool
from apps.ingress.lease import Lease
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from apps.ingress.shipper import PAYLOAD
from apps.ingress.spool import Fsync, Spool
from tests.faults.waiting import PATIENCE_S, until
from tests.ingress.make import NOW, NOW_MS, a_link_unit, an_organization_unit
from tests.ingress.test_shipper import Ship, a_ship

pytestmark = pytest.mark.faults

ROUTES = (routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)


@pytest.fixture
def ship(tmp_path: Path) -> Ship:
    ship = a_ship(tmp_path)
    ship.redis.delete(shipper.STORE_QUEUE)
    return ship


@pytest.fixture
def redis() -> "Redis[Any]":
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(*ROUTES)
    return redis


def test_the_segment_that_grows_while_the_shipper_starts_is_left_alone(
    ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipper, "SEGMENT_SECONDS", PATIENCE_S)
    ship.spool.append([b"first\n"])

    ship.shipper.start()
    time.sleep(3 * shipper.TICK_S)
    ship.spool.append([b"second\n"])
    monkeypatch.setattr(shipper, "SEGMENT_SECONDS", 0.0)
    until(lambda: ship.sent, saw=ship.files)
    ship.shipper.stop()

    assert ship.redis.get(PAYLOAD + ship.sent[0]) == b"first\nsecond\n"


def test_a_copy_of_a_workers_folder_does_not_end_the_shipper(ship: Ship, tmp_path: Path) -> None:
    copy = tmp_path / "w0003.before-the-move"
    copy.mkdir()
    (copy / "1.sealed").write_bytes(b"a copy\n")
    ship.fill()

    ship.shipper.turn()

    assert len(ship.sent) == 1
    assert (copy / "1.sealed").exists()


def test_a_segment_that_cannot_be_read_does_not_hold_up_the_others(ship: Ship) -> None:
    ship.fill(3)
    unreadable, *_ = sorted(ship.files())
    unreadable.rename(unreadable.with_suffix(".away"))
    unreadable.mkdir()

    ship.shipper.turn()
    assert len(ship.sent) == 2

    unreadable.rmdir()
    unreadable.with_suffix(".away").rename(unreadable)
    make_overdue(ship)
    ship.shipper.turn()
    assert unreadable.stem in ship.sent


def test_a_segment_somebody_removed_is_given_up(ship: Ship) -> None:
    ship.fill(2)
    ship.shipper.turn()
    sorted(ship.files())[0].unlink()

    make_overdue(ship)
    ship.shipper.turn()

    assert ship.shipper.unstored == 1


def make_overdue(ship: Ship) -> None:
    for sent in ship.shipper._sent.values():
        sent.due_at = 0


def test_a_segment_of_enormous_lines_is_sealed_before_it_outgrows_redis(tmp_path: Path) -> None:
    kept = Spool(tmp_path, new_id=iter(["a", "b"]).__next__, fsync=Fsync.OFF)
    line = b"x" * (spool.SEGMENT_BYTES // 3) + b"\n"

    for _ in range(5):
        kept.append([line])

    assert [segment.id for segment in kept.take_sealed()] == ["a"]


@pytest.mark.parametrize("fsync", [Fsync.OFF, Fsync.ALWAYS])
def test_a_flood_that_takes_every_descriptor_leaves_one_for_the_next_segment(tmp_path: Path, fsync: Fsync) -> None:
    kept = Spool(tmp_path, new_id=map(str, count()).__next__, fsync=fsync)

    with no_descriptors_left():
        for _ in range(5):
            assert kept.append([b"a click\n"]), kept.alarm
            kept.seal()

    assert (kept.kept, kept.lost, len(kept.take_sealed())) == (5, 0, 5)


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open(os.devnull, os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0] + 50, before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for descriptor in taken:
            os.close(descriptor)


def test_a_segment_is_sealed_in_time_though_the_clock_was_set_back(tmp_path: Path) -> None:
    kept = Spool(tmp_path, new_id=lambda: "a", fsync=Fsync.OFF)
    with time_machine.travel(NOW):
        kept.append([b"a click\n"])

    with time_machine.travel(NOW - timedelta(hours=1)):
        kept.seal(at_least_seconds=0.0)

    assert [segment.id for segment in kept.take_sealed()] == ["a"]


def test_a_disk_that_cannot_take_the_mark_does_not_stop_the_ids(tmp_path: Path) -> None:
    held = Lease(7, tmp_path, 0, os.open("/dev/full", os.O_RDWR))

    assert held.reserve(NOW_MS) == NOW_MS + lease.RESERVE_MS

    held.release()


def test_a_published_unit_nobody_can_read_stays_as_it_was_and_the_others_change(
    redis: "Redis[Any]", tmp_path: Path
) -> None:
    follower = Follower(RouteTable(), redis, tmp_path)
    routes.publish(redis, {"organization:7": an_organization_unit(), "link:old": a_link_unit()}, whole=True)
    follower.follow_once()

    routes.publish(redis, {"organization:x": {}, "link:old": {"of": "another version"}, "link:new": a_link_unit()})
    follower.follow_once()

    assert set(follower.table.links) == {"old", "new"}
    redis.delete(*ROUTES)


class Flushed(Redis):
    """A Redis that somebody flushes between two questions."""

    def hgetall(self, name: Any) -> Any:
        self.delete(*ROUTES)
        return super().hgetall(name)

    def hmget(self, name: Any, keys: Any, *more: Any) -> Any:
        self.delete(*ROUTES)
        return super().hmget(name, keys, *more)


@pytest.mark.parametrize("whole", [True, False])
def test_a_flush_in_the_middle_of_following_withdraws_nothing(redis: "Redis[Any]", tmp_path: Path, whole: bool) -> None:
    table = RouteTable()
    units = {"organization:7": an_organization_unit(), "link:spring": a_link_unit()}
    routes.publish(redis, units, whole=True)
    Follower(table, redis, tmp_path).follow_once()
    routes.publish(redis, {"link:spring": a_link_unit(paused=True)} if not whole else units, whole=whole)

    Follower(table, Flushed.from_url(settings.REDIS_URL), tmp_path).follow_once()

    assert set(table.links) == {"spring"}
    assert set(table.organizations) == {7}
