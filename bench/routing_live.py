"""How long after publishing every worker decides by what was published."""

import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import NamedTuple

from apps.ingress.snowflake import SEQUENCE_BITS, WORKERS
from bench import programs
from bench.publishing import event_of
from bench.result import Invalid
from bench.server import Server

LOOK_EVERY_S = 0.002
LIMIT_S = 60.0
# gunicorn ends a worker that is not up after 30 s and starts another: on a busy machine the second or third comes up.
START_LIMIT_S = 180.0
_CLICK = re.compile(rb"[?&]cid=([0-9a-z]{21})")


class Published(NamedTuple):
    """Seconds from the beginning until publishing returned, and until the last worker sent a click by the new version."""

    done_s: float
    live_s: float


def published(port: int, *, by: str, key: str, version: int, publish: Callable[[], None]) -> Published:
    """Publishes, and asks each worker all the while where the campaign's link leads. Workers are found by a plain link.

    Errors: Invalid.
    """
    with ExitStack() as stack:
        lookout = _Lookout(_lines_to_workers(stack, port, by), key, b"?v=%d&" % version)
        began = time.monotonic()
        lookout.start()
        publish()
        done = time.monotonic() - began
        lookout.join()
        if lookout.trouble:
            raise Invalid(lookout.trouble)
        return Published(done, lookout.ended_at - began)


def wait_for_workers(server: Server, key: str) -> None:
    """Until each of them sends clicks on this plain link on: a port listens before its workers have read the campaigns.

    Errors: Invalid.
    """
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            with ExitStack() as stack:
                _lines_to_workers(stack, server.program.port, key)
            return
        except (OSError, Invalid) as error:
            if time.monotonic() > deadline:
                end = server.log.read_text(errors="replace")[-2_000:]
                raise Invalid(f"not all workers answer after {START_LIMIT_S:.0f} s: {error}\n{end}") from error


class _Lookout(threading.Thread):
    def __init__(self, lines: Mapping[int, socket.socket], key: str, mark: bytes) -> None:
        super().__init__(name="lookout", daemon=True)
        self.trouble = ""
        self.ended_at = 0.0
        self._lines = dict(lines)
        self._key = key
        self._mark = mark

    def run(self) -> None:
        deadline = time.monotonic() + LIMIT_S
        waiting = set(self._lines)
        try:
            while waiting and time.monotonic() < deadline:
                waiting = {worker for worker in waiting if self._mark not in ask(self._lines[worker], self._key)}
                self.ended_at = time.monotonic()
                time.sleep(LOOK_EVERY_S)
        except OSError as error:
            self.trouble = f"a worker did not answer while campaigns were published: {error}"
        if waiting:
            self.trouble = self.trouble or f"workers {sorted(waiting)} had not heard after {LIMIT_S:.0f} s"


def ask(line: socket.socket, key: str) -> bytes:
    """The head of the answer to a click."""
    line.sendall(f"GET /in/{key} HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: lookout\r\n\r\n".encode())
    return line.recv(65_536)


def _lines_to_workers(stack: ExitStack, port: int, key: str) -> dict[int, socket.socket]:
    """A connection to each worker, by its number. The kernel spreads connections over them, so a few more are opened."""
    found: dict[int, socket.socket] = {}
    for _ in range(programs.WORKERS * 20):
        line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S))
        click = _CLICK.search(ask(line, key))
        if click:
            found.setdefault((event_of(click[1].decode()) >> SEQUENCE_BITS) % WORKERS, line)
        if len(found) == programs.WORKERS:
            return found
    raise Invalid(f"only {len(found)} of {programs.WORKERS} workers answered clicks on {key}")
