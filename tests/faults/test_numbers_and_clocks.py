"""Ids stay unique: processes share no worker number, and a clock may step back."""

from pathlib import Path

import pytest

from apps.ingress import lease
from apps.ingress.snowflake import Snowflakes
from tests.faults.harness import World, a_run, nothing_is_lost_or_twice
from tests.faults.ingress import WORKERS, Ingress
from tests.ingress.make import NOW_MS

pytestmark = pytest.mark.faults

HOUR_MS = 3_600_000
CLOCKS = [0, -HOUR_MS, -HOUR_MS + 20, 2 * HOUR_MS, 1, -24 * HOUR_MS, 0, 500, -500]


def ids_of_one_life(spool: Path, clock_ms: int) -> list[int]:
    """A process that takes a number, gives out ids for a moment, in a burst that outruns the clock, and is killed."""
    held = lease.take(spool, node=3, now_ms=clock_ms)
    ids = Snowflakes(held.number, start_ms=held.start_ms, reserve=held.reserve)
    made = [ids.next(clock_ms + ms // 100) for ms in range(6_000)] + [ids.next(clock_ms) for _ in range(9_000)]
    held.release()
    return made


def test_no_id_comes_twice_however_the_clock_jumps_between_restarts(tmp_path: Path) -> None:
    made = [made for clock in CLOCKS for made in ids_of_one_life(tmp_path, NOW_MS + clock)]

    assert len(set(made)) == len(made)


def test_no_id_comes_twice_on_the_last_free_number(tmp_path: Path) -> None:
    others = [lease.take(tmp_path, node=3, now_ms=NOW_MS) for _ in range(lease.WORKERS_PER_NODE - 1)]

    made = [made for clock in CLOCKS for made in ids_of_one_life(tmp_path, NOW_MS + clock)]

    assert len({id_ >> 12 & 1023 for id_ in made}) == 1
    assert len(set(made)) == len(made)
    for held in others:
        held.release()


def test_no_id_comes_twice_when_the_clock_steps_back_in_a_living_process(tmp_path: Path) -> None:
    held = lease.take(tmp_path, node=3, now_ms=NOW_MS)
    ids = Snowflakes(held.number, start_ms=held.start_ms, reserve=held.reserve)

    made = [ids.next(NOW_MS + clock) for clock in CLOCKS * 2_000]

    assert made == sorted(set(made))
    held.release()


def test_two_ingress_on_one_spool_share_no_worker_number(world: World, ingress: Ingress) -> None:
    second = Ingress(world, spool=ingress.spool, node=ingress.node)

    with second.running():
        run = a_run()
        with ingress.load(run, clicks=1_500) as one, second.load(run, clicks=1_500) as other:
            one.goes_on(300)
            ingress.workers()[0].kill()
            second.workers()[0].kill()
            one.ends()
            other.ends()
        second.is_up(beside=WORKERS)
        numbers = [{click >> 12 & 1023 for click in load.received} for load in (one, other)]

    assert one.received.isdisjoint(other.received)
    assert all(number >> 5 == ingress.node for both in numbers for number in both)
    nothing_is_lost_or_twice(ingress, run, one.received | other.received)
