"""What the tracking port answers besides plain tracked links: postbacks, health, metrics, unusual requests.

ASGI, without Django's handler.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from django.db import connections
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from redis import RedisError

from apps.ingress.answer import METHODS, SAFE_PAGE, SAFE_PAGE_HEADERS, cookie_header, is_tracked
from apps.ingress.broker import broker
from apps.ingress.capture import Request
from apps.ingress.postbacks.door import BODY_MAX_BYTES, Body, is_postback_target
from apps.ingress.postbacks.repeats import DEADLINE_S, Repeats
from apps.ingress.postbacks.reply import Refusal, Reply
from apps.ingress.process import this_process

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Headers = list[tuple[bytes, bytes]]
PROBE_S = 1.0
# For a whole body, however slowly it drips.
BODY_S = 10.0


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    if is_tracked(scope["raw_path"]):
        await _tracked(scope, send)
    elif is_postback_target(scope["raw_path"]):
        await _postback(scope, receive, send)
    elif path == "/healthz":
        await _answer(send, 200, b"ok", "text/plain")
    elif path == "/readyz":
        await _answer(send, 200, orjson.dumps(await asyncio.to_thread(readiness)), "application/json")
    elif path == "/metrics":
        await _answer(send, 200, await asyncio.to_thread(generate_latest, REGISTRY), CONTENT_TYPE_LATEST)
    else:
        await _answer(send, 404, SAFE_PAGE, "text/html; charset=utf-8")


def readiness() -> dict[str, Any]:
    """Ingest is ready whenever this process can write its spool; of the stores it only says how they are."""
    process = this_process()
    stores = {"redis": _redis(), "clickhouse": _listens("clickhouse"), "postgresql": _listens("default")}
    return {
        "ready": not process.spool.alarm,
        "spool": process.spool.alarm or "up",
        "routes": process.follower.table.version or "none yet",
        "waiting_segments": process.shipper.unstored,
        **stores,
    }


async def _tracked(scope: dict[str, Any], send: Send) -> None:
    method = scope["method"].encode()
    if method not in METHODS:
        await _answer(send, 405, b"", "text/plain", [(b"allow", b"GET, HEAD")])
        return
    answer = this_process().answer_and_keep(_request_of(scope))
    headers: Headers = [(b"set-cookie", cookie_header(answer).encode())] if answer.cookie else []
    if answer.location:
        await _answer(send, answer.status, b"", "", [*headers, (b"location", answer.location.encode("ascii"))])
        return
    headers += [(name.lower().encode(), value.encode()) for name, value in SAFE_PAGE_HEADERS]
    await _answer(send, answer.status, SAFE_PAGE, "", headers)


async def postback_reply(request: Request, body: Body) -> Reply:
    """The answer to a postback that is kept by then."""
    process = this_process()
    reply = process.take_postback(request, body)
    if reply.repeat and await _is_repeat(process.repeats, reply.repeat):
        reply = reply.again()
    process.count(reply)
    return reply


async def _postback(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    # Whoever announced no body may have left already, and would seem to have been cut off.
    body = await _body(receive) if _announces_body(scope) else Body()
    reply = await postback_reply(_request_of(scope), body)
    fixed = [(b"content-length", b"%d" % len(reply.body))]
    # Of a body that was not read to its end, the rest would pass for the next request.
    closing = [(b"connection", b"close")] if reply.status in (408, 413) else []
    headers = [*fixed, *closing, *((name.encode(), value.encode()) for name, value in reply.all_headers())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _announces_body(scope: dict[str, Any]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


async def _body(receive: Receive) -> Body:
    """What came of the body, up to the most that is taken."""
    received = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            while len(received) <= BODY_MAX_BYTES:
                message = await receive()
                if message["type"] != "http.request":
                    return Body(bytes(received), Refusal.CUT_OFF)
                received += message.get("body", b"")
                if not message.get("more_body"):
                    break
    except TimeoutError:
        return Body(bytes(received), Refusal.CUT_OFF)
    too_large = len(received) > BODY_MAX_BYTES
    return Body(bytes(received[:BODY_MAX_BYTES]), Refusal.TOO_LARGE if too_large else None)


async def _is_repeat(repeats: Repeats, repeat: bytes) -> bool:
    """Whether the same was received before, as far as it can be said at once."""
    if repeats.seen_here(repeat):
        return True
    if repeats.leaves_alone:
        return False
    try:
        async with asyncio.timeout(2 * DEADLINE_S):
            return await asyncio.to_thread(repeats.seen_elsewhere, repeat)
    except TimeoutError:
        repeats.leave_alone()
        return False


def _request_of(scope: dict[str, Any]) -> Request:
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    peer = scope["client"][0] if scope.get("client") else ""
    return Request(scope["method"].encode(), target, scope["headers"], peer)


async def _answer(send: Send, status: int, body: bytes, content_type: str, headers: Headers | None = None) -> None:
    fixed = [(b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    if content_type:
        fixed.append((b"content-type", content_type.encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})


def _redis() -> str:
    try:
        broker().ping()
    except RedisError as error:
        return f"down: {error}"
    return "up"


def _listens(alias: str) -> str:
    database = connections[alias].settings_dict
    try:
        with socket.create_connection((database["HOST"] or "localhost", int(database["PORT"] or 5432)), PROBE_S):
            return "up"
    except OSError as error:
        return f"down: {error.strerror or error}"
