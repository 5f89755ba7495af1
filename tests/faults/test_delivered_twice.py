"""The broker hands out a task more than once, at once or much later: the rows are there once."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.harness import World, a_run
from tests.faults.ingress import Ingress
from tests.faults.test_poison import good_lines
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

SEGMENTS = 12


@pytest.fixture
def short_memory(world: World) -> Iterator[None]:
    """ClickHouse remembers the tokens of the last two blocks only."""
    setting = "ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = {}"
    world.ask(setting.format(2))
    yield
    world.ask(setting.format(10_000))


def confirmed(world: World, segments: list[str]) -> bool:
    return all(world.redis.mget([f"trellis:stored:{segment}" for segment in segments]))


def test_one_message_delivered_four_times_at_once_stores_once(world: World) -> None:
    run = a_run()
    segments = {f"{run}-{number}": b"\n".join(good_lines(run, 50)) for number in range(SEGMENTS)}

    for segment, payload in segments.items():
        for _ in range(4):
            world.send(segment, payload)
    until(lambda: world.idle() and confirmed(world, list(segments)), saw=world.celery.tail)

    assert Counter(world.stored(run).values()) == {1: 50 * SEGMENTS}


@pytest.mark.usefixtures("short_memory")
def test_a_resend_whose_token_clickhouse_has_forgotten_stores_once(world: World) -> None:
    run = a_run()
    segments = {f"{run}-{number}": b"\n".join(good_lines(run, 20)) for number in range(SEGMENTS)}

    for _ in range(2):
        world.redis.delete(*(f"trellis:stored:{segment}" for segment in segments))
        for segment, payload in segments.items():
            world.send(segment, payload)
        until(lambda: world.idle() and confirmed(world, list(segments)), saw=world.celery.tail)

    assert Counter(world.stored(run).values()) == {1: 20 * SEGMENTS}


def test_ingress_that_lost_its_memory_ships_again_what_is_stored_and_stores_it_once(
    world: World, ingress: Ingress
) -> None:
    run = a_run()
    payload = b"\n".join(good_lines(run, 20))

    for _ in range(2):
        ingress.plant(f"{run}-again", payload)
        ingress.drains()
        world.redis.flushall()
        world.publish_routes()

    assert Counter(world.stored(run).values()) == {1: 20}
