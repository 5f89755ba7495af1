"""A gunicorn worker that answers tracked links in the protocol itself, before any framework.

The clicks of one turn of the event loop are written with one write, then their answers leave. A postback without a body is answered
here too: gunicorn would refuse an address with letters that are no ASCII, and many a shop sends such. What is unusual about a
request (a body, another path, nonsense) is handed, connection and all, to gunicorn's own ASGI protocol and `fallback`, once its
head is whole.
"""

import asyncio
import os
import sys
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers.gasgi import ASGIWorker
from gunicorn_h1c import ParseError, parse_request_fast

# Not the classes of the same names that the package exports: the fast parser raises its own, and sometimes those too
# (gunicorn_h1c 0.6.9).
from gunicorn_h1c._parser_fast import HttpRequest, IncompleteError
from gunicorn_h1c._parser_fast import ParseError as NoRequest

from apps.ingress import fallback as fallback_application
from apps.ingress.answer import METHODS, SAFE_PAGE, SAFE_PAGE_HEADERS, Answer, cookie_header, is_tracked
from apps.ingress.capture import Request
from apps.ingress.postbacks.door import Body, is_postback_target
from apps.ingress.postbacks.reply import Reply
from apps.ingress.process import Process, this_process

fallback = fallback_application.application

REQUEST_LINE_MAX_BYTES = 32_768
HEADER_MAX_BYTES = 16_384
HEADERS_MAX = 100
# A head that has no end by then is refused.
HEAD_MAX_BYTES = 131_072
HEAD_END = b"\r\n\r\n"
STARTS = (b"GET /in", b"HEAD /in", b"GET /postback", b"HEAD /postback")
# The loop must be able to take the interpreter back from the shipper's thread quickly; Python's default is 5 ms.
SWITCH_INTERVAL_S = 0.0005
SWEEP_S = 1.0
# How long a client that sent and left still counts as there: a few turns of the loop are enough to take what it sent.
HEARD_OUT_S = 0.05

_FOUND = b"HTTP/1.1 302 Found\r\nCache-Control: no-store\r\nContent-Length: 0\r\nDate: "
_REASONS = {400: b"Bad Request", 404: b"Not Found", 410: b"Gone", 503: b"Service Unavailable"}
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_SAFE_HEADERS = "".join(f"{name}: {value}\r\n" for name, value in SAFE_PAGE_HEADERS).encode()


class TrackingWorker(ASGIWorker):  # type: ignore[misc]
    """The worker of the tracking port. Its `turn` is what this turn of the loop has to write and then to answer."""

    def init_process(self) -> None:
        self.process = this_process()
        self.tracking: set[TrackedLinksProtocol] = set()
        self.postbacks: set[asyncio.Task[None]] = set()
        self.turn = Turn(self.process)
        self.date = formatdate(usegmt=True).encode()
        self.now = 0.0
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        super().init_process()

    async def _serve(self) -> None:
        self.turn.loop = self.loop
        self.now = self.loop.time()
        for sock in self.sockets:
            self.servers.append(await self.loop.create_server(lambda: TrackedLinksProtocol(self), sock=sock.sock))
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self._sweep()
            await asyncio.sleep(SWEEP_S)
        for protocol in list(self.tracking):
            protocol.close_when_idle()
        await self._shutdown()
        self.process.stop()

    def _sweep(self) -> None:
        """Once a second: the Date header, the time, and connections nobody used for long."""
        self.date = formatdate(usegmt=True).encode()
        self.now = self.loop.time()
        too_old = self.now - self.cfg.keepalive
        for protocol in [protocol for protocol in self.tracking if protocol.active_at < too_old]:
            protocol.transport.abort()  # closing would wait for a client that never reads its answers


class Turn:
    """The clicks of one turn of the loop: their lines are kept together, then their answers leave."""

    def __init__(self, process: Process) -> None:
        self.loop: asyncio.AbstractEventLoop
        self._spool = process.spool
        self._lines: list[bytes] = []
        self._answers: list[tuple[asyncio.Transport, bytes, bool]] = []

    def add(self, transport: asyncio.Transport, answer: Answer, response: bytes, *, close: bool) -> None:
        if not self._lines:
            self.loop.call_soon(self._end)
        self._lines.append(answer.line)
        self._answers.append((transport, response, close))

    def _end(self) -> None:
        lines, answers = self._lines, self._answers
        self._lines, self._answers = [], []
        self._spool.append(lines)
        for transport, response, close in answers:
            if transport.is_closing():
                continue
            transport.write(response)
            if close:
                transport.close()


