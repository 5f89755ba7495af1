"""From a segment to rows: postbacks stand beside clicks, and each is stored once."""

from datetime import timedelta

import orjson
import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from apps.ingress.dead_letters import replay
from apps.ingress.models import DeadLetter, Postback, StoredEvent
from apps.ingress.postbacks import read
from apps.ingress.store import Stored, store_lines
from apps.ingress.tasks import forget_nobodys_postbacks
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.ingress.make import NOW, a_line, an_organization_id
from tests.ingress.postbacks import KEY, a_postback_line

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def a_mixed_segment(organization_id: int) -> list[bytes]:
    """A click, a postback, and so on; four of each."""
    makers = (a_line, a_postback_line)
    return [make(organization_id=organization_id) for _ in range(4) for make in makers]


def clicks_of(organization_id: int) -> int:
    return int(StoredEvent.objects.filter(organization_id=organization_id).count())


def test_clicks_go_to_clickhouse_and_postbacks_to_postgresql() -> None:
    organization_id = an_organization_id()

    stored = store_lines(f"s{organization_id}", a_mixed_segment(organization_id), now=NOW)

    assert stored == Stored(stored=4, dead=0, skipped=0, postbacks=4)
    assert clicks_of(organization_id) == Postback.objects.filter(organization_id=organization_id).count() == 4


def test_a_postback_is_stored_as_the_line_it_was() -> None:
    line = a_postback_line(f"/postback/{KEY}?txid=%FF%00", b"\x00\xff", network_id=3, reason="bad_signature")

    store_lines("one", [line], now=NOW)

    row = Postback.objects.get()
    assert bytes(row.line) == line
    assert (row.pk, row.network_id, row.reason, row.received_at, row.booked_at) == (
        read(line).id,
        3,
        "bad_signature",
        NOW,
        None,
    )
    assert read(bytes(row.line)).body == b"\x00\xff"


def test_a_segment_sent_again_stores_its_postbacks_once() -> None:
    organization_id = an_organization_id()
    lines = a_mixed_segment(organization_id)

    for look_first in (False, False, True):
        store_lines(f"s{organization_id}", lines, now=NOW, look_first=look_first)

    assert clicks_of(organization_id) == Postback.objects.count() == 4


def test_sent_again_a_postback_that_is_booked_stays_so() -> None:
    line = a_postback_line()
    store_lines("one", [line], now=NOW)
    Postback.objects.update(booked_at=NOW)

    store_lines("two", [line], now=NOW)

    assert Postback.objects.get().booked_at == NOW


def test_a_segment_of_postbacks_alone_does_not_ask_for_clicks() -> None:
    lines = [a_postback_line() for _ in range(3)]

    assert store_lines("one", lines, now=NOW + timedelta(hours=1), look_first=True) == Stored(0, 0, 0, 3)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"type":"postback","id":',
        b'{"type":"postback"}',
        a_postback_line(id=0),
        a_postback_line(id=2**63),
        a_postback_line(reason=""),
    ],
)
def test_a_bad_postback_is_put_aside_and_its_neighbours_are_stored(bad: bytes) -> None:
    organization_id = an_organization_id()
    lines = [*a_mixed_segment(organization_id), bad]

    stored = store_lines(f"s{organization_id}", lines, now=NOW)

    assert (stored.stored, stored.postbacks, stored.dead) == (4, 4, 1)
    assert bytes(DeadLetter.objects.get().line) == bad


def test_a_postback_of_a_dead_letter_is_replayed() -> None:
    line = a_postback_line()
    letter = DeadLetter.objects.create(
        organization_id=0, segment_id="s", position=1, line=line, reason="not understood yet", created_at=NOW
    )

    for _ in range(2):
        replay(DeadLetter.objects.filter(pk=letter.pk), lambda: NOW)

    assert bytes(Postback.objects.get().line) == line
    assert DeadLetter.objects.get().status == "replayed"


@pytest.mark.usefixtures("clickhouse_away")
def test_while_clickhouse_is_away_a_segment_with_clicks_waits_whole() -> None:
    organization_id = an_organization_id()

    with pytest.raises(WarehouseUnavailable):
        store_lines(f"s{organization_id}", a_mixed_segment(organization_id), now=NOW)

    assert not Postback.objects.exists()


@pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)
def test_clicks_of_a_segment_whose_postbacks_had_to_wait_are_not_doubled() -> None:
    organization_id = an_organization_id()
    lines = a_mixed_segment(organization_id)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ingress_postback RENAME TO away")
    try:
        with pytest.raises(ProgrammingError, match="ingress_postback"):
            store_lines(f"s{organization_id}", lines, now=NOW)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO ingress_postback")

    store_lines(f"s{organization_id}", lines, now=NOW, look_first=True)

    assert clicks_of(organization_id) == Postback.objects.filter(organization_id=organization_id).count() == 4


def test_unbooked_are_the_accepted_ones_oldest_first() -> None:
    lines = [
        a_postback_line(id=number, reason=reason) for number, reason in ((3, "accepted"), (1, "accepted"), (2, "head"))
    ]
    store_lines("one", [*lines, a_postback_line(id=4)], now=NOW)
    Postback.objects.filter(pk=4).update(booked_at=NOW)

    assert [row.pk for row in Postback.objects.unbooked()] == [1, 3]


def test_a_line_in_another_order_is_no_postback_and_no_click() -> None:
    shuffled = orjson.dumps(dict(reversed(orjson.loads(a_postback_line()).items())))

    assert store_lines("one", [shuffled], now=NOW).dead == 1


def test_postbacks_under_keys_that_are_nobodys_are_forgotten_after_a_month() -> None:
    now_ms = int(timezone.now().timestamp() * 1000)
    month_ms = 31 * 86_400_000
    lines = [
        a_postback_line(organization_id=0, network_id=0, reason="unknown_key", at_ms=now_ms - month_ms),
        a_postback_line(organization_id=0, network_id=0, reason="unknown_key", at_ms=now_ms),
        a_postback_line(organization_id=7, at_ms=now_ms - month_ms),
    ]
    store_lines("three", lines, now=timezone.now())

    assert (forget_nobodys_postbacks(), forget_nobodys_postbacks()) == (1, 0)

    assert set(Postback.objects.values_list("organization_id", flat=True)) == {0, 7}
