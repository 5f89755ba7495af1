"""One kept click as one line of a segment: JSON, written while the visitor waits and read by the store task.

A line has what the request was and what was decided, nothing derived. Text is latin-1, one letter a byte of the wire.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from apps.ingress.capture import Captured, first_values, utf8
from apps.ingress.event import EPOCH, Event, Origin


class BadLine(ValueError):
    """The line cannot become an event; the message says why."""


class Decided(NamedTuple):
    """What was decided for a request, as it goes on its line. `at_ms` is Unix milliseconds."""

    event_id: int
    at_ms: int
    organization_id: int
    visitor_id: int
    visitor_is_new: bool
    status: int
    reason: str
    link_id: int
    link_key: str
    destination: str
    retention_days: int


def encode(captured: Captured, decided: Decided) -> bytes:
    """The line, ending in a newline."""
    method, scheme, host, path, query, headers, withheld, _, _, ip = captured
    event_id, at_ms, organization_id, visitor_id, visitor_is_new, status, reason, link_id, link_key, to, days = decided
    return orjson.dumps(
        {
            "id": event_id,
            "at": at_ms,
            "org": organization_id,
            "visitor": visitor_id,
            "new": visitor_is_new,
            "method": method,
            "scheme": scheme,
            "host": host,
            "path": path,
            "query": query,
            "headers": headers,
            "withheld": withheld,
            "ip": ip,
            "status": status,
            "reason": reason,
            "link": link_id,
            "key": link_key,
            "to": to,
            "days": days,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def decode(line: bytes, *, stored_at: datetime = EPOCH) -> Event:
    """The event of a line, without what enrichment adds. Raises BadLine."""
    try:
        return _event(orjson.loads(line), stored_at)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadLine(f"{type(error).__name__}: {error}") from error


# Where each number ends: with its column. DateTime64 ends with the year 2299.
_NUMBERS = {
    "org": 2**32,
    "id": 2**64,
    "visitor": 2**64,
    "at": 10_413_792_000_000,
    "status": 2**16,
    "link": 2**64,
    "days": 2**32,
}
_TEXTS = ("method", "scheme", "host", "path", "query", "ip", "reason", "key", "to")


def _check(said: dict[str, Any]) -> None:
    for name, limit in _NUMBERS.items():
        value = said[name]
        if type(value) is not int or not 0 <= value < limit:
            raise ValueError(f"{name} is not a number below {limit}: {value!r:.100}")
    for name in _TEXTS:
        if type(said[name]) is not str:
            raise ValueError(f"{name} is not text: {said[name]!r:.100}")
    if type(said["new"]) is not bool:
        raise ValueError(f"new is neither true nor false: {said['new']!r:.100}")
    if not all(type(text) is str for text in said["withheld"]):
        raise ValueError("withheld is not a list of names")


def _event(said: dict[str, Any], stored_at: datetime) -> Event:
    _check(said)
    headers = tuple([(name, value if value.isascii() else utf8(value)) for name, value in said["headers"]])
    named = {name.lower(): value for name, value in headers}
    return Event(
        organization_id=said["org"],
        event_id=said["id"],
        happened_at=datetime.fromtimestamp(said["at"] / 1000, UTC),
        stored_at=stored_at,
        visitor_id=said["visitor"],
        visitor_is_new=said["new"],
        method=said["method"],
        scheme=said["scheme"],
        host=utf8(said["host"]),
        path=utf8(said["path"]),
        query=utf8(said["query"]),
        headers=headers,
        withheld_headers=tuple(said["withheld"]),
        ip=said["ip"],
        parameters=first_values(said["query"]),
        user_agent=named.get("user-agent", ""),
        referrer=named.get("referer", ""),
        origin=Origin(said.get("origin", Origin.LIVE)),
        status=said["status"],
        reason=said["reason"],
        link_id=said["link"],
        link_key=utf8(said["key"]),
        destination=said["to"],
        retention_days=said["days"],
    )
