"""A postback as one line of a segment, beside clicks, and back.

Like a click's line it holds what the request was and what was decided at the door, nothing derived: parameters are read anew each
time, so what we learn to read later is in what was kept before. Text is latin-1, one letter a byte of the wire.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson

from apps.ingress.capture import Captured, utf8
from apps.ingress.line import BadLine
from apps.ingress.postbacks.parameters import Pairs, Unreadable, body_pairs, firsts, query_pairs

START = b'{"type":"postback",'
PATHS = ("/postback.gif", "/postback")
# Names of ours: they open the door and say nothing of what happened.
DOOR_NAMES = frozenset({"key", "sig"})


class Taken(NamedTuple):
    """What was decided at the door, as it goes on the line. `at_ms` is Unix milliseconds, `reason` one of `Postback.Reason`."""

    id: int
    at_ms: int
    organization_id: int
    network_id: int
    reason: str
    paused: bool


class PostbackRequest(NamedTuple):
    """A postback as it arrived, read from its line.

    `parameters` has the first value of each name from the query, what the query lacks from the body; `pairs` has all of them with
    repeats, the query's first. A name inside a JSON object inside the body is `outer.inner`. `key` and `sig` are in neither. `key`
    is the one the request named, whether anybody has it or not. `paused` says that the network was when it arrived. Text may hold
    anything, NUL and lone surrogates too: bytes that were no UTF-8 stay as surrogates. `unreadable` says why the body gave no
    parameters, and is empty when it did or needed not.
    """

    id: int
    received_at: datetime
    organization_id: int
    network_id: int
    reason: str
    paused: bool
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ip: str
    key: str
    parameters: dict[str, str]
    pairs: Pairs
    unreadable: str


class Told(NamedTuple):
    """What a request says, the same at the door and from its line."""

    key: str
    sig: str
    parameters: dict[str, str]
    pairs: Pairs
    unreadable: str


def told(path: str, query: str, headers: Iterable[tuple[str, str]], body: bytes) -> Told:
    """What a request with these parts says. All text is latin-1, as on the wire."""
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    unreadable = ""
    try:
        in_body = body_pairs(content_type, body)
    except Unreadable as error:
        in_body, unreadable = (), str(error)
    everything = (*query_pairs(query), *in_body)
    values = firsts(everything)
    key = _key_in(path) or values.get("key", "")
    pairs = tuple([pair for pair in everything if pair[0] not in DOOR_NAMES])
    parameters = {name: value for name, value in values.items() if name not in DOOR_NAMES}
    return Told(key, values.get("sig", ""), parameters, pairs, unreadable)


def encode(captured: Captured, body: bytes, taken: Taken) -> bytes:
    """The line, ending in a newline."""
    return orjson.dumps(
        {
            "type": "postback",
            "id": taken.id,
            "at": taken.at_ms,
            "org": taken.organization_id,
            "network": taken.network_id,
            "reason": taken.reason,
            "paused": taken.paused,
            "method": captured.method,
            "scheme": captured.scheme,
            "host": captured.host,
            "path": captured.path,
            "query": captured.query,
            "headers": captured.headers,
            "withheld": captured.withheld,
            "ip": captured.ip,
            "body": body.decode("latin-1"),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def is_postback(line: bytes) -> bool:
    """Whether the line says that it is one; it may be a bad one."""
    return line.startswith(START)


def taken_of(line: bytes) -> Taken:
    """What was decided, without reading the request. Raises BadLine."""
    said = _said(line)
    return Taken(said["id"], said["at"], said["org"], said["network"], said["reason"], said["paused"])


def read(line: bytes) -> PostbackRequest:
    """The request of a line that was kept. Raises BadLine."""
    said = _said(line)
    headers = tuple([(name, utf8(value)) for name, value in said["headers"]])
    body = said["body"].encode("latin-1")
    key, _, parameters, pairs, unreadable = told(said["path"], said["query"], said["headers"], body)
    return PostbackRequest(
        id=said["id"],
        received_at=received_at(said["at"]),
        organization_id=said["org"],
        network_id=said["network"],
        reason=said["reason"],
        paused=said["paused"],
        method=said["method"],
        path=utf8(said["path"]),
        query=utf8(said["query"]),
        headers=headers,
        body=body,
        ip=said["ip"],
        key=key,
        parameters=parameters,
        pairs=pairs,
        unreadable=unreadable,
    )


def received_at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


# Where each number ends: with its column in PostgreSQL, and with the calendar.
_NUMBERS = {"id": 2**63, "at": 10_413_792_000_000, "org": 2**63, "network": 2**63}
_TEXTS = ("reason", "method", "scheme", "host", "path", "query", "ip", "body")
_REASON_CHARS = 20


def _said(line: bytes) -> dict[str, Any]:
    """What a line says, sure to be of the right types."""
    try:
        said = orjson.loads(line)
        _check(said)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadLine(f"{type(error).__name__}: {error}") from error
    return dict(said)


def _check(said: Any) -> None:
    for name, limit in _NUMBERS.items():
        if type(said[name]) is not int or not 0 <= said[name] < limit:
            raise ValueError(f"{name} is not a number below {limit}: {said[name]!r:.100}")
    for name in _TEXTS:
        if type(said[name]) is not str or not _is_latin(said[name]):
            raise ValueError(f"{name} is not text of the wire: {said[name]!r:.100}")
    if type(said["paused"]) is not bool:
        raise ValueError(f"paused is neither true nor false: {said['paused']!r:.100}")
    if not said["id"] or not 0 < len(said["reason"]) <= _REASON_CHARS or "\0" in said["reason"]:
        raise ValueError(f"neither an id nor a reason: {said['id']} {said['reason']!r:.100}")
    if not all(type(text) is str and _is_latin(text) for name, value in said["headers"] for text in (name, value)):
        raise ValueError("headers are not pairs of text")


def _is_latin(text: str) -> bool:
    return text.isascii() or max(text) <= "\xff"


def _key_in(path: str) -> str:
    """The key behind `/postback/`, decoded; empty when there is none."""
    for start in PATHS:
        if path.startswith(f"{start}/"):
            raw = path.removeprefix(f"{start}/").removesuffix("?").removesuffix("/")
            return unquote_to_bytes(raw.encode("latin-1")).decode("utf-8", "surrogateescape")
    return ""
