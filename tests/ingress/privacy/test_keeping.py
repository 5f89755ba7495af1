"""What the store task keeps of a click and of a postback, by the policy of the organization."""

from collections.abc import Iterator
from datetime import UTC

import orjson
import pytest

from apps.ingress.access_log import Format
from apps.ingress.access_log_event import Import
from apps.ingress.access_log_formats import reader_for
from apps.ingress.dead_letters import discard, replay
from apps.ingress.enrich import tables
from apps.ingress.event import Privacy
from apps.ingress.imports import bring_line
from apps.ingress.labelling.document import dump
from apps.ingress.labelling.labels import Line
from apps.ingress.labelling.shelf import fresh as fresh_labels
from apps.ingress.models import (
    AddressKey,
    DeadLetter,
    KnownNetwork,
    LabelTable,
    Postback,
    StoredEvent,
    TableRevision,
)
from apps.ingress.privacy.addresses import hash_of
from apps.ingress.rules import parse
from apps.ingress.snowflake import visitor_ids
from apps.ingress.store import store_lines
from apps.ingress.warehouse.connection import client
from tests.ingress.make import NOW, a_line, an_organization_id
from tests.ingress.postbacks import a_postback_line
from tests.ingress.privacy.make import PEER, a_policy, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def exits() -> Iterator[None]:
    """One address is known for what it is."""
    KnownNetwork.objects.create(network=f"{PEER}/32", kind="tor", owner="An exit")
    TableRevision.bump("networks")
    tables.fresh(NOW)
    yield
    KnownNetwork.objects.all().delete()
    TableRevision.bump("networks")
    tables.fresh(NOW)


def everything_said(organization_id: int) -> str:
    """The whole row as ClickHouse has it."""
    return repr(client().execute("SELECT * FROM events WHERE organization_id = {id:UInt32}", {"id": organization_id}))


def test_without_a_policy_everything_is_kept() -> None:
    event = stored(an_organization_id(), headers={"x_forwarded_for": "198.51.100.1"})

    assert (event.ip, event.privacy) == (PEER, "")
    assert ("X-Forwarded-For", "198.51.100.1") in event.headers


@pytest.mark.parametrize(
    ("address", "left", "said"), [("truncated", "203.0.113.0", "truncated"), ("none", "", "no_address")]
)
def test_an_address_is_stored_as_the_policy_says_and_stands_nowhere_else(address: str, left: str, said: str) -> None:
    organization_id = a_policy(address)

    event = stored(organization_id, headers={"x_forwarded_for": PEER, "x_real_ip": PEER, "via": f"1.1 {PEER}"})

    assert (event.ip, event.privacy) == (left, said)
    assert PEER not in everything_said(organization_id)
    assert {"X-Forwarded-For", "X-Real-Ip", "Via"} <= {*event.withheld_headers}


def test_a_hash_is_of_the_key_of_the_day() -> None:
    organization_id = a_policy("hashed")

    event = stored(organization_id)

    key = AddressKey.objects.get(organization_id=organization_id)
    assert (key.on, event.ip) == (NOW.date(), hash_of(PEER, bytes(key.key)))
    assert PEER not in everything_said(organization_id)


def test_what_is_found_by_an_address_is_found_by_all_of_it(exits: None) -> None:
    organization_id = a_policy("truncated")

    event = stored(organization_id)

    assert (event.ip, event.network_kind, event.network_owner) == ("203.0.113.0", "tor", "An exit")


def test_a_rule_sees_the_address_as_it_is_stored() -> None:
    organization_id = a_policy("truncated")
    wide, narrow = (
        Line(number, parse({"field": "ip", "op": "in_network", "value": [network]}))
        for number, network in ((1, "203.0.113.9/32"), (2, "203.0.113.0/24"))
    )
    LabelTable.objects.create(
        organization_id=organization_id, edition=1, document=dump([wide, narrow]), published_at=NOW
    )
    fresh_labels(NOW)

    assert stored(organization_id).label_campaign_id == 2


