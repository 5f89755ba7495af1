"""kill -9 of our own processes while clicks come in."""

import socket
import struct

import pytest

from tests.faults.harness import World, a_run, nothing_is_lost_or_twice
from tests.faults.ingress import Ingress
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

AT_ONCE = struct.pack("ii", True, 0)
WORDS = {"no word": b"", "another protocol": b"GET / HTTP/1.1\r\n\r\n", "half a greeting": b"\x00\x11ClickHouse"}


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


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_clickhouse_outlives_a_client_that_is_gone_in_the_middle_of_a_word(world: World, word: bytes) -> None:
    served_by = world.stack.clickhouse.pid

    for _ in range(20):
        with socket.create_connection(("127.0.0.1", world.stack.ports.clickhouse)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            client.sendall(word)

    assert world.ask("SELECT 1") == [["1"]]
    assert world.stack.clickhouse.pid == served_by
