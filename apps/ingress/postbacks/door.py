"""The postback door's core: who sends, may they, what do they get. A plain function of a request, like the redirect's.

Nothing here asks PostgreSQL, ClickHouse or Redis. Whatever the answer is, the request is kept as it came, with the reason.
"""

import hashlib
import hmac
import time
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from apps.ingress.capture import Capture, Captured, Request
from apps.ingress.postbacks.line import PATHS, Taken, Told, encode, told
from apps.ingress.postbacks.reply import (
    Refusal,
    Reply,
    accepted,
    refused,
)
from apps.ingress.routing import NetworkRoute, RouteTable
from apps.ingress.snowflake import Snowflakes

BODY_MAX_BYTES = 65_536
METHODS = frozenset({"GET", "HEAD", "POST"})
_STARTS = tuple(path.encode() for path in PATHS)
_ENDS = (b"", b"/", b"?")
_SAFE_METHOD = "HEAD"


class Body(NamedTuple):
    """What was read of a request's body, and why that is not all of it."""

    content: bytes = b""
    fault: Refusal | None = None


def is_postback_target(target: bytes) -> bool:
    """Whether the path is that of a postback, with or without a key behind it."""
    return any(target.startswith(start) and target[len(start) : len(start) + 1] in _ENDS for start in _STARTS)


class PostbackDesk:
    """Everything a process needs to answer postbacks. Not safe from several threads, because of `ids`."""

    def __init__(self, *, table: RouteTable, capture: Capture, ids: Snowflakes) -> None:
        self._table = table
        self._capture = capture
        self._ids = ids

    def answer(self, request: Request, body: Body) -> Reply:
        now_ms = int(time.time() * 1000)
        captured = self._capture.read(request)
        said = told(captured.path, captured.query, captured.headers, body.content)
        network = self._table.networks.get(said.key)
        refusal = refusal_of(network, captured, said, body)
        reply = refused(refusal) if refusal else accepted(captured, said, network)
        taken = Taken(
            id=self._ids.next(now_ms),
            at_ms=now_ms,
            organization_id=network.organization_id if network else 0,
            network_id=network.network_id if network else 0,
            reason=reply.reason,
            paused=network is not None and network.paused,
        )
        return reply._replace(line=encode(captured, body.content, taken))


def refusal_of(network: NetworkRoute | None, captured: Captured, said: Told, body: Body) -> Refusal | None:
    """Why this one is refused; None when it is not."""
    if captured.method not in METHODS:
        return Refusal.METHOD
    if body.fault:
        return body.fault
    if network is None:
        return _without_network(said)
    if network.addresses and not _is_listed(network, captured.ip):
        return Refusal.ADDRESS
    if network.secret and not _is_signed(network.secret, captured, said.sig, body.content):
        return Refusal.SIGNATURE
    return Refusal.BODY if said.unreadable else None


def signature(secret: bytes, query: str, body: bytes = b"") -> str:
    """What `sig` must be: hex HMAC-SHA256 of the raw query without its `sig`, and of the raw body behind a newline if there is one.

    `query` is latin-1 text of the wire. Without `sig` means that every part between two `&` that is named so goes, with one `&`.
    """
    kept = "&".join([part for part in query.split("&") if part.partition("=")[0] != "sig"])
    message = kept.encode("latin-1") + (b"\n" + body if body else b"")
    return hmac.digest(secret, message, hashlib.sha256).hex()


def _without_network(said: Told) -> Refusal:
    if said.key:
        return Refusal.KEY
    # The key may stand in the body that cannot be read.
    return Refusal.BODY if said.unreadable else Refusal.NO_KEY


def _is_listed(network: NetworkRoute, ip: str) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in listed for listed in network.addresses)


def _is_signed(secret: bytes, captured: Captured, sig: str, body: bytes) -> bool:
    expected = signature(secret, captured.query, body)
    return hmac.compare_digest(expected.encode(), sig.lower().encode("utf-8", "surrogatepass"))
