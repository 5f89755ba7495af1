"""The same request gets the same answer, and is kept the same, through every adapter."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.event import Event
from apps.ingress.process import this_process
from tests.ingress.make import AGENT, a_link_unit, an_organization_unit
from tests.ingress.servers import Ingress, Reply, read_reply, running_ingress

IDS = re.compile(r"[0-9a-hjkmnp-tv-z]{21}")
UNITS = {
    "organization:7": an_organization_unit(),
    "link:spring": a_link_unit(destination="https://shop.example.com/?c={click_id}&s={param.s}"),
    "link:old": a_link_unit(paused=True),
}
TARGETS = [
    "/in/spring?s=1&s=2&utm_source=news",
    "/in/spring?s=%C3%A9%20+%26%FF&&x",
    "/in/spring?" + "a=" + "x" * 3_000,
    "/in/old",
    "/in/unknown",
    "/in",
    "/in/",
    "/in?org=acme&to=https://example.com/page?a=b",
    "/in?org=acme&to=https%3A%2F%2Fexample.com%2F%0d%0aSet-Cookie:x",
    "/in?org=acme&to=//evil.example",
    "/in?org=acme&to=https://evil.example",
    "/in/spring%2e",
]


@pytest.fixture(scope="module")
def ingress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    routes.publish(broker(), UNITS, whole=True)
    with running_ingress(tmp_path_factory.mktemp("ingress")) as ingress:
        yield ingress
    broker().delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)


def raw(target: str, method: str = "GET", *headers: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: go.example.com", f"User-Agent: {AGENT}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def with_a_body(target: str) -> bytes:
    """What the worker hands over to gunicorn's own protocol and the fallback."""
    return raw(target, "GET", "Content-Length: 1") + b"x"


def through_django(target: str, method: str = "GET") -> Reply:
    this_process().follower.follow_once()
    path, _, query = target.partition("?")
    response = Client().generic(
        method, path, QUERY_STRING=query, HTTP_HOST="go.example.com", HTTP_USER_AGENT=AGENT, RAW_URI=target
    )
    return Reply(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


def essence(reply: Reply) -> tuple[object, ...]:
    """What a visitor gets, without what differs from click to click."""
    location = IDS.sub("ID", reply.headers.get("location", ""))
    names = ("cache-control", "content-security-policy", "x-robots-tag")
    return (
        reply.status,
        location,
        IDS.sub("ID", reply.headers.get("set-cookie", "")),
        *map(reply.headers.get, names),
        reply.body,
    )


def kept(event: Event) -> tuple[object, ...]:
    """What is kept of a request, without what differs from click to click."""
    destination = IDS.sub("ID", event.destination)
    return (
        event.path,
        event.query,
        event.host,
        event.user_agent,
        event.ip,
        event.status,
        event.reason,
        event.link_id,
        destination,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_every_adapter_answers_the_same(ingress: Ingress, target: str) -> None:
    quick = essence(ingress.send(raw(target)))

    assert essence(ingress.send(raw(target), in_pieces=True)) == quick
    assert essence(ingress.send(with_a_body(target))) == quick
    assert essence(through_django(target)) == quick


@pytest.mark.parametrize("target", TARGETS)
def test_every_adapter_keeps_the_same(ingress: Ingress, target: str) -> None:
    ingress.send(raw(target))
    ingress.send(raw(target), in_pieces=True)
    ingress.send(with_a_body(target))

    one, *others = ingress.events()[-3:]
    assert [kept(other) for other in others] == [kept(one), kept(one)]
    assert one.path + (f"?{one.query}" if one.query else "") == target


def test_head_gets_the_same_location_and_no_body(ingress: Ingress) -> None:
    reply = ingress.send(raw("/in/unknown", "HEAD"))
    assert (reply.status, reply.body) == (404, b"")

    found = ingress.send(raw("/in/spring", "HEAD"))
    assert found.headers["location"].startswith("https://shop.example.com/")
    assert ingress.events()[-1].method == "HEAD"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_told_what_is_allowed(ingress: Ingress, method: str) -> None:
    assert ingress.send(raw("/in/spring", method, "Content-Length: 0")).status == 405
    assert through_django("/in/spring", method).status == 405


def test_requests_sent_without_waiting_are_answered_in_order(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(b"".join(raw(f"/in/spring?s={n}") for n in range(20)))
        connection.sendall(raw("/in/unknown", "GET", "Connection: close"))
        received = b""
        while part := connection.recv(65_536):
            received += part

    assert re.findall(rb"&s=(\d+)\r\n", received) == [b"%d" % n for n in range(20)]
    assert received.count(b"HTTP/1.1 ") == 21


def test_a_tracked_link_and_another_path_share_a_connection(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(raw("/in/spring") + raw("/healthz"))
        received = b""
        while b"\r\n\r\nok" not in received:
            received += connection.recv(65_536)

    assert received.index(b"302 Found") < received.index(b"200 OK")


def test_a_connection_that_wants_to_close_is_closed(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(raw("/in/spring", "GET", "Connection: close"))
        assert read_reply(connection).status == 302
        assert connection.recv(1) == b""


def test_http_1_0_is_answered_and_closed(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(b"GET /in/spring HTTP/1.0\r\n\r\n")
        assert read_reply(connection).status == 302
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET /in/spring HTTP/9.9\r\n\r\n",
        b"GET /in/spring\r\n\r\n",
        b"GET /in/spring HTTP/1.1\r\nBad Header: x\r\n\r\n",
        b"GET /in/spring HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /in/\x00 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
        b"GET /in/spring HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + b"\r\n",
    ],
)
def test_nonsense_is_refused_and_the_server_lives(ingress: Ingress, nonsense: bytes) -> None:
    with ingress.connect() as connection:
        connection.sendall(nonsense)
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(65_536)

    assert received == b"" or received.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505"))
    assert ingress.send(raw("/in/spring")).status == 302


def test_a_client_that_leaves_before_its_answer_is_kept_and_harms_nobody(ingress: Ingress) -> None:
    before = len(ingress.events())
    for _ in range(20):
        connection = ingress.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.sendall(raw("/in/spring"))
        connection.close()

    assert ingress.send(raw("/in/spring")).status == 302
    deadline = time.monotonic() + 5
    while len(ingress.events()) <= before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(ingress.events()) > before


def test_ingest_says_it_is_ready_and_how_the_stores_are(ingress: Ingress) -> None:
    reply = ingress.send(raw("/readyz"))

    assert reply.status == 200
    for word in (b'"ready":true', b'"redis":"up"', b'"clickhouse":"up"', b'"postgresql":"up"'):
        assert word in reply.body


def test_with_every_store_away_ingest_stays_ready_and_says_so(tmp_path: Path) -> None:
    nowhere = {
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
        "CLICKHOUSE_URL": "clickhouse://x@127.0.0.1:1/x",
    }

    with running_ingress(tmp_path, **nowhere) as alone:
        reply = alone.send(raw("/readyz"))
        assert (reply.status, reply.body.count(b"down: ")) == (200, 3)
        assert alone.send(raw("/in/spring")).status == 404
        assert [event.reason for event in alone.events()] == ["unknown_key"]


def test_the_tracking_port_has_metrics(ingress: Ingress) -> None:
    body = ingress.send(raw("/metrics", "GET", "Connection: close")).body

    assert b"trellis_clicks_kept_total" in body
    assert b'trellis_clicks_lost_total{worker="0"} 0.0' in body


def test_another_path_on_the_tracking_port_is_not_found(ingress: Ingress) -> None:
    assert ingress.send(raw("/admin/")).status == 404
