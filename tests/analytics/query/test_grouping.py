"""Groups of the roll-up whose visitors are counted after the groups were chosen, and those that are told at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.query import Answer, Compare, Interval, Query, answer, grouping
from apps.analytics.query.answers import Source
from apps.analytics.span import Span
from apps.ingress.event import Event
from apps.ingress.rules import Term
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored
from tests.analytics.query.model import groups_of

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

# Ends at noon: a part of the last day is read from single events.
SPAN = Span.last_days(10, now=NOON, zone=ZoneInfo("UTC"))
QUERY = Query(SPAN, ("visitors", "clicks"), ("source",), order="-clicks", limit=5)
SOURCES = ("", "a", "ç", "it's \\ \t odd", "{x:String}", "b", "c", "d", "e", "f", "g")


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Of twenty days, so that there is something to compare with."""
    random, organization = Random(5), a_warehouse().organization_id
    return [
        a_click(
            datetime(2026, 11, 2, tzinfo=UTC) + timedelta(seconds=random.randrange(20 * 86_400)),
            organization=organization,
            visitor_id=random.randrange(0, 60),
            source=SOURCES[int(random.triangular(0, len(SOURCES), 0))],
            region=random.choice(["BY", "BE", ""]),
            country=random.choice(["DE", "US"]),
            kind=random.choice(["human", "human", "bot"]),
        )
        for _ in range(600)
    ]


@pytest.fixture
def warehouse(events: list[Event]) -> Warehouse:
    store_events(events, token=f"{events[0].organization_id}-grouping")
    return Warehouse(events[0].organization_id)


def everybody(events: list[Event], query: Query) -> dict[str, int]:
    """Clicks and visitors of everything, by plain Python."""
    [counted] = groups_of(events, replace(query, dimensions=())).values()
    return {"visitors": counted.visitors, "clicks": counted.clicks}


def rows_of(found: Answer) -> dict[tuple[str, ...], dict[str, object]]:
    return {row.key: {**row.values} for row in found.rows}


def test_groups_chosen_by_clicks_have_their_visitors_and_so_have_rest_and_totals(
    warehouse: Warehouse, events: list[Event]
):
    expected = groups_of(events, QUERY)

    found = answer(warehouse, QUERY)

    assert found.source is Source.BOTH
    assert [[*row.values] for row in (*found.rows, found.totals)] == [["visitors", "clicks"]] * 6
    assert rows_of(found) == {
        row.key: {"visitors": expected[row.key, None].visitors, "clicks": expected[row.key, None].clicks}
        for row in found.rows
    }
    assert found.totals.values == everybody(events, QUERY)
    shown = {row.key[0] for row in found.rows}
    others = [event for event in events if event.source not in shown]
    assert found.rest[0].values == everybody(others, QUERY)
    assert found.keys == len(expected)
    assert found.notes == ()


def test_visitors_of_many_groups_that_are_cut_are_not_counted_together_and_a_note_says_so(
    warehouse: Warehouse, events: list[Event], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(grouping, "MOST_MERGED", 2)
    counted = groups_of(events, QUERY)

    found = answer(warehouse, QUERY)

    clicks = sum(counts.clicks for counts in counted.values()) - sum(row.values["clicks"] for row in found.rows)  # type: ignore[misc]
    assert found.rest[0].values == {"visitors": None, "clicks": clicks}
    assert found.totals.values == everybody(events, QUERY)
    assert [row.values["visitors"] for row in found.rows] == [counted[row.key, None].visitors for row in found.rows]
    assert found.notes == (f"Visitors of the other {len(counted) - 5} are not counted together; they do not add up.",)


@pytest.mark.parametrize("dimension", ["source", "region"])
@pytest.mark.parametrize("merged", [0, 100])
def test_the_time_before_has_its_visitors_too(
    warehouse: Warehouse, events: list[Event], dimension: str, merged: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(grouping, "MOST_MERGED", merged)
    query = replace(QUERY, dimensions=(dimension,), compare=Compare.PREVIOUS)
    before = replace(query, span=replace(SPAN.previous, end=SPAN.start - timedelta(hours=12)))
    expected = groups_of(events, before)

    found = answer(warehouse, query)

    assert [row.before and row.before["visitors"] for row in found.rows] == [
        expected[row.key, None].visitors for row in found.rows
    ]
    assert found.totals.before == everybody(events, before)


def test_a_series_of_groups_is_the_same_whichever_way_its_groups_were_chosen(warehouse: Warehouse, events: list[Event]):
    query = replace(QUERY, interval=Interval.DAY)
    expected = groups_of(events, query)

    found = answer(warehouse, query)

    told = {(row.key, row.at): row.values["visitors"] for row in found.rows if row.values["visitors"]}
    shown = {row.key for row in found.rows}
    assert told == {key: counts.visitors for key, counts in expected.items() if key[0] in shown and counts.visitors}
    assert len(found.rest) == 10


@pytest.mark.parametrize(
    "changed",
    [
        {"order": "-visitors"},
        {"offset": 2},
        {"kinds": Kinds.ALL},
        {"metrics": ("clicks", "visitors", "bots")},
        {"rule": Term("kind", "in", ("human", "bot"))},
        {"rule": Term("source", "in", ("a", "b", "ç"))},
        {"dimensions": ("country", "region")},
        {"dimensions": ("weekday", "hour_of_day"), "limit": 200},
        {"dimensions": ("country",), "limit": 1},
        {"dimensions": ("kind",), "kinds": Kinds.ALL},
    ],
    ids=str,
)
def test_however_they_are_chosen_groups_have_the_visitors_that_python_counts(
    warehouse: Warehouse, events: list[Event], changed: dict[str, object]
):
    query = replace(QUERY, **changed)  # type: ignore[arg-type]
    expected = groups_of(events, query)

    found = answer(warehouse, query)

    assert found.rows
    assert [row.values["visitors"] for row in found.rows] == [expected[row.key, None].visitors for row in found.rows]
    assert found.totals.values["visitors"] == everybody(events, query)["visitors"]
    assert found.keys == len(
        [1 for counts in expected.values() if counts.clicks or counts.bots * ("bots" in query.metrics)]
    )


def test_a_few_values_that_are_more_than_the_limit_leave_a_rest(warehouse: Warehouse, events: list[Event]):
    query = replace(QUERY, dimensions=("country",), limit=1)

    found = answer(warehouse, query)

    others = [event for event in events if event.country != found.rows[0].key[0]]
    assert found.rest[0].values == everybody(others, query)
    assert found.keys == 2


def test_nothing_at_all_is_no_groups_and_totals_of_nothing():
    empty = a_warehouse()
    stored(a_bot(NOON - timedelta(days=3), organization=empty.organization_id))

    found = [answer(empty, replace(QUERY, dimensions=(name,))) for name in ("source", "country")]

    assert [(one.rows, one.rest, one.keys) for one in found] == [((), (), 0)] * 2
    assert [one.totals.values for one in found] == [{"visitors": 0, "clicks": 0}] * 2
