"""One kept click as one line of a segment: JSON, written while the visitor waits and read by the store task.

A line has what the request was and what was decided, nothing derived. Text is latin-1, one letter a byte of the wire.
"""

from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter, lt
from typing import Any, NamedTuple

import orjson

from apps.ingress.capture import Captured, first_values, utf8
from apps.ingress.event import EPOCH, FIELDS, Event, Origin


class BadLine(ValueError):
    """The line cannot become an event; the message says why."""


class ByCampaign(NamedTuple):
    """What a campaign decided for a request over one of its links. Without a destination it sent the click nowhere."""

    campaign_id: int
    version: int
    rule_id: int
    destination_id: int
    propensity: float
    capped: tuple[int, ...]


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
    by: ByCampaign | None = None


def encode(captured: Captured, decided: Decided) -> bytes:
    """The line, ending in a newline."""
    method, scheme, host, path, query, headers, withheld, _, _, ip = captured
    event_id, at_ms, organization_id, visitor_id, visitor_is_new, status, reason, link_id, link_key, to, days, by = (
        decided
    )
    said = {
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
    }
    if by:
        campaign_id, version, rule_id, destination_id, propensity, capped = by
        said |= {
            "campaign": campaign_id,
            "version": version,
            "rule": rule_id,
            "destination": destination_id,
            "propensity": propensity,
            "capped": capped,
        }
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


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
# The same for what only a click over a campaign's link has.
ID_LIMIT = 2**32
_BY_CAMPAIGN = {"campaign": 2**64, "version": 2**32, "rule": ID_LIMIT, "destination": ID_LIMIT}
_TEXTS = ("method", "scheme", "host", "path", "query", "ip", "reason", "key", "to")
_LIMITS = tuple(_NUMBERS.values())
_numbers = itemgetter(*_NUMBERS)
_texts = itemgetter(*_TEXTS)
_NUMBER = {int}
_LIVE = Origin.LIVE
# What stands behind the days on an event nothing was decided by a campaign and found about.
_REST = tuple(Event._field_defaults[name] for name in FIELDS[FIELDS.index("retention_days") + 1 :])


def _event(said: dict[str, Any], stored_at: datetime) -> Event:
    numbers, texts, new, withheld, pairs = _numbers(said), _texts(said), said["new"], said["withheld"], said["headers"]
    # All numbers at once and all texts at once; only what does not fit is looked at by name, to say which it is.
    if {*map(type, numbers)} != _NUMBER or min(numbers) < 0 or not all(map(lt, numbers, _LIMITS)):
        _check_numbers(said)
    try:
        text = "".join([*texts, *withheld, *chain.from_iterable(pairs)])
    except TypeError:
        _check_texts(said)
        raise
    if type(new) is not bool:
        raise ValueError(f"new is neither true nor false: {new!r:.100}")
    organization_id, event_id, visitor_id, at_ms, status, link_id, days = numbers
    method, scheme, host, path, query, ip, reason, key, to = texts
    parameters = first_values(query)
    if text.isascii():
        headers = tuple(map(tuple, pairs))
    else:
        headers = tuple([(name, utf8(value)) for name, value in pairs])
        host, path, query, key = utf8(host), utf8(path), utf8(query), utf8(key)
    named = {name.lower(): value for name, value in headers}
    # By position: by name it takes twice as long.
    event = Event._make(
        (
            organization_id,
            event_id,
            datetime.fromtimestamp(at_ms / 1000, UTC),
            stored_at,
            visitor_id,
            new,
            method,
            scheme,
            host,
            path,
            query,
            headers,
            tuple(withheld),
            ip,
            parameters,
            named.get("user-agent", ""),
            named.get("referer", ""),
            Origin(said["origin"]) if "origin" in said else _LIVE,
            status,
            reason,
            link_id,
            key,
            to,
            days,
            *_REST,
        )
    )
    return _routed(event, said) if "campaign" in said else event


def _check_numbers(said: dict[str, Any]) -> None:
    for name, limit in _NUMBERS.items():
        _check_number(name, said[name], limit)


def _check_number(name: str, value: object, limit: int) -> None:
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError(f"{name} is not a number below {limit}: {value!r:.100}")


def _check_texts(said: dict[str, Any]) -> None:
    for name in _TEXTS:
        if type(said[name]) is not str:
            raise ValueError(f"{name} is not text: {said[name]!r:.100}")
    if not all(type(text) is str for text in said["withheld"]):
        raise ValueError("withheld is not a list of names")
    raise ValueError("headers is not a list of names and values")


def _routed(event: Event, said: dict[str, Any]) -> Event:
    for name, limit in _BY_CAMPAIGN.items():
        _check_number(name, said[name], limit)
    for capped in said["capped"]:
        _check_number("capped", capped, ID_LIMIT)
    propensity = said["propensity"]
    if type(propensity) not in (int, float) or not 0 <= propensity <= 1:
        raise ValueError(f"propensity is not a probability: {propensity!r:.100}")
    return event._replace(
        routed_campaign_id=said["campaign"],
        routed_version=said["version"],
        rule_id=said["rule"],
        destination_id=said["destination"],
        propensity=float(propensity),
        capped=tuple(said["capped"]),
    )
