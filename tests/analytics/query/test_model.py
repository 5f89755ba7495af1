"""Random questions about random events: the roll-up, single events and plain Python answer the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.query import DIMENSIONS, Answer, Interval, Query, answer
from apps.analytics.query import rollup as rollup_marks
from apps.analytics.query.answers import Source
from apps.analytics.query.dimensions import LABEL, is_number
from apps.analytics.query.facts import CLICKS
from apps.analytics.span import Span
from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Every, Not, Rule, Term
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from apps.ingress.warehouse.writer import store_events
from tests.analytics.make import a_click, a_warehouse
from tests.analytics.query.model import Counted, Key, counted, groups_of

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
# Around the end of summer time in Berlin and the change of half an hour on Lord Howe.
BEGINNING = datetime(2026, 9, 28, tzinfo=UTC)
DAYS = 40
WORDS = ("", "a", "b", "ç", "it's \\ \t odd", "{x:String}")
NUMBERS = (0, 1, 2, 10, 300)
EVERY_EVENT = Term("status", "is_not", 999)


def an_event(random: Random, organization: int) -> Event:
    at = BEGINNING + timedelta(milliseconds=random.randrange(DAYS * 86_400_000))
    return a_click(
        at,
        organization=organization,
        visitor_id=random.choice([0, *range(1, 40)]),
        kind=random.choice(["human", "human", "bot", "preview"]),
        parameters={"sub1": random.choice(WORDS)},
        **{
            name: random.choice(NUMBERS if is_number(name) else WORDS)
            for dimension in DIMENSIONS.values()
            for name in dimension.fields
            if name not in ("kind", LABEL)
        },
    )


def a_rule(random: Random, name: str) -> Rule:
    field = DIMENSIONS[name].fields[-1] if name in DIMENSIONS and DIMENSIONS[name].fields else "country"
    if field == "kind":
        return Term("kind", "in", ("human", "bot"))
    term = Term(field, "in", tuple(random.sample(NUMBERS[1:] if is_number(field) else WORDS[1:], 2)))
    return random.choice([EVERYTHING, EVERYTHING, term, Not(term), Every((term, Term("kind", "is", "bot")))])


def a_query(random: Random) -> Query:
    zone = ZoneInfo(random.choice(ZONES))
    days = random.randrange(1, 30)
    first = (BEGINNING + timedelta(days=random.randrange(8))).astimezone(zone).date()
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    span = Span.between(first, first + timedelta(days=days - 1), now=now, zone=zone)
    if random.random() < 0.5:
        span = replace(span, end=span.end - timedelta(milliseconds=random.randrange(1, 86_400_000)))
    names = [*(name for name in DIMENSIONS if name != LABEL), "parameter:sub1"]
    dimensions = tuple(random.sample(names, random.choice([0, 1, 1, 1, 2, 3])))
    interval = random.choice([None, None, Interval.HOUR, Interval.DAY, Interval.DAY, Interval.WEEK, Interval.MONTH])
    limit = 10_000 if interval is None else 130
    rule = a_rule(random, dimensions[0] if dimensions else "country")
    return Query(span, CLICKS, dimensions, interval, rule, random.choice([*Kinds]), limit=limit)


def said(found: Answer) -> dict[Key, Counted]:
    rows = {(row.key, row.at): Counted(**row.values) for row in found.rows}  # type: ignore[arg-type]
    return {key: count for key, count in rows.items() if any(count)}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    random = Random(3)
    organization = a_warehouse().organization_id
    return [an_event(random, organization) for _ in range(1500)]


@pytest.fixture
def warehouse(events: list[Event]) -> Warehouse:
    """Half of the events came late, so that the roll-up has several rows of an hour to put together."""
    organization = events[0].organization_id
    store_events(events[:700], token=f"{organization}-first")
    store_events(events[700:], token=f"{organization}-second")
    return Warehouse(organization)


@pytest.mark.parametrize("seed", range(40))
def test_rollup_events_and_python_agree(warehouse: Warehouse, events: list[Event], seed: int):
    query = a_query(Random(seed))
    expected = groups_of(events, query)

    found = answer(warehouse, query)
    from_events = answer(warehouse, replace(query, rule=Every((query.rule, EVERY_EVENT))))

    if found.rest:
        keys = {row.key for row in found.rows}
        expected = {key: count for key, count in expected.items() if key[0] in keys}
    assert said(found) == expected
    assert from_events.source is Source.EVENTS
    assert said(from_events) == said(found)
    assert Counted(**found.totals.values) == _totals(events, query)  # type: ignore[arg-type]


def _totals(events: list[Event], query: Query) -> Counted:
    whole = groups_of(events, replace(query, dimensions=(), interval=None))
    return whole.get(((), None), counted([], query.kinds))


def test_marked_days_change_nothing_but_the_source(warehouse: Warehouse):
    span = Span.between(
        BEGINNING.date(),
        BEGINNING.date() + timedelta(days=20),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
    )
    query = Query(span, CLICKS, ("country",), Interval.WEEK)
    before = answer(warehouse, query)
    change(
        "INSERT INTO rollup_marks (organization_id, day, is_open) "
        "SELECT {o:UInt32}, arrayJoin([toDate('2026-10-05'), toDate('2026-10-06')]), true",
        {"o": warehouse.organization_id},
        name=f"test {uuid4()}",
    )
    rollup_marks._marked.cache_clear()

    marked = answer(warehouse, query)

    assert (before.source, marked.source) == (Source.ROLLUP, Source.BOTH)
    assert said(marked) == said(before)
