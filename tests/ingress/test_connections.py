"""What comes over a connection is kept to the letter, however it is cut into packets, and nobody holds one for ever."""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.ingress.servers import Ingress, read_reply, running_ingress

NOWHERE = {
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
    "CLICKHOUSE_URL": "clickhouse://x@127.0.0.1:1/x",
}
LONG = "/in/spring?a=" + "x" * 20_000
HEAD = f"GET {LONG}&b=%FF HTTP/1.1\r\nhOST: go.example.com\r\nAccept: a\r\nACCEPT: b\r\n\r\n".encode()


@pytest.fixture(scope="module")
def ingress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingress]:
    """A server of little patience: a connection may be idle for a second."""
    folder = tmp_path_factory.mktemp("ingress")
    with running_ingress(folder, **NOWHERE, GUNICORN_CMD_ARGS="--keep-alive 1") as ingress:
        yield ingress


@pytest.mark.parametrize("cuts", [(10,), (4_000,), (1_460, 2_920, 4_380, 20_100), tuple(range(20_000, len(HEAD), 7))])
def test_a_head_in_several_packets_is_kept_to_the_letter(ingress: Ingress, cuts: tuple[int, ...]) -> None:
    with ingress.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip((0, *cuts), (*cuts, len(HEAD)), strict=True):
            connection.sendall(HEAD[start:end])
            time.sleep(0.01)
        reply = read_reply(connection)

    event = ingress.events()[-1]
    assert reply.status == 404
    assert f"{event.path}?{event.query}" == f"{LONG}&b=%FF"
    assert event.headers == (("hOST", "go.example.com"), ("Accept", "a"), ("ACCEPT", "b"))


def test_what_follows_a_head_in_several_packets_is_answered_too(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(HEAD[:5_000])
        time.sleep(0.05)
        connection.sendall(HEAD[5_000:] + b"GET /in HTTP/1.1\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n")
        received = everything_from(connection)

    assert received.count(b"HTTP/1.1 404") == 2
    assert received.endswith(b"\r\n\r\nok")


def test_another_path_may_come_in_several_packets_too(ingress: Ingress) -> None:
    assert ingress.send(b"GET /healthz?and=more HTTP/1.1\r\nHost: x\r\n\r\n", in_pieces=True).body == b"ok"


def test_a_head_without_end_is_refused(ingress: Ingress) -> None:
    with ingress.connect() as connection:
        connection.sendall(b"GET /in/spring?" + b"x" * 400_000)

        assert b" 302 " not in everything_from(connection)


@pytest.mark.parametrize("begun", [b"", b"G", b"GET /in/spring", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_a_connection_that_is_begun_and_left_is_closed(ingress: Ingress, begun: bytes) -> None:
    with ingress.connect() as connection:
        connection.settimeout(6)
        connection.sendall(begun)

        assert connection.recv(1) == b""


def test_a_client_that_asks_and_never_reads_is_dropped(ingress: Ingress) -> None:
    before = len(ingress.events())
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", ingress.port))
        connection.sendall(b"GET /in HTTP/1.1\r\n\r\n" * 12_000)
        time.sleep(4)
        answers = everything_from(connection).count(b"</html>")

    assert answers < len(ingress.events()) - before


def everything_from(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection, in good order or not."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1_000_000):
            received += part
    return received
