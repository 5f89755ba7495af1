"""Postbacks through the real server and through Django: answered the same, kept the same, whatever they are made of."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.test import Client

from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.postbacks import PostbackRequest, read
from apps.ingress.postbacks.repeats import PREFIX
from apps.ingress.process import this_process
from tests.ingress.postbacks import FORM, JSON, KEY, a_network_unit
from tests.ingress.servers import Ingress, Reply, read_reply, running_ingress

UNITS = {
    f"network:{KEY}": a_network_unit(),
    "network:signed": a_network_unit(network_id=10, secret="s3cret"),
    "network:elsewhere": a_network_unit(network_id=11, addresses=["192.0.2.0/24"]),
    "network:paused": a_network_unit(network_id=12, paused=True),
}
ODD = bytes(range(256)) * 2
_numbers = count(1)


@pytest.fixture(scope="module")
def ingress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    routes.publish(broker(), UNITS, section="networks", whole=True)
    with running_ingress(tmp_path_factory.mktemp("ingress")) as ingress:
        yield ingress
    broker().delete(*routes.KEYS)


def raw(target: str, body: bytes = b"", *, method: str = "", headers: tuple[str, ...] = (), length: int = -1) -> bytes:
    said = len(body) if length < 0 else length
    lines = [f"{method or ('POST' if body else 'GET')} {target} HTTP/1.1", "Host: go.example.com", *headers]
    lines += [f"Content-Length: {said}"] if said else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(target: str, *chunks: bytes) -> bytes:
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: {FORM}\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


def through_django(target: str, body: bytes = b"", *, method: str = "", content_type: str = "") -> Reply:
    this_process().follower.follow_once()
    path, _, query = target.partition("?")
    client = Client(enforce_csrf_checks=True, QUERY_STRING=query, RAW_URI=target, HTTP_HOST="go.example.com")
    response = client.generic(method or ("POST" if body else "GET"), path, body, content_type)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, b"" if method == "HEAD" else response.content)


def essence(reply: Reply) -> tuple[object, ...]:
    names = ("cache-control", "content-type", "content-security-policy", "x-content-type-options", "trellis-result")
    return (reply.status, reply.body, *map(reply.headers.get, names))


def kept_by(ingress: Ingress) -> PostbackRequest:
    return read(ingress.lines()[-1])


def _forget_repeats() -> None:
    for key in broker().scan_iter(f"{PREFIX}*"):
        broker().delete(key)


def _wait_for_line(ingress: Ingress, number: int) -> None:
    deadline = time.monotonic() + 10
    while len(ingress.lines()) < number and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(ingress.lines()) == number


def a_txid() -> str:
    """So that no two are a repeat by accident; Redis may be that of an earlier run."""
    return f"{id(_numbers)}-{next(_numbers)}"


@pytest.mark.parametrize(
    ("target", "body", "method", "content_type"),
    [
        (f"/postback/{KEY}", b"", "", ""),
        (f"/postback/{KEY}?return=thanks&txid=%FF+%zz&&x", b"", "", ""),
        (f"/postback?key={KEY}", b"", "", ""),
        (f"/postback.gif/{KEY}", b"", "", ""),
        (f"/postback.gif?key={KEY}", b"", "HEAD", ""),
        (f"/postback/{KEY}", b"", "HEAD", ""),
        (f"/postback/{KEY}", b"a=1&a=2&return=3", "", FORM),
        (f"/postback/{KEY}", b'{"a": {"b": 1}, "return": "4"}', "", JSON),
        (f"/postback/{KEY}", ODD, "", "application/octet-stream"),
        (f"/postback/{KEY}", b"{", "", JSON),
        ("/postback/paused?return=p", b"", "", ""),
        ("/postback/nobodys?a=1", b"", "", ""),
        ("/postback?a=1", b"", "", ""),
        ("/postback/signed?a=1&sig=00", b"", "", ""),
        ("/postback/elsewhere?a=1", b"", "", ""),
        (f"/postback/{KEY}", b"x" * 65_537, "", FORM),
        (f"/postback/{KEY}", b"", "DELETE", ""),
        (f"/postback/{KEY}", b"a=1", "PUT", FORM),
    ],
)
def test_both_adapters_answer_and_keep_the_same(
    ingress: Ingress, target: str, body: bytes, method: str, content_type: str
) -> None:
    headers = (f"Content-Type: {content_type}",) if content_type else ()
    before = this_process().spool.kept

    quick = ingress.send(raw(target, body, method=method, headers=headers))
    _forget_repeats()
    slow = through_django(target, body, method=method, content_type=content_type)

    assert essence(slow) == essence(quick)
    assert this_process().spool.kept == before + 1
    kept = kept_by(ingress)
    assert kept.path + (f"?{kept.query}" if kept.query else "") == target
    assert kept.body == body[:65_536]


def test_a_repeat_is_told_so_and_kept_too(ingress: Ingress) -> None:
    target = f"/postback/{KEY}?txid={a_txid()}"

    replies = [ingress.send(raw(target)) for _ in range(3)]

    assert [reply.body for reply in replies] == [b"OK", b"OK duplicate", b"OK duplicate"]
    assert {reply.status for reply in replies} == {200}
    assert [read(line).reason for line in ingress.lines()[-3:]] == ["accepted"] * 3


def test_another_process_knows_a_repeat_from_redis(ingress: Ingress) -> None:
    target = f"/postback/{KEY}?txid={a_txid()}"
    ingress.send(raw(target))

    assert through_django(target).body == b"OK duplicate"


def test_a_body_in_chunks_is_put_together(ingress: Ingress) -> None:
    reply = ingress.send(chunked(f"/postback/{KEY}", b"tx", b"id=", a_txid().encode(), b"&a=" + b"x" * 40_000))

    assert reply.body == b"OK"
    assert len(kept_by(ingress).parameters["a"]) == 40_000


def test_a_body_that_is_too_large_is_cut_and_the_connection_closed(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(raw(f"/postback/{KEY}", b"a" * 70_000, length=10_000_000))
        reply = read_reply(connection)

    assert (reply.status, reply.headers["trellis-result"]) == (413, "malformed")
    assert reply.headers["connection"] == "close"
    assert (kept_by(ingress).body, kept_by(ingress).network_id) == (b"a" * 65_536, 9)


def test_a_body_that_ends_early_is_kept_as_far_as_it_came(ingress: Ingress) -> None:
    before = len(ingress.lines())
    with ingress.connect() as connection:
        connection.sendall(raw(f"/postback/{KEY}", b"txid=12", length=100))

    _wait_for_line(ingress, before + 1)
    assert (kept_by(ingress).reason, kept_by(ingress).body) == ("malformed", b"txid=12")


@pytest.mark.parametrize("size", [10, 30_000, 65_000])
def test_a_client_that_sends_and_leaves_is_heard_out(ingress: Ingress, size: int) -> None:
    before, body = len(ingress.lines()), b"a=" + b"x" * (size - 2)

    for _ in range(20):
        with ingress.connect() as connection:
            connection.sendall(raw(f"/postback/{KEY}", body))

    _wait_for_line(ingress, before + 20)
    assert [read(line).body == body for line in ingress.lines()[before:]] == [True] * 20


def test_a_client_that_asks_and_leaves_is_heard_out(ingress: Ingress) -> None:
    before = len(ingress.lines())

    for _ in range(20):
        with ingress.connect() as connection:
            connection.sendall(raw(f"/postback/{KEY}?txid=1"))

    _wait_for_line(ingress, before + 20)
    assert {read(line).reason for line in ingress.lines()[before:]} == {"accepted"}


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(raw(f"/postback/{KEY}", length=6, method="POST", headers=("Expect: 100-continue",)))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"txid=1")
        assert read_reply(connection).status == 200


def test_postbacks_and_clicks_share_a_connection(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(raw("/in/x") + raw(f"/postback/{KEY}", b"a=1") + raw(f"/postback/{KEY}?b=1") + raw("/in/y"))
        connection.sendall(raw("/healthz", headers=("Connection: close",)))
        received = b""
        while part := connection.recv(65_536):
            received += part

    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"404", b"200", b"200", b"404", b"200"]


def test_a_body_that_looks_like_a_request_is_no_request(ingress: Ingress) -> None:
    before = len(ingress.lines())

    ingress.send(raw(f"/postback/{KEY}", b"GET /in/x HTTP/1.1\r\nHost: x\r\n\r\n"))

    assert len(ingress.lines()) == before + 1


def test_an_address_nearby_is_no_postback(ingress: Ingress) -> None:
    before = len(ingress.lines())

    assert ingress.send(raw("/postbacks?key=1")).status == 404
    assert len(ingress.lines()) == before


def test_a_spool_that_cannot_be_written_is_said_so_that_it_is_sent_again() -> None:
    spool = this_process().spool
    lost_before = spool.lost
    spool.refuse("full")
    try:
        reply = through_django(f"/postback/{KEY}?txid={a_txid()}")
    finally:
        spool.refuse("")
        spool.lost = lost_before  # the process is that of other tests too

    assert (reply.status, reply.headers["trellis-result"]) == (503, "not_kept")
    assert reply.headers["retry-after"] == "30"


def test_without_any_store_postbacks_are_kept_and_answered(tmp_path: Path, ingress: Ingress) -> None:
    (tmp_path / "spool").mkdir()
    mirror = (ingress.spool / routes.MIRROR).read_bytes()
    (tmp_path / "spool" / routes.MIRROR).write_bytes(mirror)
    nowhere = {"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgres://x@127.0.0.1:1/x"}

    with running_ingress(tmp_path, **nowhere) as alone:
        replies = [alone.send(raw(f"/postback/{KEY}?txid=1")) for _ in range(2)]

        assert [reply.body for reply in replies] == [b"OK", b"OK duplicate"]
        assert [read(line).reason for line in alone.lines()] == ["accepted"] * 2


def test_metrics_count_postbacks_by_their_answer(ingress: Ingress) -> None:
    ingress.send(raw("/postback/nobodys"))

    body = ingress.send(raw("/metrics", headers=("Connection: close",))).body

    assert b'trellis_postbacks_total{result="unknown_key",worker="0"}' in body


@pytest.mark.parametrize(
    "where", ["/postback/{}?a=1", "/postback.gif/{}", "/postback?a=1&key={}", f"/postback/{KEY}?sig={{}}"]
)
def test_no_log_holds_a_key_or_a_signature(tmp_path: Path, where: str, capfd: pytest.CaptureFixture[str]) -> None:
    with running_ingress(tmp_path, LOG_LEVEL="DEBUG") as ingress:
        ingress.send(raw(where.format("hush-hush"), headers=("Authorization: Bearer hush-hush",)))
    through_django(where.format("hush-hush"))

    assert b"hush-hush" not in (tmp_path / "log").read_bytes()
    assert "hush-hush" not in "".join(capfd.readouterr())
