import socket
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from apps.ingress.broker import broker
from apps.ingress.postbacks import repeats
from apps.ingress.postbacks.repeats import Repeats, hasty_redis


@pytest.fixture
def silent() -> Iterator[Redis]:
    """A Redis that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield Redis(port=port, socket_timeout=0.05, socket_connect_timeout=0.05)


def a_repeat() -> bytes:
    return time.time_ns().to_bytes(16, "big")


def test_a_process_remembers_what_it_has_seen() -> None:
    memory, repeat = Repeats(hasty_redis()), a_repeat()

    assert [memory.seen(repeat) for _ in range(3)] == [False, True, True]


def test_processes_remember_together_for_some_hours() -> None:
    repeat = a_repeat()

    assert [Repeats(hasty_redis()).seen(repeat) for _ in range(2)] == [False, True]
    assert 0 < broker().ttl(repeats.PREFIX + repeat.hex()) <= repeats.REMEMBERED_SECONDS


def test_with_redis_away_a_process_remembers_by_itself() -> None:
    memory, repeat = Repeats(Redis.from_url("redis://127.0.0.1:1/0")), a_repeat()

    assert [memory.seen(repeat) for _ in range(2)] == [False, True]


def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(silent: Redis) -> None:
    memory = Repeats(silent)
    assert not memory.seen(a_repeat())

    assert memory.leaves_alone
    assert not any(memory.seen(a_repeat()) for _ in range(1_000))


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "REMEMBERED", 3)
    memory = Repeats(Redis.from_url("redis://127.0.0.1:1/0"))

    for number in range(5):
        memory.seen_here(bytes([number]))

    assert [memory.seen_here(bytes([number])) for number in (4, 3, 2)] == [True, True, True]
    assert not memory.seen_here(bytes([0]))
