"""Single events: what is selected, in which order, and whether anything is lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.reports.events import (
    BadCursor,
    Cursor,
    ListedEvent,
    Selection,
    event_by_id,
    newest_events,
)
from apps.ingress.event import Event, Kind, Reason
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

SECOND = timedelta(seconds=1)


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def ids(warehouse: Warehouse, **selection: object) -> list[int]:
    found, _ = newest_events(warehouse, Selection(**selection), ListedEvent, limit=100)
    return [event.event_id for event in found]


def test_events_come_newest_first(warehouse: Warehouse):
    mine = warehouse.organization_id
    first, second = stored(a_click(NOON, organization=mine), a_click(NOON + SECOND, organization=mine))

    assert ids(warehouse) == [second.event_id, first.event_id]


def test_a_walk_meets_every_event_once_while_new_ones_arrive(warehouse: Warehouse):
    mine = warehouse.organization_id
    same_moment = [a_click(NOON, organization=mine) for _ in range(10)]
    there = stored(*same_moment, *(a_click(NOON - SECOND * n, organization=mine) for n in range(1, 8)))

    met: list[int] = []
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        page, cursor = newest_events(warehouse, Selection(), ListedEvent, limit=4, after=cursor)
        met += [event.event_id for event in page]
        stored(a_click(NOON + SECOND * len(met), organization=mine))

    assert sorted(met) == sorted(event.event_id for event in there)


def test_the_last_page_has_no_cursor_even_when_it_is_full(warehouse: Warehouse):
    stored(*(a_click(organization=warehouse.organization_id) for _ in range(4)))

    page, cursor = newest_events(warehouse, Selection(), ListedEvent, limit=4)

    assert len(page) == 4
    assert cursor is None


@pytest.mark.parametrize("event_id", [0, 1, 2**64 - 1])
def test_a_cursor_survives_its_text(event_id: int):
    cursor = Cursor(NOON + timedelta(milliseconds=1), event_id)

    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "x", "AAAA", "-" * 22, "é" * 22, "A" * 2000, "_" * 22, "f" + "_" * 21])
def test_a_cursor_that_is_not_ours_is_refused(text: str):
    with pytest.raises(BadCursor):
        Cursor.parse(text)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, ["person", "bot"]),
        ({"kinds": Kinds.PEOPLE}, ["person"]),
        ({"kind": Kind.BOT}, ["bot"]),
        ({"link_key": "winter"}, ["bot"]),
        ({"reason": Reason.PAUSED}, ["bot"]),
        ({"start": NOON}, ["person"]),
        ({"end": NOON}, ["bot"]),
        ({"text": "SUMMER SALE"}, ["person"]),
        ({"text": "summer%20sale"}, ["person"]),
        ({"text": "blog.example"}, ["person"]),
        ({"text": "googlebot"}, ["bot"]),
        ({"text": "2001:db8"}, ["bot"]),
        ({"text": "100% '\\ \";--"}, []),
        ({"number": 777}, ["person"]),
    ],
)
def test_a_selection_narrows_by_each_of_its_parts(
    warehouse: Warehouse, selection: dict[str, object], expected: list[str]
):
    mine = warehouse.organization_id
    person = a_click(
        NOON,
        organization=mine,
        query="campaign=summer%20sale",
        parameters={"campaign": "summer sale"},
        referrer="https://blog.example/post",
        visitor_id=777,
    )
    bot = a_bot(NOON - SECOND, organization=mine, link_key="winter", reason=Reason.PAUSED, ip="2001:db8::1")
    stored(person, bot)

    names = {person.event_id: "person", bot.event_id: "bot"}
    assert [names[event_id] for event_id in ids(warehouse, **selection)] == expected


def test_an_event_is_found_by_its_id_with_everything_it_has(warehouse: Warehouse):
    [event] = stored(
        a_click(
            NOON,
            organization=warehouse.organization_id,
            query="a=1&a=2&b",
            headers=(("accept", "*/*"), ("x-twice", "1"), ("x-twice", "2")),
            withheld_headers=("cookie",),
            parameters={"a": "1", "b": ""},
            visitor_is_new=True,
            kind_version=3,
            retention_days=7300,
        )
    )

    found = event_by_id(warehouse, event.event_id)

    assert found is not None
    assert [tuple(header) for header in found.headers] == list(event.headers)
    assert (found.query, found.parameters, found.happened_at) == (event.query, event.parameters, NOON)
    assert (found.withheld_headers, found.kind_version) in ((["cookie"], 3), (("cookie",), 3))


def test_an_event_is_found_however_far_its_time_is_from_its_id(warehouse: Warehouse):
    imported = a_click(datetime(1999, 1, 1, tzinfo=UTC), organization=warehouse.organization_id, event_id=2**63 + 5)
    stored(imported)

    assert event_by_id(warehouse, imported.event_id) is not None


def test_an_event_of_another_organization_is_not_found(warehouse: Warehouse):
    [event] = stored(a_click(organization=a_warehouse().organization_id))

    assert event_by_id(warehouse, event.event_id) is None


def test_bytes_that_are_not_utf8_are_shown_as_what_they_are(warehouse: Warehouse):
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    [event] = stored(
        a_click(
            organization=warehouse.organization_id,
            query=broken,
            headers=(("x-name", broken),),
            parameters={broken: broken},
        )
    )

    found = event_by_id(warehouse, event.event_id)

    assert isinstance(found, Event)
    assert found.query == "caf\\xe9"
    assert tuple(found.headers[0]) == ("x-name", "caf\\xe9")
    assert found.parameters == {"caf\\xe9": "caf\\xe9"}
