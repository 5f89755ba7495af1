"""What rules see of a click while the visitor waits: the event it will be, with only what was asked for looked up.

A step of enrichment runs when the first rule that is tried asks for one of its fields, and the steps it builds on before it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import structlog

from apps.ingress.capture import Captured, utf8
from apps.ingress.enrich import STAGES, STEPS
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.enrich.step import Step
from apps.ingress.event import EPOCH, FIELDS, Event, Origin

T = TypeVar("T")

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
# What stands behind the link on an event nothing was decided and found about.
_REST = tuple(Event._field_defaults[name] for name in FIELDS[FIELDS.index("link_key") + 1 :])


class Sight:
    """One click. `event` has what was looked up so far, `looked` the bits of the steps; `showing` looks up what is missing."""

    __slots__ = ("_tables", "event", "looked")

    def __init__(self, event: Event, tables: Tables | None = None) -> None:
        """Without tables nothing is looked up: the event is one that was enriched already."""
        self.event = event
        self._tables = tables
        self.looked = 0 if tables else EVERYTHING

    def showing(self, needs: int) -> Event:
        """The event with these steps done, see `needs_of`. Errors: whatever a step raises; then none of them count as done."""
        missing = needs & ~self.looked
        if missing and self._tables:
            self.event = _looked_up(self.event, missing, self._tables)
            self.looked |= missing
        return self.event


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
) -> Event:
    """The event that `line.decode` will read, but for what is not decided yet. Cost: 3 µs (2026-11-23)."""
    method, scheme, host, path, query, headers, withheld, named, _, ip = captured
    if len(named) < len(headers) or not all(map(str.isascii, named.values())):
        headers = [(name, utf8(value)) for name, value in headers]
    # By position: by name it takes twice as long.
    return Event._make(
        (
            organization_id,
            event_id,
            datetime.fromtimestamp(now_ms / 1000, UTC),
            EPOCH,
            visitor_id,
            visitor_id == event_id,
            method,
            scheme,
            utf8(host),
            utf8(path),
            utf8(query),
            tuple(headers),
            tuple(withheld),
            ip,
            parameters,
            utf8(named.get("user-agent", "")),
            utf8(named.get("referer", "")),
            Origin.LIVE,
            302,
            "",
            link_id,
            utf8(link_key),
            *_REST,
        )
    )


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


def _looked_up(event: Event, needs: int, tables: Tables) -> Event:
    values = list(event)
    for steps in _stages(needs):
        for step in steps:
            values[step.first : step.end] = step.run(event, tables)
        event = Event._make(values)
    return event


@lru_cache(maxsize=4_096)
def _stages(needs: int) -> tuple[tuple[Step, ...], ...]:
    stages = (tuple(step for step in steps if needs & _BIT[step.name]) for steps in STAGES)
    return tuple(steps for steps in stages if steps)
