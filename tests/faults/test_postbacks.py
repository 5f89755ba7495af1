"""What a network was answered 200 for is stored once, whatever is killed meanwhile; clicks beside it are too."""

import pytest

from tests.faults import postbacks
from tests.faults.harness import World, a_run, hanging, outage
from tests.faults.harness import nothing_is_lost_or_twice as no_click_is_lost_or_twice
from tests.faults.ingress import Ingress
from tests.faults.postbacks import Postbacks, nothing_is_lost_or_twice
from tests.faults.waiting import until

pytestmark = pytest.mark.faults


@pytest.fixture
def ingress(world: World) -> Ingress:
    """The world's, which knows a network."""
    postbacks.publish_network(world, world.ingress)
    return world.ingress


def test_a_killed_worker_loses_no_postback(ingress: Ingress) -> None:
    with Postbacks(ingress, run := a_run()) as load:
        load.goes_on(200)
        victim = ingress.workers()[0]
        victim.kill()
        load.goes_on(300)

    until(lambda: victim.pid not in [worker.pid for worker in ingress.workers()])
    nothing_is_lost_or_twice(ingress, run, load)


def test_a_killed_celery_loses_no_postback(world: World, ingress: Ingress) -> None:
    with Postbacks(ingress, run := a_run()) as load:
        load.goes_on(200)
        world.kill_pool()
        load.goes_on(200)
        world.celery.kill()
        load.goes_on(200)
        world.celery.start()

    assert set(load.statuses) == {200}
    nothing_is_lost_or_twice(ingress, run, load)


def test_a_killed_redis_loses_no_postback(world: World, ingress: Ingress) -> None:
    with Postbacks(ingress, run := a_run()) as load:
        load.goes_on(200)
        outage(world.stack.redis)
        load.goes_on(300)
        world.stack.redis.start()
        load.goes_on(200)

    assert set(load.statuses) == {200}
    nothing_is_lost_or_twice(ingress, run, load)


def test_a_redis_that_hangs_stops_no_postback(world: World, ingress: Ingress) -> None:
    with Postbacks(ingress, run := a_run()) as load:
        load.goes_on(200)
        with hanging(world.stack.redis):
            load.goes_on(300)
        load.goes_on(200)

    assert set(load.statuses) == {200}
    nothing_is_lost_or_twice(ingress, run, load)


def test_after_a_flush_networks_stay_while_links_are_published_again(world: World, ingress: Ingress) -> None:
    with Postbacks(ingress, run := a_run()) as load:
        load.goes_on(200)
        world.redis.flushall()
        world.has_routes()
        ingress.follows()
        load.goes_on(200)

    assert set(load.statuses) == {200}
    nothing_is_lost_or_twice(ingress, run, load)


def test_a_killed_clickhouse_loses_and_doubles_neither_clicks_nor_postbacks(world: World, ingress: Ingress) -> None:
    run = a_run()
    with Postbacks(ingress, run) as load, ingress.load(run, clicks=3_000, per_second=300) as clicks:
        load.goes_on(200)
        outage(world.stack.clickhouse)
        load.goes_on(200)
        world.stack.clickhouse.start()
        load.goes_on(200)

    assert (set(load.statuses), set(clicks.statuses)) == ({200}, {302})
    nothing_is_lost_or_twice(ingress, run, load)
    no_click_is_lost_or_twice(ingress, run, clicks.received)


def test_a_killed_postgresql_loses_and_doubles_neither_clicks_nor_postbacks(world: World, ingress: Ingress) -> None:
    run = a_run()
    with Postbacks(ingress, run) as load, ingress.load(run, clicks=3_000, per_second=300) as clicks:
        load.goes_on(200)
        outage(world.stack.postgresql)
        load.goes_on(400)
        world.stack.postgresql.start()
        load.goes_on(200)

    assert (set(load.statuses), set(clicks.statuses)) == ({200}, {302})
    nothing_is_lost_or_twice(ingress, run, load)
    no_click_is_lost_or_twice(ingress, run, clicks.received)


def test_without_postgresql_clicks_beside_postbacks_are_stored_and_postbacks_wait(
    world: World, ingress: Ingress
) -> None:
    run = a_run()
    outage(world.stack.postgresql)
    with Postbacks(ingress, run, number=200) as load, ingress.load(run, clicks=200, per_second=300) as clicks:
        load.ends()
        clicks.ends()
    until(lambda: clicks.received <= world.stored(run).keys(), saw=lambda: len(world.stored(run)))
    assert ingress.waiting()

    world.stack.postgresql.start()

    nothing_is_lost_or_twice(ingress, run, load)
    no_click_is_lost_or_twice(ingress, run, clicks.received)
