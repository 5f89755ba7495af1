"""The spool's disk fills up, or the spool reaches its limit: answers go on, and what is not kept is counted to the last line."""

import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from apps.ingress.spool import Fsync, Spool
from tests.faults.harness import World, a_run, nothing_is_lost_or_twice, outage
from tests.faults.ingress import Ingress
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

LIBC = ctypes.CDLL(None, use_errno=True)
DISK_BYTES = 400_000
LIMIT_BYTES = 100_000
CLICKS = 2_500
DETACH = 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few hundred kilobytes, where we may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = f"size={DISK_BYTES}".encode()
    if LIBC.mount(b"none", str(folder).encode(), b"tmpfs", 0, options):
        pytest.skip(f"no small file system can be mounted: {os.strerror(ctypes.get_errno())}")
    yield folder
    LIBC.umount2(str(folder).encode(), DETACH)


def test_a_full_disk_stops_no_redirect_and_counts_what_it_could_not_keep(world: World, small_disk: Path) -> None:
    with Ingress(world, spool=small_disk).running() as ingress:
        fills_up(ingress, "cannot write to the spool: No space left on device")


def test_a_spool_at_its_limit_stops_no_redirect_and_counts_what_it_refused(world: World) -> None:
    with Ingress(world, TRELLIS_SPOOL_MAX_BYTES=str(LIMIT_BYTES)).running() as ingress:
        fills_up(ingress, f"the spool has reached its limit of {LIMIT_BYTES:,} bytes")


def fills_up(ingress: Ingress, alarm: str) -> None:
    """Two times more clicks than fit while ClickHouse is away, then ClickHouse again: received = stored + lost."""
    world = ingress.world
    ingress.drains()
    before = kept_and_lost(ingress)
    outage(world.stack.clickhouse)

    with ingress.load(run := a_run(), clicks=CLICKS) as load:
        load.ends()
    until(lambda: alarm in [beat.alarm for beat in ingress.heartbeats()], saw=ingress.heartbeats)
    until(lambda: ingress.readiness()["spool"] == alarm, saw=ingress.readiness)
    world.stack.clickhouse.start()
    ingress.drains()
    until(lambda: sum(kept_and_lost(ingress)) == sum(before) + CLICKS, saw=ingress.heartbeats)

    assert load.statuses == {302: CLICKS}
    kept, lost = (now - then for now, then in zip(kept_and_lost(ingress), before, strict=True))
    stored = world.stored(run)
    print(f"received {len(load.received)}, kept {kept}, lost {lost}, stored {len(stored)}")
    assert lost > 0
    assert (len(stored), stored.total()) == (kept, kept)
    assert len(load.received) == len(stored) + lost
    clicks_are_kept_again(ingress)


def clicks_are_kept_again(ingress: Ingress) -> None:
    """The limit is looked at once a second; of a full disk a worker learns by the next click that fits."""
    until(lambda: ingress.redirects() and no_alarm(ingress), saw=ingress.heartbeats)

    with ingress.load(run := a_run(), clicks=200) as load:
        load.ends()

    nothing_is_lost_or_twice(ingress, run, load.received)
    assert no_alarm(ingress)
    assert ingress.readiness()["ready"]


def no_alarm(ingress: Ingress) -> bool:
    return not any(beat.alarm for beat in ingress.heartbeats())


def kept_and_lost(ingress: Ingress) -> tuple[int, int]:
    beats = ingress.heartbeats()
    return sum(beat.kept for beat in beats), sum(beat.lost for beat in beats)


def test_ingress_starts_and_redirects_on_a_disk_that_is_full_already(world: World, small_disk: Path) -> None:
    ingress = Ingress(world, spool=small_disk)
    ingress.start()
    ingress.child.stop()
    (small_disk / "ballast").write_bytes(bytes(free_bytes(small_disk)))

    with ingress.running(), ingress.load(a_run(), clicks=200) as load:
        load.ends()

    assert load.statuses == {302: 200}


def test_a_segment_that_was_begun_on_a_full_disk_leaves_no_file_behind(tmp_path: Path) -> None:
    spool = Spool(tmp_path, new_id=map(str, count()).__next__, fsync=Fsync.BATCH)

    with largest_file(0):
        for _ in range(3):
            assert not spool.append([b"a click\n"])
            spool.seal()

    assert list(tmp_path.iterdir()) == []
    assert (spool.take_sealed(), spool.lost) == ([], 3)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What the kernel does at the end of a disk: it makes the file and refuses what goes into it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def free_bytes(folder: Path) -> int:
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
