"""Emptying what a visitor's requests said word for word. What clicks are counted by stays, and so does every number.

Which columns go is decided here; docs/decisions/ says why these.
"""

import re
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from apps.ingress.event import Event, Privacy

EMPTIED: tuple[str, ...] = (
    "ip",
    "headers",
    "withheld_headers",
    "path",
    "query",
    "parameters",
    "user_agent",
    "referrer",
    "destination",
    "search_term",
    "ad_click_id",
)
# What a line of a segment has under other names than an event.
_LINE_TEXTS = ("path", "query", "ip", "to")
_LINE_LISTS = ("headers", "withheld")
# As a line begins, so that it can be told of one that is garbled or cut off. Inside a text quotation marks are escaped.
_NUMBERS = {name: re.compile(rb'"%b":(\d{1,20})\b' % name.encode()) for name in ("org", "visitor", "at")}
# What a dead letter says instead of its reason, which may quote the line.
WHY_EMPTIED = "emptied: its visitor was erased"
_NOTHING: dict[str, Any] = {name: Event._field_defaults[name] for name in EMPTIED}


def erased(event: Event) -> Event:
    """What is left of an event of an erased visitor. Erased again it is the same."""
    return event._replace(**_NOTHING, privacy=Privacy.ERASED)


class Whose(NamedTuple):
    """Of whom a line tells, and when that was."""

    organization_id: int
    visitor_id: int
    at_ms: int


def whose(line: bytes) -> Whose | None:
    """None where it names no visitor. What does not say when it happened is as old as can be."""
    organization, visitor, at = (number.search(line) for number in _NUMBERS.values())
    if not organization or not visitor:
        return None
    return Whose(int(organization[1]), int(visitor[1]), int(at[1]) if at else 0)


def emptied(line: bytes, organization_id: int) -> bytes:
    """A line of the organization's without words, with its ids and its moment. Done again it is the same.

    What cannot be read is deleted; what is another organization's is left.
    """
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return b""
    if not isinstance(said, dict) or said.get("org") != organization_id:
        return line
    return orjson.dumps(said | dict.fromkeys(_LINE_TEXTS, "") | {name: [] for name in _LINE_LISTS})


def digest_of(organization_id: int, visitor_id: int) -> str:
    """How an erasure names its visitor: recognised when they come again, and telling nobody who they were."""
    who = f"{organization_id} {visitor_id}".encode()
    return blake2b(
        who, digest_size=16, key=settings.TRELLIS_CLICK_KEY.encode()[:64], person=b"erased visitor"
    ).hexdigest()
