from datetime import timedelta

import orjson
import pytest

from apps.ingress.models import DeadLetter, StoredEvent
from apps.ingress.store import Stored, store_lines
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.ingress.make import NOW, NOW_MS, a_line, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def a_segment(organization_id: int, number: int = 5, **changes: object) -> list[bytes]:
    return [a_line(organization_id=organization_id, **changes) for _ in range(number)]


def count_of(organization_id: int) -> int:
    return StoredEvent.objects.filter(organization_id=organization_id).count()


def test_the_lines_of_a_segment_become_enriched_events() -> None:
    organization_id = an_organization_id()

    stored = store_lines(
        f"s{organization_id}", [a_line(organization_id=organization_id, headers={"user_agent": "curl/8"})], now=NOW
    )

    event = StoredEvent.objects.get(organization_id=organization_id)
    assert stored == Stored(stored=1, dead=0, skipped=0)
    assert (event.kind, event.stored_at, event.parameters) == ("bot", NOW, {"utm_source": "news"})


def test_a_segment_stored_again_is_stored_once() -> None:
    organization_id = an_organization_id()
    lines = a_segment(organization_id)

    for _ in range(3):
        store_lines(f"s{organization_id}", lines, now=NOW)

    assert count_of(organization_id) == 5


def test_a_segment_that_comes_after_its_token_was_forgotten_is_stored_once() -> None:
    organization_id = an_organization_id()
    lines = a_segment(organization_id)
    store_lines(f"first-{organization_id}", lines, now=NOW)

    # Another token is what a forgotten one amounts to.
    late = store_lines(f"second-{organization_id}", lines, now=NOW + timedelta(hours=5))

    assert late == Stored(stored=0, dead=0, skipped=5)
    assert count_of(organization_id) == 5


def test_of_a_late_segment_what_is_missing_is_stored() -> None:
    organization_id = an_organization_id()
    lines = a_segment(organization_id, 6)
    store_lines(f"part-{organization_id}", lines[:4], now=NOW)

    late = store_lines(f"whole-{organization_id}", lines, now=NOW + timedelta(hours=5))

    assert (late.stored, late.skipped) == (2, 4)
    assert count_of(organization_id) == 6


def test_one_bad_line_does_not_hold_up_the_others() -> None:
    organization_id = an_organization_id()
    lines = a_segment(organization_id, 3)
    lines.insert(1, b'{"torn": ')

    stored = store_lines(f"s{organization_id}", lines, now=NOW)

    letter = DeadLetter.objects.get(segment_id=f"s{organization_id}")
    assert (stored.stored, stored.dead) == (3, 1)
    assert (letter.position, bytes(letter.line), letter.status) == (2, b'{"torn": ', "waiting")
    assert "JSONDecodeError" in letter.reason


def test_a_row_that_clickhouse_refuses_becomes_a_dead_letter_of_its_organization() -> None:
    organization_id = an_organization_id()
    bad = a_line(organization_id=organization_id, at_ms=1_000)

    stored = store_lines(f"s{organization_id}", [*a_segment(organization_id, 3), bad], now=NOW)

    letter = DeadLetter.objects.get(segment_id=f"s{organization_id}")
    assert (stored.stored, stored.dead) == (3, 1)
    assert (letter.organization_id, letter.position, bytes(letter.line)) == (organization_id, 4, bad)
    assert "event_has_a_time" in letter.reason


def test_a_bad_line_sent_twice_is_one_dead_letter() -> None:
    organization_id = an_organization_id()

    for _ in range(2):
        store_lines(f"s{organization_id}", [b"\x00\xff not a line"], now=NOW)

    assert DeadLetter.objects.filter(segment_id=f"s{organization_id}").count() == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"\x00",
        a_line(event_id=0),
        a_line(event_id=2**64 - 1, status=99_999),
        orjson.dumps({**orjson.loads(a_line()), "org": "seven"}),
        orjson.dumps({**orjson.loads(a_line()), "org": -1}),
        orjson.dumps({**orjson.loads(a_line()), "days": 1.5}),
        orjson.dumps({**orjson.loads(a_line()), "new": "maybe"}),
        orjson.dumps({**orjson.loads(a_line()), "ip": ["a"]}),
        orjson.dumps({**orjson.loads(a_line()), "headers": [["a"]]}),
        orjson.dumps({**orjson.loads(a_line()), "visitor": None}),
    ],
)
def test_a_hostile_line_is_put_aside_and_its_neighbours_are_stored(line: bytes) -> None:
    organization_id = an_organization_id()
    before, after = a_segment(organization_id, 2)

    stored = store_lines(f"s{organization_id}", [before, line, after], now=NOW)

    assert stored.dead == 1
    assert count_of(organization_id) == 2


@pytest.mark.usefixtures("clickhouse_away")
def test_while_clickhouse_is_away_nothing_is_settled() -> None:
    organization_id = an_organization_id()

    with pytest.raises(WarehouseUnavailable):
        store_lines(f"s{organization_id}", [b"bad line", *a_segment(organization_id)], now=NOW)

    assert not DeadLetter.objects.filter(segment_id=f"s{organization_id}").exists()


def test_an_empty_segment_stores_nothing() -> None:
    assert store_lines("empty", [], now=NOW) == Stored(0, 0, 0)


def test_retention_is_applied_by_clickhouse_itself() -> None:
    organization_id = an_organization_id()
    old_ms = NOW_MS - 40 * 86_400_000
    lines = [
        a_line(organization_id=organization_id, at_ms=old_ms, retention_days=30, event_id=organization_id),
        a_line(organization_id=organization_id, at_ms=old_ms, retention_days=50_000, event_id=organization_id + 1),
        a_line(organization_id=organization_id, at_ms=old_ms, retention_days=0, event_id=organization_id + 2),
    ]

    store_lines(f"s{organization_id}", lines, now=NOW)
    client().execute("OPTIMIZE TABLE events FINAL")

    kept = StoredEvent.objects.filter(organization_id=organization_id).values_list("event_id", flat=True)
    assert set(kept) == {organization_id + 1, organization_id + 2}
