"""Visitors who click at a steady pace over kept connections, and write down the id of every redirect they received."""

import asyncio
import contextlib
import re
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

from apps.ingress.snowflake import SealedIds
from tests.faults.waiting import until

ANSWER_LIMIT_S = 30.0
RECONNECT_S = 0.05
MOST_SECONDS = 900.0
_CLICK = re.compile(rb"trl_click=([0-9a-z]{21})")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class Load:
    """Runs in a thread of its own until left, but for no more than `clicks` answers and a quarter of an hour.

    `received` are the click ids of the 302 that arrived whole; `statuses` counts answers; `broken` connections that ended early.
    """

    def __init__(
        self, port: int, target: str, *, key: str, clicks: int, per_second: int = 1_000, connections: int = 24
    ) -> None:
        self.received: set[int] = set()
        self.statuses: Counter[int] = Counter()
        self.broken = 0
        self._port = port
        self._request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load/1\r\n\r\n".encode()
        self._ids = SealedIds(key.encode(), b"click")
        self._clicks = clicks
        self._gap_s = 1 / per_second
        self._connections = connections
        self._next_at = 0.0
        self._asked = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load", daemon=True)

    @property
    def answered(self) -> int:
        return self.statuses.total()

    @property
    def seen(self) -> str:
        return f"{len(self.received)} received, statuses {dict(self.statuses)}, {self.broken} connections broken"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join(timeout=ANSWER_LIMIT_S + 5)

    def goes_on(self, more: int = 300) -> None:
        """Wait until so many further redirects were received."""
        target = len(self.received) + more
        until(lambda: len(self.received) >= target or self._finished, saw=lambda: self.seen)
        assert len(self.received) >= target, f"the load ended early: {self.seen}"

    def ends(self) -> None:
        """Wait until every click of this load was asked for and answered, or given up."""
        until(lambda: self._finished, saw=lambda: self.seen)

    @property
    def _finished(self) -> bool:
        return not self._thread.is_alive()

    @property
    def _wanted(self) -> bool:
        return self._asked < self._clicks and not self._stopping.is_set() and time.monotonic() < self._end_at

    async def _run(self) -> None:
        self._next_at = time.monotonic()
        self._end_at = self._next_at + MOST_SECONDS
        await asyncio.gather(*(self._visit() for _ in range(self._connections)))

    async def _visit(self) -> None:
        while self._wanted:
            try:
                async with asyncio.timeout(ANSWER_LIMIT_S):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(RECONNECT_S)
                continue
            try:
                await self._click_on(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                self.broken += 1
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _click_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._wanted:
            self._asked += 1
            await self._my_turn()
            async with asyncio.timeout(ANSWER_LIMIT_S):
                writer.write(self._request)
                self._note(await answer(reader))

    async def _my_turn(self) -> None:
        """One click each `gap_s`; what an outage held back is not made up for in a burst."""
        now = time.monotonic()
        self._next_at = max(self._next_at + self._gap_s, now - 0.1)
        await asyncio.sleep(max(self._next_at - now, 0))

    def _note(self, head: bytes) -> None:
        self.statuses[int(head[9:12])] += 1
        if head[9:12] == b"302" and (found := _CLICK.search(head)):
            self.received.add(self._ids.open(found[1].decode()))


class Impatient:
    """Clients that ask and hang up before the answer, over and over, beside an ordinary load."""

    def __init__(self, port: int, target: str) -> None:
        self.asked = 0
        self._port = port
        self._request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="impatient", daemon=True)

    def __enter__(self) -> "Impatient":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(self._request * 3)
                writer.transport.abort() if self.asked % 2 else writer.close()
                self.asked += 1
            await asyncio.sleep(0.005)


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The head of one response; its body is read and dropped."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length:
        await reader.readexactly(int(length[1]))
    return head
