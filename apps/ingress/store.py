"""From a segment's lines to rows: decode, enrich, store exactly once, put aside what cannot be stored."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from apps.ingress.enrich import enrich
from apps.ingress.event import Event
from apps.ingress.line import BadLine, decode
from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.writer import Refused, store_all_but_refused, stored_ids

# A segment older than this may have been stored so long ago that ClickHouse has forgotten its token: look before storing.
TOKEN_TRUSTED = timedelta(seconds=60)
ATTEMPTS = 3
# Another attempt may be about to show what this one misses.
SETTLE_S = 2.0

log = structlog.get_logger(__name__)

# The events of a segment by the place of their line; nothing where there is none, or none to store any more.
Places = Sequence[Event | None]


@dataclass(frozen=True)
class Stored:
    """What became of the lines. `skipped` were stored already."""

    stored: int
    dead: int
    skipped: int


def store_lines(segment_id: str, lines: Sequence[bytes], *, now: datetime, look_first: bool = False) -> Stored:
    """Store these lines exactly once under the segment's id, however often and by however many this is called.

    `look_first` says that this may not be the first attempt: ClickHouse is asked which are stored already, and afterwards whether
    all are. It is done unasked for lines that waited long. Lines that are no events, and events that ClickHouse refuses, become
    dead letters. Errors: WarehouseUnavailable, django.db.Error; then nothing is settled, and calling again is right.
    """
    events, dead = _decoded(segment_id, lines, now)
    if look_first or _waited_long(events, now):
        fresh = _without(events, _found(events))
        refused = _store_and_look(segment_id, fresh)
    else:
        fresh = events
        refused = store_all_but_refused(fresh, token=segment_id)
    for bad in refused:
        event = events[bad.position]
        organization_id = event.organization_id if event else 0
        dead.append(_letter(segment_id, bad.position + 1, lines[bad.position], organization_id, bad.reason, now))
    DeadLetter.objects.bulk_create(dead, ignore_conflicts=True)
    return Stored(_number(fresh) - len(refused), len(dead), _number(events) - _number(fresh))


def _decoded(segment_id: str, lines: Sequence[bytes], now: datetime) -> tuple[Places, list[DeadLetter]]:
    events: list[Event | None] = []
    dead = []
    for position, line in enumerate(lines, start=1):
        try:
            events.append(enrich(decode(line, stored_at=now)))
        except BadLine as error:
            events.append(None)
            dead.append(_letter(segment_id, position, line, 0, str(error), now))
    return events, dead


def _waited_long(events: Places, now: datetime) -> bool:
    return any(now - event.happened_at > TOKEN_TRUSTED for event in events if event)


def _store_and_look(segment_id: str, events: Places) -> list[Refused]:
    """Store them and make sure that they are there.

    ClickHouse writes down a token before it has the rows. Killed between the two it absorbs the block ever after (3 of 60 kills
    in the middle of inserts, 2026-11-22); what it turns out not to have is stored under a further token.
    """
    refused: list[Refused] = []
    for attempt in range(ATTEMPTS):
        refused += store_all_but_refused(events, token=f"{segment_id}+{attempt}" if attempt else segment_id)
        events = _missing(events, refused)
        if not _number(events):
            return refused
        log.warning("clickhouse does not show what it took", segment=segment_id, events=_number(events))
        time.sleep(SETTLE_S)
        events = _missing(events, refused)
    raise WarehouseUnavailable(
        f"ClickHouse took {_number(events)} events of segment {segment_id} and does not show them"
    )


def _missing(events: Places, refused: list[Refused]) -> Places:
    bad = {one.position for one in refused}
    good = [None if place in bad else event for place, event in enumerate(events)]
    return _without(good, _found(good))


def _found(events: Places) -> set[int]:
    present = [event for event in events if event]
    if not present:
        return set()
    times = [event.happened_at for event in present]
    organizations = {event.organization_id for event in present}
    return stored_ids(organizations, [event.event_id for event in present], min(times), max(times))


def _without(events: Places, ids: set[int]) -> Places:
    return [event if event and event.event_id not in ids else None for event in events]


def _number(events: Places) -> int:
    return sum(event is not None for event in events)


def _letter(
    segment_id: str, position: int, line: bytes, organization_id: int, reason: str, now: datetime
) -> DeadLetter:
    return DeadLetter(
        organization_id=organization_id,
        segment_id=segment_id,
        position=position,
        line=line,
        # PostgreSQL text cannot hold NUL, and a reason may quote the line.
        reason=reason.replace("\x00", "\\0")[:2_000],
        created_at=now,
    )
