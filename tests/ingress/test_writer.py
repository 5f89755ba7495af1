from datetime import UTC, datetime, timedelta

import pytest

from apps.ingress.event import Event, Kind, Origin
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.writer import BlockRefused, store_all_but_refused, store_events, stored_ids
from tests.ingress.make import NOW, an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)


def ids_of(organization_id: int) -> list[int]:
    rows = client().execute(
        "SELECT event_id FROM events WHERE organization_id = {id:UInt32} ORDER BY event_id", {"id": organization_id}
    )
    return [event_id for (event_id,) in rows]


def events(number: int, organization_id: int) -> list[Event]:
    return [an_event(organization_id=organization_id) for _ in range(number)]


def test_every_field_of_an_event_comes_back_as_it_was_stored() -> None:
    organization_id = an_organization_id()
    event = an_event(
        organization_id=organization_id,
        event_id=2**64 - 1,
        happened_at=datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC),
        visitor_id=2**63,
        visitor_is_new=True,
        headers=(("Accept", "a"), ("accept", "b"), ("X", "日本")),
        withheld_headers=("Cookie", "Cookie"),
        parameters={"q": "café", "": "empty name"},
        query="q=caf%C3%A9&q=2",
        user_agent="",
        kind=Kind.PREVIEW,
        origin=Origin.IMPORT,
        status=404,
        retention_days=0,
    )

    store_events([event], token=f"whole-{organization_id}")

    (row,) = client().execute(
        "SELECT event_id, happened_at, visitor_id, visitor_is_new, headers, withheld_headers, parameters, query, user_agent, kind, "
        "origin, status, retention_days FROM events WHERE organization_id = {id:UInt32}",
        {"id": organization_id},
    )
    assert row == (
        event.event_id,
        event.happened_at,
        event.visitor_id,
        True,
        [("Accept", "a"), ("accept", "b"), ("X", "日本")],
        ["Cookie", "Cookie"],
        {"q": "café", "": "empty name"},
        "q=caf%C3%A9&q=2",
        "",
        "preview",
        "import",
        404,
        0,
    )


def test_bytes_that_are_no_text_are_stored_byte_for_byte() -> None:
    organization_id = an_organization_id()
    raw = b"q=\xff\xc3\xa9\x00"

    store_events(
        [an_event(organization_id=organization_id, query=raw.decode("utf-8", "surrogateescape"))],
        token=f"raw-{organization_id}",
    )

    ((found,),) = client().execute(
        "SELECT hex(query) FROM events WHERE organization_id = {id:UInt32}", {"id": organization_id}
    )
    assert bytes.fromhex(found) == raw


@pytest.mark.parametrize("word", ["日本", "a\udcff\udcfe"])
def test_beside_bytes_that_are_no_text_every_field_keeps_its_own(word: str) -> None:
    organization_id = an_organization_id()
    event = an_event(
        organization_id=organization_id,
        headers=((word, word),),
        withheld_headers=(word,),
        parameters={word: word},
        user_agent=word,
    )
    other = an_event(query="\udcff", headers=(("\udcff", ""),), withheld_headers=("\udcff",), parameters={"\udcff": ""})

    store_events([event, other], token=f"beside-{organization_id}")

    (found,) = client().execute(
        "SELECT hex(headers[1].1), hex(headers[1].2), hex(withheld_headers[1]), hex(mapKeys(parameters)[1]), "
        "hex(mapValues(parameters)[1]), hex(user_agent) FROM events WHERE organization_id = {id:UInt32}",
        {"id": organization_id},
    )
    assert set(found) == {word.encode("utf-8", "surrogateescape").hex().upper()}


def test_the_same_token_stores_once_however_often_it_is_sent() -> None:
    organization_id = an_organization_id()
    block = events(50, organization_id)

    for _ in range(3):
        store_events(block, token=f"again-{organization_id}")

    assert ids_of(organization_id) == sorted(event.event_id for event in block)


def test_a_block_over_two_months_stores_once_too() -> None:
    organization_id = an_organization_id()
    block = [
        an_event(organization_id=organization_id, happened_at=NOW - timedelta(days=days)) for days in range(0, 100, 10)
    ]

    for _ in range(2):
        store_events(block, token=f"months-{organization_id}")

    assert len(ids_of(organization_id)) == 10


def test_the_same_rows_under_another_token_are_other_work() -> None:
    organization_id = an_organization_id()
    block = events(1, organization_id)

    store_events(block, token=f"one-{organization_id}")
    store_events(block, token=f"two-{organization_id}")

    assert len(ids_of(organization_id)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": 0},
        {"happened_at": LONG_AGO},
        {"event_id": -1},
        {"event_id": 2**64},
        {"status": 70_000},
        {"organization_id": 2**40},
    ],
)
def test_a_row_that_cannot_be_refuses_the_whole_block(change: dict[str, object]) -> None:
    organization_id = an_organization_id()
    bad = an_event(**{"organization_id": organization_id, **change})

    with pytest.raises(BlockRefused):
        store_events([*events(3, organization_id), bad], token=f"bad-{organization_id}-{change}")

    assert ids_of(organization_id) == []


def test_after_a_refusal_the_connection_is_as_good_as_new() -> None:
    organization_id = an_organization_id()
    with pytest.raises(BlockRefused):
        store_events([an_event(organization_id=organization_id, event_id=2**64)], token=f"bad-{organization_id}")

    store_events(events(2, organization_id), token=f"good-{organization_id}")

    assert len(ids_of(organization_id)) == 2


@pytest.mark.parametrize("bad_at", [{0}, {7}, {3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}])
def test_halving_stores_all_but_the_bad_rows(bad_at: set[int]) -> None:
    organization_id = an_organization_id()
    block = events(10, organization_id)
    for at in bad_at:
        block[at] = an_event(organization_id=organization_id, happened_at=LONG_AGO)

    refused = store_all_but_refused(block, token=f"halved-{organization_id}")

    assert {bad.position for bad in refused} == bad_at
    assert all("event_has_a_time" in bad.reason for bad in refused)
    assert ids_of(organization_id) == sorted(event.event_id for at, event in enumerate(block) if at not in bad_at)


def test_halving_twice_stores_once() -> None:
    organization_id = an_organization_id()
    block = [*events(6, organization_id), an_event(organization_id=organization_id, event_id=0)]

    for _ in range(2):
        store_all_but_refused(block, token=f"twice-{organization_id}")

    assert len(ids_of(organization_id)) == 6


def test_which_ids_are_stored_is_told_for_their_organizations_only() -> None:
    organization_id, other = an_organization_id(), an_organization_id()
    (mine,) = events(1, organization_id)
    (theirs,) = events(1, other)
    store_events([mine, theirs], token=f"told-{organization_id}")

    found = stored_ids([organization_id], [mine.event_id, theirs.event_id, 5], NOW - timedelta(hours=1), NOW)

    assert found == {mine.event_id}


def test_no_events_are_no_question() -> None:
    store_events([], token="nothing")
    assert store_all_but_refused([], token="nothing") == []


@pytest.mark.usefixtures("clickhouse_away")
def test_a_store_that_is_away_is_not_a_refusal() -> None:
    with pytest.raises(WarehouseUnavailable):
        store_all_but_refused(events(1, an_organization_id()), token="away")


@pytest.mark.usefixtures("clickhouse_away")
def test_a_store_that_is_away_cannot_tell_what_it_has() -> None:
    with pytest.raises(WarehouseUnavailable):
        stored_ids([1], [1], NOW, NOW)
