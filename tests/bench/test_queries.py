"""`bench queries`, on a handful of events."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.ingress.warehouse.connection import client
from bench import queries, queries_data
from bench.queries_asked import QUESTIONS
from bench.queries_data import DAYS, FIRST_ON, LAST_ON, days, events_sql
from bench.result import Invalid
from bench.rounds import Effort
from bench.traffic import ORGANIZATION_ID

EVENTS = 3_000


@pytest.fixture
def nothing_stored(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A few days, of an organization that has nothing: it is the same in every run, and the benchmark counts what is there.

    Tables are emptied as Django empties them after such a test. A mutation that deletes waits until the parts that all tests before
    have left are merged, and rewrites each: once it was not through after 300 s (2026-11).
    """
    monkeypatch.setattr(queries_data, "DAYS", 6)
    monkeypatch.setattr(queries_data, "FIRST_ON", LAST_ON - timedelta(days=5))
    _forget()
    yield
    _forget()


def _forget() -> None:
    for table in ("events", "events_hourly", "conversions", "costs"):
        client().execute(f"TRUNCATE TABLE {table}")


def test_the_events_are_spread_over_all_days() -> None:
    spread = days(10_000)

    assert len(spread) == DAYS
    assert (spread[0].on, spread[-1].on) == (FIRST_ON, LAST_ON)
    assert sum(day.events for day in spread) == 10_000
    assert [day.first for day in spread[1:]] == [day.first + day.events for day in spread[:-1]]


def test_traffic_grows_and_rests_at_the_weekend() -> None:
    by_day = {day.on: day.events for day in days(1_000_000)}
    saturdays = [count for on, count in by_day.items() if on.weekday() == 5]
    tuesdays = [count for on, count in by_day.items() if on.weekday() == 1]

    assert sum(saturdays) < 0.9 * sum(tuesdays)
    assert tuesdays[-1] > 1.4 * tuesdays[0]


def test_a_large_day_is_made_in_pieces() -> None:
    day = days(1_000_000)[0]

    assert "numbers(100, 50)" in events_sql(day, 100, 50)
    assert f"toUInt64({day.first} + number)" in events_sql(day, 100, 50)


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_the_events_are_as_skewed_as_real_ones(nothing_stored: None) -> None:
    list(queries_data.generate(client(), EVENTS))

    sql = """
    SELECT count(), uniqExact(event_id), uniqExact(visitor_id), toDate(min(happened_at), 'UTC'), toDate(max(happened_at), 'UTC'),
           countIf(utm_campaign = 'campaign-1'), uniqExact(utm_campaign), countIf(kind = 'human')
    FROM events WHERE organization_id = {id:UInt32}
    """
    [(count, ids, visitors, first_on, last_on, top, campaigns, people)] = client().execute(sql, {"id": ORGANIZATION_ID})
    assert (count, ids, first_on, last_on) == (EVENTS, EVENTS, LAST_ON - timedelta(days=5), LAST_ON)
    assert EVENTS / 2 < visitors < EVENTS
    assert campaigns > 300
    assert top > 10 * EVENTS / 2_000
    assert 0.7 < people / EVENTS < 0.9


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_what_was_kept_is_not_made_again(nothing_stored: None) -> None:
    made = list(queries_data.generate(client(), EVENTS))
    queries_data.add_money(client())
    sql = """
    SELECT (SELECT count() FROM events WHERE organization_id = {id:UInt32}),
           (SELECT sum(clicks) FROM events_hourly WHERE organization_id = {id:UInt32}),
           (SELECT count() FROM conversions WHERE organization_id = {id:UInt32})
    """
    before = client().execute(sql, {"id": ORGANIZATION_ID})

    again = list(queries_data.generate(client(), EVENTS))
    queries_data.add_money(client())

    assert made[-1] == EVENTS
    assert again == []
    assert client().execute(sql, {"id": ORGANIZATION_ID}) == before


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_events_of_another_size_are_refused(nothing_stored: None) -> None:
    list(queries_data.generate(client(), EVENTS))

    with pytest.raises(Invalid, match="keep them elsewhere"):
        list(queries_data.generate(client(), 2 * EVENTS))


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_every_question_is_asked_both_ways_and_counts_the_same(nothing_stored: None) -> None:
    said: list[str] = []

    result = queries.measure(Effort(rounds=1, seconds=1, say=said.append, events=EVENTS))

    assert result.figures["events_rows"].value >= EVENTS
    assert result.figures["conversions_rows"].value > 0
    assert set(result.ratios) == {*(one.name for one in QUESTIONS), "all (geometric mean)", "all (sum of times)"}
    assert all(f"{one.name}/cold_ms" in result.figures for one in QUESTIONS)
