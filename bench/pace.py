"""A client that sends at a steady rate, whatever the server does: `python -m bench.pace`, one process of its own.

Every request has a moment at which it is due; its latency counts from there, so a server that stalls is not spared the requests
it kept waiting. Sockets and epoll by hand, because at 20,000/s asyncio would take the cores from what is measured.
"""

import argparse
import gc
import json
import select
import socket
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.statistic import percentile
from bench.traffic import CLICK_MARK

CLICK_ID_CHARS = 21
SAMPLES_PER_S = 20
LAST_ANSWERS_S = 10.0
REDIRECT = b"HTTP/1.1 302 "
# Requests due within a tick leave together; shorter ticks cost more CPU than they are worth.
TICK_S = 0.001


@dataclass(frozen=True)
class Paced:
    """What happened. `took_s` is until the last request left; `refused` answers were no redirect to us."""

    sent: int
    answered: int
    refused: int
    took_s: float
    p50_ms: float
    p99_ms: float


class Pacer:
    """One run. Click ids of the answers are in `click_ids`, some of them printed at once for whoever looks for them."""

    def __init__(self, port: int, heads: list[bytes], *, rate: int, seconds: float, connections: int) -> None:
        self.click_ids: list[bytes] = []
        self._heads = heads
        self._rate = rate
        self._total = int(rate * seconds)
        self._sample_every = sample_every(rate)
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._idle: deque[socket.socket] = deque()
        self._due_at: dict[int, float] = {}
        self._latencies: list[float] = []
        self._sent = self._refused = 0
        for _ in range(connections):
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._poll.register(connection.fileno(), select.EPOLLIN)
            self._sockets[connection.fileno()] = connection
            self._idle.append(connection)

    def run(self) -> Paced:
        """Send everything and wait for the answers; the connections are closed afterwards."""
        began = time.monotonic()
        while self._sent < self._total:
            self._send_what_is_due(began)
            self._receive(TICK_S)
        took_s = time.monotonic() - began
        while self._due_at and time.monotonic() < began + took_s + LAST_ANSWERS_S:
            self._receive(TICK_S)
        self._close()
        return Paced(
            sent=self._sent,
            answered=len(self.click_ids),
            refused=self._refused,
            took_s=took_s,
            p50_ms=percentile(self._latencies, 0.5) * 1000,
            p99_ms=percentile(self._latencies, 0.99) * 1000,
        )

    def _send_what_is_due(self, began: float) -> None:
        due = min(int((time.monotonic() - began) * self._rate), self._total)
        while self._sent < due and self._idle:
            connection = self._idle.popleft()
            connection.send(self._heads[self._sent % len(self._heads)])
            self._due_at[connection.fileno()] = began + self._sent / self._rate
            self._sent += 1

    def _receive(self, timeout_s: float) -> None:
        for descriptor, _ in self._poll.poll(timeout_s):
            connection = self._sockets[descriptor]
            answer = connection.recv(65_536)
            at = answer.find(CLICK_MARK) + len(CLICK_MARK)
            if answer.startswith(REDIRECT) and answer.endswith(b"\r\n\r\n") and at >= len(CLICK_MARK):
                self._redirected(answer[at : at + CLICK_ID_CHARS])
            else:
                self._refused += 1
            self._latencies.append(time.monotonic() - self._due_at.pop(descriptor))
            if answer:
                self._idle.append(connection)
            else:
                self._poll.unregister(descriptor)

    def _close(self) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._poll.close()

    def _redirected(self, click_id: bytes) -> None:
        self.click_ids.append(click_id)
        if len(self.click_ids) % self._sample_every == 0:
            print(click_id.decode(), flush=True)


def sample_every(rate: int) -> int:
    """Of how many answers one is printed at this rate."""
    return max(rate // SAMPLES_PER_S, 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pace")
    for name in ("port", "rate", "seconds", "connections"):
        parser.add_argument(name, type=int)
    parser.add_argument("requests", type=Path, help="heads, each followed by a zero byte")
    parser.add_argument("ids", type=Path, help="where the click ids go, one a line")
    options = parser.parse_args()
    heads = options.requests.read_bytes().split(b"\0")[:-1]
    gc.disable()  # a collection would look like a slow server; one run's lists fit in memory
    pacer = Pacer(options.port, heads, rate=options.rate, seconds=options.seconds, connections=options.connections)
    paced = pacer.run()
    options.ids.write_bytes(b"".join(click_id + b"\n" for click_id in pacer.click_ids))
    print("DONE", json.dumps(asdict(paced)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
