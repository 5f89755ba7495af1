"""What a retry finds that an attempt left behind when it was cut off: stored in part, or remembered and not stored."""

from datetime import timedelta

import orjson
import pytest

from apps.ingress.line import decode
from apps.ingress.store import Stored, store_lines
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.writer import store_events
from tests.ingress.make import NOW, NOW_MS, a_line, an_organization_id

pytestmark = [pytest.mark.faults, pytest.mark.django_db(databases=["default", "clickhouse"])]

LATER = NOW + timedelta(minutes=5)


def times_stored(organization_id: int) -> list[int]:
    rows = client().execute(
        "SELECT count() FROM events WHERE organization_id = {id:UInt32} GROUP BY event_id", {"id": organization_id}
    )
    return [times for (times,) in rows]


def test_a_token_that_clickhouse_remembers_without_the_rows_does_not_swallow_them() -> None:
    organization_id = an_organization_id()
    lines = [a_line(organization_id=organization_id) for _ in range(5)]
    store_lines(f"s{organization_id}", lines, now=NOW)
    # What a kill between the server's log of tokens and its rows leaves: the one without the other.
    client().execute(
        "ALTER TABLE events DELETE WHERE organization_id = {id:UInt32} SETTINGS mutations_sync = 1",
        {"id": organization_id},
    )
    assert times_stored(organization_id) == []

    again = store_lines(f"s{organization_id}", lines, now=NOW, look_first=True)

    assert again == Stored(stored=5, dead=0, skipped=0)
    assert times_stored(organization_id) == [1] * 5


def test_halving_that_was_cut_off_goes_on_where_it_was() -> None:
    organization_id = an_organization_id()
    lines = [a_line(organization_id=organization_id) for _ in range(8)]
    lines[6] = a_line(organization_id=organization_id, at_ms=1_000)
    store_events([decode(line) for line in lines[:4]], token=f"s{organization_id}.0")

    again = store_lines(f"s{organization_id}", lines, now=NOW, look_first=True)

    assert again == Stored(stored=3, dead=1, skipped=4)
    assert times_stored(organization_id) == [1] * 7


@pytest.mark.parametrize("bad_position", range(8))
def test_halving_twice_with_a_look_between_stores_once(bad_position: int) -> None:
    organization_id = an_organization_id()
    lines = [a_line(organization_id=organization_id) for _ in range(8)]
    lines[bad_position] = b"{"
    lines[(bad_position + 3) % 8] = a_line(organization_id=organization_id, event_id=0)

    for _ in range(2):
        store_lines(f"s{organization_id}", lines, now=NOW, look_first=True)

    assert times_stored(organization_id) == [1] * 6


def test_a_late_segment_whose_last_click_fell_within_a_second_is_stored_once() -> None:
    organization_id = an_organization_id()
    lines = [a_line(organization_id=organization_id, at_ms=NOW_MS + ms) for ms in (300, 999, 1_001, 1_999)]
    store_lines(f"first-{organization_id}", lines, now=NOW)

    late = store_lines(f"second-{organization_id}", lines, now=LATER)

    assert late == Stored(stored=0, dead=0, skipped=4)
    assert times_stored(organization_id) == [1] * 4


@pytest.mark.parametrize(
    "change",
    [
        {"id": "twelve"},
        {"id": -1},
        {"id": 2**64},
        {"id": True},
        {"org": 2**32},
        {"org": None},
        {"at": 10**15},
        {"at": 253_402_300_799_999},
        {"at": -(10**14)},
        {"at": "noon"},
        {"to": 5},
        {"ip": None},
        {"withheld": [5]},
        {"reason": ["a"]},
        {"days": -1},
        {"status": 70_000},
        {"new": "no"},
    ],
)
def test_a_hostile_line_in_a_segment_that_waited_long_is_put_aside_too(change: dict[str, object]) -> None:
    organization_id = an_organization_id()
    before, after = (a_line(organization_id=organization_id) for _ in range(2))
    hostile = {**orjson.loads(a_line(organization_id=organization_id)), **change}
    line = (
        orjson.dumps(hostile)
        if change != {"id": 2**64}
        else orjson.dumps({**hostile, "id": 0}).replace(b":0", b":%d" % 2**64)
    )

    for _ in range(2):
        stored = store_lines(f"s{organization_id}", [before, line, after], now=LATER)

    assert (stored.dead, stored.skipped) == (1, 2)
    assert times_stored(organization_id) == [1, 1]
