"""What the tracking port answers besides plain tracked links: health, metrics, unusual requests. ASGI, without Django's handler."""

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
from apps.ingress.process import this_process

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
PROBE_S = 1.0


async def application(scope: dict[str, Any], receive: Any, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    if is_tracked(scope["raw_path"]):
        await _tracked(scope, send)
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
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    peer = scope["client"][0] if scope.get("client") else ""
    answer = this_process().answer_and_keep(Request(method, target, scope["headers"], peer))
    headers: Headers = [(b"set-cookie", cookie_header(answer).encode())] if answer.cookie else []
    if answer.location:
        await _answer(send, answer.status, b"", "", [*headers, (b"location", answer.location.encode("ascii"))])
        return
    headers += [(name.lower().encode(), value.encode()) for name, value in SAFE_PAGE_HEADERS]
    await _answer(send, answer.status, SAFE_PAGE, "", headers)


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
