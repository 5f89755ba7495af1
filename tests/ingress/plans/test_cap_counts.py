"""Caps of an ingress process: what it counts alone, and what all count together."""

import threading
import time
from pathlib import Path

import pytest
from redis import Redis

from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_counts import EXCHANGE_S, HURRIED_S, CapCounts
from apps.ingress.plans.cap_totals import name_of
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import Cap, Of, Per
from tests.ingress.plans.cap_cast import a_cap, a_process, count, total

DAY_MS = 86_400_000
NOON_MS = 1_795_435_200_000
NOW_MS = int(time.time() * 1000)


@pytest.fixture
def alone(cap_redis: Redis, tmp_path: Path) -> CapCounts:
    return a_process(tmp_path, cap_redis)


# Alone


def test_a_cap_is_full_at_its_limit_and_not_before(alone: CapCounts) -> None:
    cap = a_cap(3)

    filled = [(alone.is_full(cap, NOW_MS), alone.count(cap, NOW_MS))[0] for _ in range(4)]

    assert filled == [False, False, False, True]


@pytest.mark.parametrize("change", [{"campaign_id": 9}, {"owner_id": 9}, {"per": Per.EVER}, {"of": Of.CONVERSIONS}])
def test_each_cap_is_counted_for_itself(alone: CapCounts, change: dict[str, object]) -> None:
    count(alone, a_cap(1), 1, NOW_MS)

    assert not alone.is_full(a_cap(1, **change), NOW_MS)


def test_versions_of_a_campaign_share_their_counts(alone: CapCounts) -> None:
    count(alone, a_cap(10), 5, NOW_MS)

    assert alone.is_full(a_cap(5), NOW_MS)
    assert not alone.is_full(a_cap(6), NOW_MS)


def test_a_limit_that_is_raised_opens_at_once_and_one_that_is_lowered_closes(alone: CapCounts) -> None:
    count(alone, a_cap(5), 5, NOW_MS)
    alone.exchange()

    full = [alone.is_full(a_cap(limit), NOW_MS) for limit in (5, 6, 4, 1, 100)]

    assert full == [True, False, True, True, False]


def test_a_new_day_begins_empty_and_the_old_one_keeps_its_count(alone: CapCounts, cap_redis: Redis) -> None:
    cap = a_cap(3)
    count(alone, cap, 3, NOW_MS)

    count(alone, cap, 1, NOW_MS + DAY_MS)
    alone.exchange()

    assert not alone.is_full(cap, NOW_MS + DAY_MS)
    assert (total(cap_redis, cap, NOW_MS), total(cap_redis, cap, NOW_MS + DAY_MS)) == (3, 1)


def test_a_clock_that_jumps_to_tomorrow_and_back_finds_today_as_it_was(alone: CapCounts) -> None:
    cap = a_cap(3)
    count(alone, cap, 3, NOW_MS)

    assert not alone.is_full(cap, NOW_MS + DAY_MS)
    assert alone.is_full(cap, NOW_MS)
    assert not alone.is_full(cap, NOW_MS - DAY_MS)
    assert alone.is_full(cap, NOW_MS)


@pytest.mark.parametrize(
    ("zone", "fills_at"),
    [("UTC", "2026-10-24T23:59:59"), ("Europe/Berlin", "2026-10-25T22:59:59"), ("Asia/Tokyo", "2026-10-25T14:59:59")],
)
def test_a_day_is_that_of_the_campaign_s_zone(alone: CapCounts, zone: str, fills_at: str) -> None:
    """On 2026-10-25 the clocks of Berlin go back: its day has 25 hours and ends at 23 o'clock UTC."""
    last_ms = int(time.mktime(time.strptime(fills_at, "%Y-%m-%dT%H:%M:%S")) - time.timezone) * 1000
    cap = a_cap(1, zone=zone)

    count(alone, cap, 1, last_ms - 3_600_000)

    assert alone.is_full(cap, last_ms)
    assert not alone.is_full(cap, last_ms + 1_000)


def test_a_cap_for_ever_is_full_next_year_too(alone: CapCounts) -> None:
    cap = a_cap(2, per=Per.EVER)

    count(alone, cap, 2, NOW_MS)

    assert alone.is_full(cap, NOW_MS + 365 * DAY_MS)


# Together


def test_processes_hear_of_each_other_s_clicks(two: tuple[CapCounts, CapCounts]) -> None:
    one, other = two
    count(one, a_cap(10), 4, NOW_MS)
    count(other, a_cap(10), 6, NOW_MS)

    for process in (one, other, one):
        process.exchange()

    assert one.is_full(a_cap(10), NOW_MS)
    assert other.is_full(a_cap(10), NOW_MS)
    assert not one.is_full(a_cap(11), NOW_MS)


def test_a_process_that_never_saw_a_campaign_knows_that_its_cap_is_full(
    two: tuple[CapCounts, CapCounts], tmp_path: Path
) -> None:
    one, other = two
    count(one, a_cap(10), 10, NOW_MS)
    one.exchange()
    other.exchange()
    late = a_process(tmp_path)
    late.exchange()

    assert other.is_full(a_cap(10), NOW_MS)
    assert late.is_full(a_cap(10), NOW_MS)


def test_what_is_counted_while_totals_are_on_their_way_counts_once(two: tuple[CapCounts, CapCounts]) -> None:
    one, other = two
    for _ in range(5):
        count(one, a_cap(), 3, NOW_MS)
        one.exchange()
        count(one, a_cap(), 2, NOW_MS)
        other.exchange()

    assert one.is_full(a_cap(25), NOW_MS)
    assert not one.is_full(a_cap(26), NOW_MS)


