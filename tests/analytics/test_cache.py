"""Answers kept for some seconds: for one organization, in the process and in Redis, and asked once at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.analytics.cache import LIFE_S, Answers, Found, key_of, settled
from apps.analytics.query import Query, answer
from apps.analytics.span import Span
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

UTC_ZONE = ZoneInfo("UTC")
WEEK = Span.last_days(7, now=NOON, zone=UTC_ZONE)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """A question that counts how often it was put."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Found:
        self.times += 1
        return Found([{"clicks": self.times, "key": 2**64 - 1, "word": "ç"}], NOON)


def a_key() -> str:
    return key_of(a_warehouse(), "SELECT", {})


@pytest.fixture
def ask() -> Asked:
    return Asked()


def test_the_same_question_is_asked_once(ask: Asked):
    answers, key = Answers(), a_key()

    first, second = answers.get(key, ask), answers.get(key, ask)

    assert ask.times == 1
    assert (first.cached, second.cached) == (False, True)
    assert second.asked_at == first.asked_at == NOON


def test_another_process_finds_it_in_redis(ask: Asked):
    key = a_key()
    first = Answers().get(key, ask)

    second = Answers().get(key, ask)

    assert ask.times == 1
    assert second == Found(first.records, NOON, cached=True)


def test_an_answer_that_is_over_is_asked_again(ask: Asked, redis_is_down: None):
    clock = Clock()
    answers, key = Answers(clock), a_key()
    answers.get(key, ask)

    clock.now += LIFE_S + 1
    answers.get(key, ask)

    assert ask.times == 2


def test_a_redis_that_is_away_costs_nothing_but_the_cache_between_processes(ask: Asked, redis_is_down: None):
    key = a_key()

    first, second = Answers().get(key, ask), Answers().get(key, ask)

    assert [found.records[0]["clicks"] for found in (first, second)] == [1, 2]


def test_who_asks_what_is_being_asked_waits_for_it(ask: Asked):
    answers, key = Answers(), a_key()
    begun, go_on = Event(), Event()

    def slowly() -> Found:
        begun.set()
        assert go_on.wait(5)
        return ask()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answers.get, key, slowly)
        assert begun.wait(5)
        second = pool.submit(answers.get, key, ask)
        go_on.set()
        assert first.result(5).records == second.result(5).records

    assert ask.times == 1


def test_a_failure_is_told_to_all_who_wait_and_kept_by_nobody(ask: Asked):
    answers, key = Answers(), a_key()

    def fail() -> Found:
        raise WarehouseUnavailable("gone")

    with pytest.raises(WarehouseUnavailable):
        answers.get(key, fail)

    assert answers.get(key, ask).records[0]["clicks"] == 1


def test_charlie_never_gets_what_alice_was_answered():
    alice, charlie = (Warehouse(a_warehouse().organization_id, cached=True) for _ in range(2))
    stored(a_click(NOON - timedelta(days=1), organization=alice.organization_id))
    query = Query(WEEK)

    hers, his = answer(alice, query), answer(charlie, query)

    assert key_of(alice, "SELECT", {}) != key_of(charlie, "SELECT", {})
    assert (hers.totals.values["clicks"], his.totals.values["clicks"]) == (1, 0)


@pytest.mark.parametrize("change", [lambda q: ("SELECT 2", q[1]), lambda q: (q[0], {"rule0": "FR"})])
def test_other_words_or_values_are_another_question(
    change: Callable[[tuple[str, dict[str, str]]], tuple[str, dict[str, str]]],
):
    warehouse, question = a_warehouse(), ("SELECT 1", {"rule0": "DE"})

    assert key_of(warehouse, *question) != key_of(warehouse, *change(question))


def test_a_span_that_ends_now_ends_at_whole_ten_seconds_and_others_where_they_end():
    now = timezone.now()
    open_ = Span.last_days(7, now=now, zone=UTC_ZONE)

    assert now - settled(open_).end < timedelta(seconds=LIFE_S)
    assert settled(open_).end.second % LIFE_S == 0
    assert settled(WEEK) == WEEK


def test_a_warehouse_that_wants_no_cache_is_always_asked():
    warehouse = a_warehouse()
    answer(warehouse, Query(WEEK))
    stored(a_click(NOON - timedelta(days=1), organization=warehouse.organization_id))

    found = answer(warehouse, Query(WEEK))

    assert found.totals.values["clicks"] == 1
    assert not found.cached
    assert found.asked_at
    assert found.asked_at > datetime(2026, 1, 1, tzinfo=UTC)
