"""A click and a postback as they may be stored. The address was needed until here: place, network and kind were found by it.

Labels come after: a rule sees the row as it is stored, so that what it says of a click today it says of it next year.
"""

from collections.abc import Callable, Iterable

import orjson

from apps.ingress.event import Event, Privacy
from apps.ingress.privacy.addresses import reduced, says_an_address
from apps.ingress.privacy.policy import Address, Policy, Signal
from apps.ingress.snowflake import visitor_ids

Key = Callable[[], bytes]
Headers = list[tuple[str, str]]

SAID = {
    Address.TRUNCATED: Privacy.TRUNCATED,
    Address.HASHED: Privacy.HASHED,
    Address.NONE: Privacy.NO_ADDRESS,
}


def kept(event: Event, policy: Policy, key: Key) -> Event:
    """What is stored of an enriched event. `key` gives the key of its day, for hashes."""
    asked = policy.asked_by(event.headers)
    if asked.address == Address.FULL:
        return event
    headers, names = _without_addresses(event.headers, event.ip)
    less = event._replace(
        ip=reduced(event.ip, asked.address, key),
        headers=tuple(headers),
        withheld_headers=(*event.withheld_headers, *names),
        privacy=SAID[Address(asked.address)],
    )
    return _unlinked(less) if asked.signal == Signal.UNLINKED else less


def kept_postback(line: bytes, policy: Policy, key: Key) -> bytes:
    """The line of a postback, which a pixel's visitor may have sent; what it claims is not touched."""
    said = orjson.loads(line)
    asked = policy.asked_by(said["headers"])
    if asked.address == Address.FULL:
        return line
    headers, names = _without_addresses(said["headers"], said["ip"])
    said |= {"headers": headers, "withheld": [*said["withheld"], *names], "ip": reduced(said["ip"], asked.address, key)}
    return orjson.dumps(said)


def _unlinked(event: Event) -> Event:
    """A visitor of one click: counted, and joined to nothing. A destination may have been told the visitor's id."""
    if not event.visitor_id:
        return event._replace(privacy=Privacy.UNLINKED)
    return event._replace(
        visitor_id=event.event_id,
        visitor_is_new=True,
        destination=event.destination.replace(visitor_ids().seal(event.visitor_id), ""),
        privacy=Privacy.UNLINKED,
    )


def _without_addresses(headers: Iterable[tuple[str, str]], address: str) -> tuple[Headers, list[str]]:
    """The headers that tell no address, and the names of those that do."""
    pairs = [(name, value) for name, value in headers]
    told = [says_an_address(name, value, address) for name, value in pairs]
    silent = [pair for pair, tells in zip(pairs, told, strict=True) if not tells]
    return silent, [name for (name, _), tells in zip(pairs, told, strict=True) if tells]
