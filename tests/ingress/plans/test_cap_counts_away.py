"""Caps of an ingress process while Redis is away, slow to answer, flushed, or back without its last second."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_counts import CUT_OFF_MS, CapCounts
from apps.ingress.plans.cap_mirror import FILE
from apps.ingress.plans.cap_totals import Increment
from tests.ingress.plans.cap_cast import NOWHERE, REDIS_URL, CutOff, a_cap, a_process, count, total

NOW_MS = int(time.time() * 1000)


@pytest.fixture
def cut(cap_redis: Redis) -> Iterator[CutOff]:
    redis: CutOff = CutOff.from_url(REDIS_URL, retry=Retry(NoBackoff(), 0))
    yield redis
    redis.close()


def test_with_redis_away_own_clicks_count_on_and_are_sent_later(cut: CutOff, cap_redis: Redis, tmp_path: Path) -> None:
    process = a_process(tmp_path, cut)
    count(process, a_cap(), 4, NOW_MS)
    process.exchange()

    cut.hears = False
    count(process, a_cap(), 3, NOW_MS)
    process.exchange()
    count(process, a_cap(), 3, NOW_MS)
    process.exchange()
    assert process.is_full(a_cap(), NOW_MS)
    assert total(cap_redis, a_cap(), NOW_MS) == 4

    cut.hears = True
    process.exchange()
    process.exchange()
    assert total(cap_redis, a_cap(), NOW_MS) == 10


def test_an_answer_that_gets_lost_counts_nothing_twice(cut: CutOff, cap_redis: Redis, tmp_path: Path) -> None:
    process = a_process(tmp_path, cut)
    cut.answers = False
    for _ in range(3):
        count(process, a_cap(), 2, NOW_MS)
        process.exchange()

    cut.answers = True
    process.exchange()
    process.exchange()

    assert total(cap_redis, a_cap(), NOW_MS) == 6
    assert process.is_full(a_cap(6), NOW_MS)
    assert not process.is_full(a_cap(7), NOW_MS)


def test_the_same_increments_under_the_same_number_are_taken_once(cap_redis: Redis) -> None:
    name = "1.2.clicks.0"
    for _ in range(3):
        heard = cap_totals.exchange(cap_redis, "a", 1, 0, [Increment(name, 0, 5)])
    other = cap_totals.exchange(cap_redis, "b", 1, 0, [Increment(name, 0, 5)])

    assert (heard.totals, other.totals) == ({name: 5}, {name: 10})


def test_a_process_that_is_cut_off_takes_it_that_the_others_count_as_much(
    cut: CutOff, cap_redis: Redis, tmp_path: Path
) -> None:
    process = a_process(tmp_path, cut)
    for other in (a_process(tmp_path), a_process(tmp_path), a_process(tmp_path), process):
        other.exchange()
    later_ms = int(time.time() * 1000) + CUT_OFF_MS + 1_000

    cut.hears = False
    count(process, a_cap(100), 24, later_ms)
    process.exchange()

    assert not process.is_full(a_cap(100), later_ms)
    process.count(a_cap(100), later_ms)
    assert process.is_full(a_cap(100), later_ms)


def test_a_flushed_redis_is_told_what_the_processes_know(two: tuple[CapCounts, CapCounts], cap_redis: Redis) -> None:
    for process in two:
        count(process, a_cap(1_000), 50, NOW_MS)
        process.exchange()
    two[0].exchange()

    cap_redis.delete(*cap_totals.KEYS)
    for process in two:
        count(process, a_cap(1_000), 5, NOW_MS)
        process.exchange()

    assert total(cap_redis, a_cap(), NOW_MS) == 110


def test_a_cap_that_is_full_stays_full_when_redis_is_flushed(
    two: tuple[CapCounts, CapCounts], cap_redis: Redis
) -> None:
    one, other = two
    count(one, a_cap(10), 10, NOW_MS)
    one.exchange()
    other.exchange()

    cap_redis.delete(*cap_totals.KEYS)
    for process in (*two, *two):
        process.exchange()

    assert one.is_full(a_cap(10), NOW_MS)
    assert other.is_full(a_cap(10), NOW_MS)


def test_a_redis_that_lost_its_last_second_is_heard_whole_again(
    two: tuple[CapCounts, CapCounts], cap_redis: Redis
) -> None:
    """As after a kill: it comes back with an older number, and what others count then must still arrive."""
    one, other = two
    count(one, a_cap(10), 1, NOW_MS)
    one.exchange()
    before = {key: cap_redis.dump(key) for key in cap_totals.KEYS if cap_redis.exists(key)}
    count(one, a_cap(10), 1, NOW_MS)
    one.exchange()
    other.exchange()

    for key, value in before.items():
        cap_redis.restore(key, 0, value, replace=True)
    other.exchange()
    count(one, a_cap(10), 8, NOW_MS)
    one.exchange()
    other.exchange()

    assert total(cap_redis, a_cap(), NOW_MS) == 10
    assert other.is_full(a_cap(10), NOW_MS)


def test_a_process_that_starts_without_redis_begins_with_the_mirrored_totals(
    two: tuple[CapCounts, CapCounts], tmp_path: Path
) -> None:
    count(two[0], a_cap(10), 10, NOW_MS)
    two[0].exchange()

    late = a_process(tmp_path, Redis.from_url(NOWHERE))
    late.load_mirror()
    late.exchange()

    assert late.is_full(a_cap(10), NOW_MS)
    assert not late.is_full(a_cap(11), NOW_MS)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"others": 1}', b'{"others": 1, "totals": {"a": []}}']
)
def test_a_mirror_that_cannot_be_read_is_no_obstacle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    process = a_process(tmp_path, Redis.from_url(NOWHERE))

    process.load_mirror()

    assert not process.is_full(a_cap(1), NOW_MS)
