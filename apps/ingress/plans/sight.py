"""What rules see of a click while the visitor waits: the event it will be, with only what was asked for looked up.

A step of enrichment runs when the first rule that is tried asks for one of its fields, and the steps it builds on before it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import structlog

from apps.ingress.capture import Captured, utf8
from apps.ingress.enrich import STAGES, STEPS
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.enrich.step import Found
from apps.ingress.event import EPOCH, FIELDS, Event, Origin

T = TypeVar("T")
Look = tuple[slice, Callable[[Event, Tables], Found]]

log = structlog.get_logger(__name__)

# What each step reads of what others found; tests hold it against the whole of enrichment.
BUILDS_ON = {
    "network": ("place",),
    "campaign_key": ("utm",),
    "channel": ("utm", "ad_click", "referrer"),
    "kind": ("network",),
}
_BIT = {step.name: 1 << place for place, step in enumerate(STEPS)}
EVERYTHING = (1 << len(STEPS)) - 1
# An event about which nothing was decided and found; what the request itself says goes up to its link.
_NOTHING_FOUND = Event(0, 0, EPOCH)
_KNOWN = slice(FIELDS.index("link_key") + 1)
_LIVE = Origin.LIVE


class Draft(list[Any]):
    """An event that is still being looked up: its fields in their order and by name, filled in place.

    A new Event for each step that was asked for took a third of the time of a decision by ten rules (2026-11-29).
    """

    __slots__ = ()


for _place, _name in enumerate(FIELDS):
    setattr(Draft, _name, property(itemgetter(_place)))


class Sight:
    """One click. `event` has what was looked up so far, `looked` the bits of the steps; `showing` looks up what is missing."""

    __slots__ = ("_tables", "event", "looked")

    def __init__(self, event: Event | Draft, tables: Tables | None = None) -> None:
        """With tables a draft is wanted; without nothing is looked up: the event is one that was enriched already."""
        # Whoever reads an event reads a draft as well: by name or by position.
        self.event: Event = event  # type: ignore[assignment]
        self._tables = tables
        self.looked = 0 if tables else EVERYTHING

    def showing(self, needs: int) -> Event:
        """The event with these steps done, see `needs_of`. Errors: whatever a step raises; then none of them count as done."""
        event, missing = self.event, needs & ~self.looked
        if missing and self._tables:
            for place, run in _looks(missing):
                event[place] = run(event, self._tables)  # type: ignore[index]
            self.looked |= missing
        return event


def asked(sight: Sight, needs: int, question: Callable[[Event], T], otherwise: T) -> T:
    """What the question says of the click with these steps done.

    Whatever goes wrong in it, or in a step: `otherwise`. The visitor goes on.
    """
    try:
        return question(sight.showing(needs))
    except Exception:
        log.exception("a click could not be looked at", click=sight.event.event_id)
        return otherwise


def seen(
    captured: Captured,
    parameters: Mapping[str, str],
    *,
    organization_id: int,
    event_id: int,
    now_ms: int,
    visitor_id: int,
    link_id: int,
    link_key: str,
) -> Draft:
    """The event that `line.decode` will read, but for what is not decided yet."""
    method, scheme, host, path, query, headers, withheld, named, _, ip = captured
    agent, referrer = named.get("user-agent", ""), named.get("referer", "")
    # Asked of all at once: nearly every request is ASCII from end to end.
    if len(named) < len(headers) or not "".join((host, path, query, link_key, *named.values())).isascii():
        headers = [(name, utf8(value)) for name, value in headers]
        host, path, query, link_key, agent, referrer = map(utf8, (host, path, query, link_key, agent, referrer))
    event = Draft(_NOTHING_FOUND)
    event[_KNOWN] = (
        organization_id,
        event_id,
        datetime.fromtimestamp(now_ms / 1000, UTC),
        EPOCH,
        visitor_id,
        visitor_id == event_id,
        method,
        scheme,
        host,
        path,
        query,
        tuple(headers),
        tuple(withheld),
        ip,
        parameters,
        agent,
        referrer,
        _LIVE,
        302,
        "",
        link_id,
        link_key,
    )
    return event


def needs_of(columns: Iterable[str]) -> int:
    """The steps that find these columns of an event, with those they build on: a bit for each of STEPS."""
    wanted = set(columns)
    needs = 0
    for step in STEPS:
        if wanted.intersection(step.fields):
            needs |= _with_foundations(step.name)
    return needs


def _with_foundations(name: str) -> int:
    needs = _BIT[name]
    for foundation in BUILDS_ON.get(name, ()):
        needs |= _with_foundations(foundation)
    return needs


@lru_cache(maxsize=4_096)
def _looks(needs: int) -> tuple[Look, ...]:
    """What is run, in order, and where what it finds belongs."""
    steps = (step for steps in STAGES for step in steps if needs & _BIT[step.name])
    return tuple((slice(step.first, step.end), step.run) for step in steps)
