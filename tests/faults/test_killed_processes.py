"""kill -9 of our own processes while clicks come in."""

import pytest

from tests.faults.harness import World, a_run, nothing_is_lost_or_twice
from tests.faults.ingress import Ingress
from tests.faults.waiting import until

pytestmark = pytest.mark.faults


def test_a_killed_ingress_worker_loses_no_click_that_was_answered(ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=3_000) as load:
        load.goes_on(700)
        victim = ingress.workers()[0]
        victim.kill()
        load.goes_on(700)

    until(lambda: victim.pid not in [worker.pid for worker in ingress.workers()])
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_all_of_ingress_killed_and_started_again_loses_nothing(ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=3_000) as load:
        load.goes_on(700)
        ingress.child.kill()
        ingress.start()
        load.goes_on(700)

    nothing_is_lost_or_twice(ingress, run, load.received)


def test_killed_pool_children_of_celery_lose_nothing(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=3_000) as load:
        for _ in range(3):
            load.goes_on(500)
            world.kill_pool()

    nothing_is_lost_or_twice(ingress, run, load.received)


def test_all_of_celery_killed_and_started_again_loses_nothing(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=3_000) as load:
        load.goes_on(700)
        world.celery.kill()
        load.goes_on(700)
        world.celery.start()

    nothing_is_lost_or_twice(ingress, run, load.received)
