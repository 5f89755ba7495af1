"""A visitor's data: all of it handed over, and erased without a count changing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from apps.accounts.models import Organization
from apps.analytics.visitor_data import Erased, UnknownVisitor, erase, json_lines, visitor_named
from apps.attribution.visitors import without_person
from apps.ingress.models import DeadLetter, Erasure, Postback, StoredEvent
from apps.ingress.privacy import shelf
from apps.ingress.privacy.erasing import EMPTIED, digest_of
from apps.ingress.snowflake import click_id, visitor_ids
from apps.ingress.store import store_lines
from apps.ingress.warehouse.connection import client as clickhouse
from tests.analytics.visits import LATER, OTHER, SAID, VISITOR, a_visit, rows
from tests.attribution.make import a_network, a_postback, an_organization_of_its_own, booked, sums
from tests.ingress.make import NOW_MS, a_line
from tests.ingress.postbacks import a_postback_line

pytestmark = [pytest.mark.django_db(databases=["default", "clickhouse"]), pytest.mark.usefixtures("nothing_is_merged")]


@pytest.fixture
def organization_id() -> int:
    return an_organization_of_its_own().pk


def rollup(organization_id: int) -> object:
    sql = """
    SELECT dimension, value, sum(clicks), uniqCombined64Merge(13)(visitors) FROM events_hourly
    WHERE organization_id = {id:UInt64} GROUP BY dimension, value ORDER BY dimension, value
    """
    return clickhouse().execute(sql, {"id": organization_id})


# Who is meant


def test_a_visitor_is_named_by_cookie_by_click_or_by_number(organization_id: int) -> None:
    event = a_visit(organization_id)

    named = [visitor_ids().seal(VISITOR), click_id(event.event_id), str(VISITOR), f"  {VISITOR} "]

    assert {visitor_named(organization_id, text) for text in named} == {VISITOR}


@pytest.mark.parametrize("text", ["", "0", "-1", "nobody", str(2**64), "٣", "7.0", "z" * 21])
def test_what_is_no_id_is_refused_in_a_sentence(organization_id: int, text: str) -> None:
    with pytest.raises(UnknownVisitor, match="neither"):
        visitor_named(organization_id, text)


def test_a_click_of_another_organization_names_nobody(organization_id: int) -> None:
    theirs = a_visit(an_organization_of_its_own().pk)

    with pytest.raises(UnknownVisitor, match="No stored click"):
        visitor_named(organization_id, click_id(theirs.event_id))


# All of it


def test_everything_of_a_visitor_is_handed_over_and_nothing_of_another(organization_id: int) -> None:
    mine = [a_visit(organization_id) for _ in range(3)]
    a_visit(organization_id, OTHER)
    a_visit(an_organization_of_its_own().pk)

    lines = [json.loads(line) for line in json_lines(organization_id, VISITOR)]

    assert [line["event_id"] for line in lines] == [str(event.event_id) for event in mine]
    assert {line["kind_of_record"] for line in lines} == {"event"}
    assert lines[0]["parameters"] == SAID["parameters"]
    assert lines[0]["headers"] == [["User-Agent", "Alices own agent"], ["Accept-Language", "de"]]


def test_more_than_a_page_of_events_comes_whole(organization_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingress.warehouse.visitors.AT_ONCE", 2)
    events = [a_visit(organization_id) for _ in range(5)]

    lines = [json.loads(line) for line in json_lines(organization_id, VISITOR)]

    assert [line["event_id"] for line in lines] == [str(event.event_id) for event in events]


def test_bytes_that_were_no_text_are_handed_over_too(organization_id: int) -> None:
    a_visit(organization_id, user_agent="caf\udce9")

    (line,) = json_lines(organization_id, VISITOR)

    assert json.loads(line)["user_agent"] == "caf\\xe9"


def test_conversions_and_postbacks_are_handed_over(network_of: Any) -> None:
    network, event = network_of
    a_postback(network, click=event, txid="A-1", payout="12.50", status="sale", email="alice@example.com")
    booked()

    lines = [json.loads(line) for line in json_lines(network.organization_id, VISITOR)]

    assert [line["kind_of_record"] for line in lines] == ["event", "conversion", "postback"]
    assert lines[1]["txid"] == "A-1"
    assert "alice%40example.com" in lines[2]["query"]


# Gone


def test_what_a_visitor_said_is_gone_and_what_is_counted_by_stays(organization_id: int) -> None:
    a_visit(organization_id)
    before = rollup(organization_id)

    assert erase(organization_id, VISITOR, LATER) == Erased(1, 0, 0, 0)

    event = StoredEvent.objects.get(organization_id=organization_id)
    assert "lice" not in rows("events", organization_id)
    assert "203.0.113.77" not in rows("events", organization_id)
    assert not any(getattr(event, name) for name in EMPTIED)
    kept = (event.visitor_id, event.country, event.browser, event.utm_source, event.privacy)
    assert kept == (VISITOR, "DE", "Firefox", "news", "erased")
    assert rollup(organization_id) == before


def test_done_twice_there_is_nothing_the_second_time(organization_id: int) -> None:
    a_visit(organization_id)

    counts = [erase(organization_id, VISITOR, LATER).events for _ in range(2)]

    assert counts == [1, 0]


def test_other_visitors_and_other_organizations_keep_everything(organization_id: int) -> None:
    elsewhere = an_organization_of_its_own().pk
    a_visit(organization_id)
    others = [a_visit(organization_id, OTHER), a_visit(elsewhere)]

    erase(organization_id, VISITOR, LATER)

    found = StoredEvent.objects.filter(event_id__in=[event.event_id for event in others])
    assert [(event.ip, event.privacy) for event in found] == [("203.0.113.77", "")] * 2


def test_every_month_of_a_visitor_is_emptied(organization_id: int) -> None:
    for month in (3, 5, 6):
        a_visit(organization_id, happened_at=datetime(2026, month, 9, tzinfo=UTC))

    assert erase(organization_id, VISITOR, LATER).events == 3
    assert "lice" not in rows("events", organization_id)


def test_clicks_that_come_after_it_are_new(organization_id: int) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    a_visit(organization_id, happened_at=moment)
    a_visit(organization_id, happened_at=moment + timedelta(days=1))

    assert erase(organization_id, VISITOR, moment + timedelta(hours=1)).events == 1


def test_conversions_lose_the_words_of_their_click_and_no_money(network_of: Any) -> None:
    network, event = network_of
    a_postback(network, click=event, txid="A-1", payout="12.50", status="sale", email="alice@example.com", sub1="x")
    booked()
    organization_id, before = network.organization_id, sums(network.organization_id)

    done = erase(organization_id, VISITOR, LATER)

    assert (done.conversions, done.postbacks) == (1, 1)
    assert "lice" not in rows("conversions", organization_id)
    assert "alice" not in repr(bytes(Postback.objects.get(organization_id=organization_id).line))
    assert sums(organization_id) == before
    assert erase(organization_id, VISITOR, LATER) == Erased(0, 0, 0, 0)


def test_a_conversion_that_is_taken_back_later_takes_back_as_much(network_of: Any) -> None:
    other = an_organization_of_its_own()
    pairs = [network_of, (a_network(other), a_visit(other.pk))]
    for network, event in pairs:
        a_postback(network, click=event, txid="A-1", payout="12.50", status="sale")
    booked()

    erase(network_of[0].organization_id, VISITOR, LATER)
    for network, event in pairs:
        a_postback(network, click=event, txid="A-1", status="rejected")
    booked()

    erased, whole = (sums(network.organization_id) for network, _ in pairs)
    assert erased == whole
    assert erased["rejected"] == 1
    assert "lice" not in rows("conversions", network_of[0].organization_id)


@pytest.mark.parametrize(
    ("body", "content_type", "left"),
    [
        (b"txid=1&email=a%40b.c&Phone=1", "application/x-www-form-urlencoded", "txid=1"),
        (b'{"txid":"1","email":"a@b.c"}', "application/json", '{"txid":"1"}'),
        (b'{"customer":{"email":"a@b.c","id":7},"txid":"1"}', "application/json", '{"customer":{"id":7},"txid":"1"}'),
        (b'{"txid":"1","email":"a@b.c"}', "text/plain", '{"txid":"1"}'),
        (b'{"txid":"1","email":"a@b.c"}', "application/x-www-form-urlencoded", '{"txid":"1"}'),
        (b'["a@b.c"]', "application/json", ""),
        (b"a@b.c", "text/plain", ""),
        (b"", "text/plain", ""),
    ],
)
def test_a_postbacks_body_loses_what_names_a_person(body: bytes, content_type: str, left: str) -> None:
    line = a_postback_line(body=body, headers={"content_type": content_type, "x_forwarded_for": "203.0.113.77"})

    less = without_person(line)

    said = orjson.loads(less)
    assert (said["body"], said["ip"], [name for name, _ in said["headers"]]) == (left, "", ["Content-Type"])
    assert without_person(less) == less


def test_dead_letters_keep_their_ids_alone(organization_id: int) -> None:
    mine = a_line(organization_id=organization_id, visitor_id=VISITOR, target="/in/alice?email=alice")
    lines = [mine, mine[:-1], a_line(organization_id=organization_id, visitor_id=OTHER, target="/in/alice")]
    letters = [
        DeadLetter.objects.create(
            organization_id=0, segment_id=f"of-{organization_id}", position=n, line=line, created_at=LATER
        )
        for n, line in enumerate(lines, start=1)
    ]

    assert erase(organization_id, VISITOR, LATER).dead_letters == 2

    emptied, garbled, others = (bytes(DeadLetter.objects.get(pk=letter.pk).line) for letter in letters)
    assert orjson.loads(emptied)["id"] == orjson.loads(mine)["id"]
    assert b"alice" not in emptied
    assert garbled == b""
    assert others == lines[2]


def test_a_click_that_comes_late_is_emptied_before_it_is_stored(organization_id: int) -> None:
    requested_at = an_erasure(organization_id)
    new_ms = NOW_MS + 600_000
    lines = [
        a_line(organization_id=organization_id, visitor_id=VISITOR, at_ms=ms, target="/in/alice")
        for ms in (NOW_MS, new_ms)
    ]

    store_lines(f"late-{organization_id}", lines, now=requested_at)

    stored = StoredEvent.objects.filter(organization_id=organization_id).order_by("happened_at")
    assert [(event.path, event.privacy, event.browser) for event in stored] == [
        ("", "erased", "Firefox"),
        ("/in/alice", "", "Firefox"),
    ]


def test_a_late_line_that_cannot_be_stored_is_emptied_before_it_is_kept(organization_id: int) -> None:
    requested_at = an_erasure(organization_id)
    mine, later, others = (
        a_line(organization_id=organization_id, visitor_id=visitor, at_ms=ms, target="/in/alice")
        for visitor, ms in ((VISITOR, NOW_MS), (VISITOR, NOW_MS + 600_000), (OTHER, NOW_MS))
    )
    bad = [orjson.dumps(orjson.loads(line) | {"status": "alice"}) for line in (mine, later, others)]

    assert store_lines(f"late-{organization_id}", [*bad, mine[:-9]], now=requested_at).dead == 4

    letters = DeadLetter.objects.filter(segment_id=f"late-{organization_id}").order_by("position")
    first, second, third, garbled = (bytes(letter.line) for letter in letters)
    assert (second, third, garbled) == (*bad[1:], b"")
    assert (orjson.loads(first)["id"], b"/in/alice" in first) == (orjson.loads(mine)["id"], False)
    assert letters[0].reason == letters[3].reason == "emptied: its visitor was erased"


def test_a_late_line_that_clickhouse_refuses_is_emptied_too(organization_id: int) -> None:
    requested_at = an_erasure(organization_id)
    line = a_line(organization_id=organization_id, visitor_id=VISITOR, at_ms=1_000, target="/in/alice")

    assert store_lines(f"late-{organization_id}", [line], now=requested_at).dead == 1

    letter = DeadLetter.objects.get(organization_id=organization_id)
    assert b"alice" not in bytes(letter.line)


def an_erasure(organization_id: int) -> datetime:
    """The visitor was erased five minutes after the lines' moment, and this process knows; returns when."""
    requested_at = datetime.fromtimestamp(NOW_MS / 1000, UTC) + timedelta(minutes=5)
    Erasure.objects.create(
        organization_id=organization_id, visitor=digest_of(organization_id, VISITOR), requested_at=requested_at
    )
    shelf.fresh(requested_at)
    return requested_at


@pytest.fixture
def network_of(organization_id: int) -> Any:
    """A network, and a click of the visitor's."""
    return a_network(Organization.objects.get(pk=organization_id)), a_visit(organization_id)
