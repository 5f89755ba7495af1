"""Redis, ClickHouse and PostgreSQL go away and come back while clicks come in. Links go on redirecting all the while."""

import os
import time

import pytest

from tests.faults.harness import World, a_run, hanging, nothing_is_lost_or_twice, outage
from tests.faults.ingress import Ingress
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

LONG = os.environ.get("TRELLIS_FAULTS_LONG") == "1"
CLICKHOUSE_AWAY_S = 60 if LONG else 10
REDIS_AWAY_S = 3
# Longer than the shipper waits before it sends a segment again, and than a client of Redis waits for an answer.
HANGING_S = 7


def test_a_killed_redis_loses_nothing(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000) as load:
        load.goes_on(500)
        outage(world.stack.redis)
        time.sleep(REDIS_AWAY_S)
        world.stack.redis.start()
        load.goes_on(500)

    assert set(load.statuses) == {302}
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_a_flushed_redis_loses_nothing_and_routes_are_published_again(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000) as load:
        load.goes_on(500)
        world.redis.flushall()
        load.goes_on(500)
        world.has_routes()
        load.goes_on(500)

    assert set(load.statuses) == {302}
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_clickhouse_away_for_a_while_loses_nothing(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000, per_second=500) as load:
        load.goes_on(500)
        outage(world.stack.clickhouse)
        time.sleep(CLICKHOUSE_AWAY_S)
        assert ingress.readiness()["clickhouse"].startswith("down")
        world.stack.clickhouse.start()
        load.goes_on(300)

    assert set(load.statuses) == {302}
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_a_redis_that_hangs_stops_no_redirect_and_loses_nothing(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000, per_second=500) as load:
        load.goes_on(300)
        with hanging(world.stack.redis):
            time.sleep(HANGING_S)
        load.goes_on(300)

    assert set(load.statuses) == {302}
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_a_clickhouse_that_hangs_stores_once_what_was_sent_to_it_twice(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000, per_second=500) as load:
        load.goes_on(300)
        with hanging(world.stack.clickhouse):
            time.sleep(HANGING_S)
        load.goes_on(300)

    assert set(load.statuses) == {302}
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_clickhouse_killed_again_and_again_stores_every_click_once(world: World, ingress: Ingress) -> None:
    with ingress.load(run := a_run(), clicks=100_000, per_second=500) as load:
        for _ in range(3):
            load.goes_on(400)
            outage(world.stack.clickhouse)
            world.stack.clickhouse.start()

    nothing_is_lost_or_twice(ingress, run, load.received)


def test_without_postgresql_clicks_are_redirected_and_stored(world: World, ingress: Ingress) -> None:
    outage(world.stack.postgresql)

    with ingress.load(run := a_run(), clicks=1_500) as load:
        load.ends()

    assert set(load.statuses) == {302}
    assert ingress.readiness()["postgresql"].startswith("down")
    nothing_is_lost_or_twice(ingress, run, load.received)


def test_without_postgresql_only_the_dead_letter_waits(world: World, ingress: Ingress) -> None:
    outage(world.stack.postgresql)
    ingress.plant("torn-without-postgresql", b'{"id": 12')
    with ingress.load(run := a_run(), clicks=300) as load:
        load.ends()
    until(lambda: [segment.stem for segment in ingress.waiting()] == ["torn-without-postgresql"], saw=ingress.waiting)
    assert load.received <= world.stored(run).keys()

    world.stack.postgresql.start()

    ingress.drains()
    assert list(world.dead_letters("torn-without-postgresql")) == [1]


def test_ingress_starts_without_any_store_from_the_mirrored_routes_and_ships_later(
    world: World, ingress: Ingress
) -> None:
    until((ingress.spool / "routes.json").exists)
    ingress.child.stop()
    for service in world.stack.services:
        outage(service)

    ingress.start()
    with ingress.load(run := a_run(), clicks=1_000) as load:
        load.ends()
    for service in world.stack.services:
        service.start()

    assert load.statuses == {302: 1_000}
    nothing_is_lost_or_twice(ingress, run, load.received)
