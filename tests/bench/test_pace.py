"""The paced client against a server that answers what it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.pace import Pacer, sample_every

REDIRECT = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://shop.example.com/?a=1&cid=%021d\r\n\r\n"
HEADS = [b"GET /in/a HTTP/1.1\r\n\r\n"]


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """A port where every request on every connection gets this answer, numbered when it has a place for a number."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket, answer: bytes) -> None:
    numbers = iter(range(1_000_000))
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, answer, numbers), daemon=True).start()


def _serve(connection: socket.socket, answer: bytes, numbers: Iterator[int]) -> None:
    with connection:
        while connection.recv(65_536):
            connection.sendall(answer % next(numbers) if b"%" in answer else answer)


def test_all_requests_are_sent_and_every_click_id_collected() -> None:
    with server(REDIRECT) as port:
        pacer = Pacer(port, HEADS, rate=500, seconds=0.4, connections=4)
        paced = pacer.run()

    assert (paced.sent, paced.answered, paced.refused) == (200, 200, 0)
    assert sorted(pacer.click_ids) == [b"%021d" % n for n in range(200)]


def test_requests_leave_no_earlier_than_they_are_due() -> None:
    with server(REDIRECT) as port:
        paced = Pacer(port, HEADS, rate=100, seconds=0.5, connections=4).run()

    assert paced.took_s >= 49 / 100


def test_what_is_no_redirect_is_counted_as_refused() -> None:
    with server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        paced = Pacer(port, HEADS, rate=200, seconds=0.1, connections=2).run()

    assert (paced.sent, paced.answered, paced.refused) == (20, 0, 20)


def test_some_click_ids_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    with server(REDIRECT) as port:
        pacer = Pacer(port, HEADS, rate=200, seconds=0.5, connections=2)
        pacer.run()

    printed = capsys.readouterr().out.split()
    assert len(printed) == 10
    assert set(printed) <= {click_id.decode() for click_id in pacer.click_ids}


def test_at_any_rate_about_twenty_a_second_are_printed() -> None:
    assert [sample_every(rate) for rate in (5, 200, 10_000)] == [1, 10, 500]