@pytest.mark.parametrize("header", ["dnt", "sec_gpc"])
def test_who_asks_not_to_be_tracked_is_kept_without_address(header: str) -> None:
    organization_id = a_policy(signal="no_address")

    event = stored(organization_id, headers={header: "1"}, visitor_id=5)

    assert (event.ip, event.visitor_id, event.privacy) == ("", 5, "no_address")


def test_who_asks_not_to_be_tracked_is_a_visitor_of_one_click() -> None:
    organization_id = a_policy(signal="unlinked")
    sealed = visitor_ids().seal(5)

    event = stored(
        organization_id, headers={"sec_gpc": "1"}, visitor_id=5, destination=f"https://shop.example.com/?v={sealed}"
    )

    assert (event.ip, event.visitor_id, event.privacy) == ("", event.event_id, "unlinked")
    assert sealed not in everything_said(organization_id)


@pytest.mark.parametrize("headers", [{}, {"dnt": "0"}, {"sec_gpc": "yes"}])
def test_who_does_not_ask_is_kept_like_everybody(headers: dict[str, str]) -> None:
    event = stored(a_policy(signal="unlinked"), headers=headers, visitor_id=5)

    assert (event.ip, event.visitor_id, event.privacy) == (PEER, 5, "")


def test_another_organizations_policy_is_another_matter() -> None:
    a_policy("none")

    assert stored(an_organization_id()).ip == PEER


def test_a_postback_of_a_pixel_is_kept_without_the_visitors_address() -> None:
    organization_id = a_policy("none")
    line = a_postback_line(organization_id=organization_id, headers={"x_forwarded_for": PEER})

    store_lines(f"postback-{organization_id}", [line], now=NOW)

    kept = orjson.loads(bytes(Postback.objects.get(organization_id=organization_id).line))
    assert kept["ip"] == ""
    assert PEER not in repr(kept)
    assert "X-Forwarded-For" in kept["withheld"]
    assert kept["query"] == orjson.loads(line)["query"]


def test_the_words_of_an_event_name_every_way_of_keeping_less() -> None:
    assert [*Privacy] == ["", "truncated", "hashed", "no_address", "unlinked", "erased"]


def test_a_dead_letter_of_who_keeps_less_has_no_line_once_it_is_settled() -> None:
    organization_id, other = a_policy("none"), an_organization_id()
    letters = [a_letter(number) for number in (organization_id, other)]

    assert discard(letters, NOW) == 2

    assert [bytes(DeadLetter.objects.get(pk=letter.pk).line) for letter in letters] == [b"", b"a line"]


def test_a_dead_letter_is_replayed_by_the_policy_of_its_organization() -> None:
    organization_id = a_policy("truncated")
    letter = a_letter(organization_id, line=a_line(organization_id=organization_id))

    assert replay([letter], lambda: NOW).replayed == 1

    assert StoredEvent.objects.get(organization_id=organization_id).ip == "203.0.113.0"
    assert bytes(DeadLetter.objects.get(pk=letter.pk).line) == b""


def test_an_imported_log_is_kept_by_the_policy_too() -> None:
    organization_id = a_policy("none")
    line = b'203.0.113.9 - - [22/Nov/2026:11:00:00 +0000] "GET /in/a HTTP/1.1" 200 5 "-" "curl/8"'

    bring_line(Import(organization_id, reader_for(Format.COMBINED, UTC)), line, 0, lambda: NOW)

    event = StoredEvent.objects.get(organization_id=organization_id)
    assert (event.ip, event.user_agent, event.privacy) == ("", "curl/8", "no_address")


def a_letter(organization_id: int, line: bytes = b"a line") -> DeadLetter:
    return DeadLetter.objects.create(
        organization_id=organization_id, segment_id=f"letter-{organization_id}", position=1, line=line, created_at=NOW
    )