class TrackedLinksProtocol(asyncio.Protocol):
    """One connection. It speaks just enough HTTP/1.1 for a tracked link, and hands everything else over for good."""

    __slots__ = ("_begun", "_is_answering", "_peer", "_worker", "active_at", "transport")

    def __init__(self, worker: TrackingWorker) -> None:
        self._worker = worker
        self._peer = ""
        self._begun = b""
        self._is_answering = False
        self.active_at = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.active_at = self._worker.now
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if isinstance(peer, tuple) else ""
        self._worker.tracking.add(self)
        self._worker.nr_conns += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._worker.tracking.discard(self)
        self._worker.nr_conns -= 1

    def data_received(self, data: bytes) -> None:
        worker = self._worker
        if self._begun:
            data, self._begun = self._begun + data, b""
        while data:
            if not data.startswith(STARTS):
                return self._hand_over(data) if HEAD_END in data else self._wait_for_rest(data)
            try:
                head = parse_request_fast(
                    data,
                    limit_request_line=REQUEST_LINE_MAX_BYTES,
                    limit_request_fields=HEADERS_MAX,
                    limit_request_field_size=HEADER_MAX_BYTES,
                )
            except IncompleteError:
                return self._wait_for_rest(data)
            except (ParseError, NoRequest):
                return self._hand_over(data)
            target, method = head.path, head.method
            if head.content_length > 0 or head.has_chunked or method not in METHODS or not is_tracked(target):
                return self._no_click(head, data)
            answer = worker.process.desk.answer(Request(method, target, head.headers, self._peer))
            close = head.connection_close == 1 or head.minor_version == 0
            worker.turn.add(self.transport, answer, response_of(answer, method, worker.date, close), close=close)
            self.active_at = worker.now
            if close:
                return None
            data = data[head.consumed :]
        return None

    def pause_writing(self) -> None:
        """A client that sends and does not read is not read either, or its answers would fill the memory."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        if not self._is_answering:
            self.transport.resume_reading()

    def close_when_idle(self) -> None:
        self._worker.loop.call_soon(self.transport.close)

    def _no_click(self, head: HttpRequest, data: bytes) -> None:
        """A postback without a body is answered here; what comes behind it on the connection waits until then."""
        has_body = head.content_length > 0 or head.has_chunked
        if has_body or head.method not in METHODS or not is_postback_target(head.path):
            self._hand_over(data)
            return
        self._begun = data[head.consumed :]
        self._is_answering = True
        self.transport.pause_reading()
        # A task begins with the next turn, when the answers of this one have left.
        request = Request(head.method, head.path, head.headers, self._peer)
        close = head.connection_close == 1 or head.minor_version == 0
        task = self._worker.loop.create_task(self._postback(request, close=close))
        self._worker.postbacks.add(task)
        task.add_done_callback(self._worker.postbacks.discard)

    async def _postback(self, request: Request, *, close: bool) -> None:
        reply = await fallback_application.postback_reply(request, Body())
        self._is_answering = False
        self.active_at = self._worker.now
        if self.transport.is_closing():
            return
        self.transport.write(postback_response_of(reply, request.method, self._worker.date, close))
        if close:
            self.transport.close()
            return
        self.transport.resume_reading()
        if self._begun:
            self.data_received(b"")

    def _wait_for_rest(self, data: bytes) -> None:
        """Keep the head that is not whole yet. Whoever leaves it so is swept away like any idle connection."""
        if len(data) < HEAD_MAX_BYTES:
            self._begun = data
            return
        # Answers of this turn that wait for their write leave first.
        self._worker.loop.call_soon(self.transport.write, _TOO_LARGE)
        self.close_when_idle()

    def _hand_over(self, data: bytes) -> None:
        """gunicorn's own protocol takes the connection, with what was read of it, for as long as it lives."""
        # Answers of this turn that wait for their write must leave first: the heir writes for itself.
        self._worker.loop.call_soon(self._bequeath, data)
        self.transport.pause_reading()

    def _bequeath(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._worker.tracking.discard(self)
        self._worker.nr_conns -= 1  # the heir counts itself
        heir = Heir(self._worker)
        self.transport.set_protocol(heir)
        heir.connection_made(self.transport)
        self.transport.resume_reading()
        heir.data_received(data)


class Heir(ASGIProtocol):  # type: ignore[misc]
    """gunicorn's own protocol, which forgets what a client sent the moment it leaves. Many shops send a postback and leave."""

    def connection_lost(self, exc: Exception | None) -> None:
        receiver = self._body_receiver
        if receiver is None or not receiver.buffered:
            super().connection_lost(exc)
            return
        self.worker.loop.call_later(HEARD_OUT_S, super().connection_lost, exc)


def response_of(answer: Answer, method: bytes, date: bytes, close: bool) -> bytes:
    """The bytes of the response."""
    end = b"\r\nConnection: close\r\n\r\n" if close else b"\r\n\r\n"
    cookie = b"\r\nSet-Cookie: " + cookie_header(answer).encode() if answer.cookie else b""
    if answer.location:
        return b"".join((_FOUND, date, b"\r\nLocation: ", answer.location.encode("ascii"), cookie, end))
    reason = _REASONS.get(answer.status, b"Not Found")
    body = b"" if method == b"HEAD" else SAFE_PAGE
    head = b"HTTP/1.1 %d %b\r\nCache-Control: no-store\r\nContent-Length: %d\r\n" % (
        answer.status,
        reason,
        len(SAFE_PAGE),
    )
    return b"".join((head, _SAFE_HEADERS, b"Date: ", date, cookie, end, body))


def postback_response_of(reply: Reply, method: bytes, date: bytes, close: bool) -> bytes:
    """The bytes of the response to a postback. Its headers are of our own words."""
    headers = "".join([f"{name}: {value}\r\n" for name, value in reply.all_headers()]).encode()
    return b"HTTP/1.1 %d %b\r\n%bContent-Length: %d\r\nDate: %b\r\n%b\r\n%b" % (
        reply.status,
        HTTPStatus(reply.status).phrase.encode(),
        headers,
        len(reply.body),
        date,
        b"Connection: close\r\n" if close else b"",
        b"" if method == b"HEAD" else reply.body,
    )