def test_the_overshoot_is_what_others_send_between_two_exchanges(two: tuple[CapCounts, CapCounts]) -> None:
    """Both send as fast as they can and exchange in turn, every ten clicks: 100 are wanted."""
    sent = [0, 0]
    while not all(process.is_full(a_cap(100), NOW_MS) for process in two):
        for at, process in enumerate(two):
            for _ in range(10):
                if not process.is_full(a_cap(100), NOW_MS):
                    process.count(a_cap(100), NOW_MS)
                    sent[at] += 1
            process.exchange()

    assert 100 <= sum(sent) <= 110


def test_nothing_is_sent_when_nothing_was_counted(two: tuple[CapCounts, CapCounts], cap_redis: Redis) -> None:
    number = cap_redis.get(cap_totals.NUMBER)

    for process in two:
        process.exchange()

    assert cap_redis.get(cap_totals.NUMBER) == number


# Near the limit


def test_a_process_exchanges_more_often_when_a_cap_is_about_to_fill(alone: CapCounts) -> None:
    alone.exchange()
    count(alone, a_cap(1_000_000_000), 100, NOW_MS)
    alone.exchange()
    calm = alone.pause_s

    count(alone, a_cap(210), 100, NOW_MS)
    alone.exchange()

    assert (calm, alone.pause_s) == (EXCHANGE_S, HURRIED_S)


def test_a_full_cap_is_no_reason_to_hurry(alone: CapCounts) -> None:
    alone.exchange()
    count(alone, a_cap(100), 100, NOW_MS)

    alone.exchange()

    assert alone.pause_s == EXCHANGE_S


# Conversions


def test_conversions_come_from_the_store_alone_and_may_become_fewer(alone: CapCounts, cap_redis: Redis) -> None:
    cap = a_cap(5, of=Of.CONVERSIONS)
    name = name_of(cap, window_of(cap, NOW_MS))
    full = []
    for found in (4, 5, 4, 6):
        cap_totals.settle(cap_redis, {name: found}, 0)
        alone.exchange()
        full.append(alone.is_full(cap, NOW_MS))

    assert full == [False, True, False, True]


# The thread


def test_the_thread_sends_and_hears_by_itself_and_sends_the_rest_when_it_ends(cap_redis: Redis, tmp_path: Path) -> None:
    one, other = a_process(tmp_path), a_process(tmp_path)
    one.start()
    other.start()
    count(one, a_cap(10), 10, NOW_MS)
    deadline = time.monotonic() + 30
    while not other.is_full(a_cap(10), NOW_MS) and time.monotonic() < deadline:
        time.sleep(0.02)

    count(one, a_cap(100), 7, NOW_MS)
    one.stop()
    other.stop()

    assert other.is_full(a_cap(10), NOW_MS)
    assert total(cap_redis, a_cap(), NOW_MS) == 17


def test_clicks_that_come_during_an_exchange_are_counted_once_and_a_count_never_goes_back(
    two: tuple[CapCounts, CapCounts], cap_redis: Redis
) -> None:
    one, other = two
    ended = threading.Event()

    def exchange_all_the_time() -> None:
        while not ended.is_set():
            one.exchange()
            count(other, a_cap(), 1, NOW_MS)
            other.exchange()

    thread = threading.Thread(target=exchange_all_the_time)
    thread.start()
    went_back = 0
    for number in range(1, 5_001):
        one.count(a_cap(), NOW_MS)
        went_back += not one.is_full(a_cap(number), NOW_MS)
    ended.set()
    thread.join()
    one.exchange()

    others = total(cap_redis, a_cap(), NOW_MS) - 5_000
    assert went_back == 0
    assert others > 0
    assert one.is_full(a_cap(5_000 + others), NOW_MS)
    assert not one.is_full(a_cap(5_001 + others), NOW_MS)


def test_days_that_are_over_are_forgotten_everywhere(alone: CapCounts, cap_redis: Redis) -> None:
    count(alone, a_cap(), 1, NOW_MS)
    count(alone, a_cap(), 1, NOW_MS - 5 * DAY_MS)
    count(alone, a_cap(per=Per.EVER), 1, NOW_MS)
    alone.exchange()

    assert cap_totals.forget(cap_redis, NOW_MS / 1000) == 1
    assert cap_totals.forget(cap_redis, NOW_MS / 1000) == 0, "it is done once an hour"
    alone.forget(NOW_MS / 1000)
    alone.exchange()

    assert [total(cap_redis, cap, NOW_MS) for cap in (a_cap(), a_cap(per=Per.EVER))] == [1, 1]
    assert alone.is_full(a_cap(1), NOW_MS)
    assert not alone.is_full(a_cap(1), NOW_MS - 5 * DAY_MS)


def test_a_clock_that_ran_ahead_while_days_were_forgotten_costs_no_counts(alone: CapCounts) -> None:
    count(alone, a_cap(3), 3, NOW_MS)
    alone.exchange()

    alone.forget(NOW_MS / 1000 + 365 * 86_400)
    alone.exchange()

    assert alone.is_full(a_cap(3), NOW_MS)


def test_a_name_says_what_is_counted_and_since_when() -> None:
    cap: Cap = a_cap(campaign_id=12, owner_id=3, zone="Europe/Berlin")

    assert name_of(cap, window_of(cap, NOON_MS)) == "12.3.clicks.1795388400"
    assert name_of(a_cap(per=Per.EVER), window_of(a_cap(per=Per.EVER), NOON_MS)) == "1.2.clicks.0"
