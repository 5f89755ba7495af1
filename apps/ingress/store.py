"""From a segment's lines to rows: decode, enrich, store exactly once, put aside what cannot be stored.

Clicks go to ClickHouse, postbacks to PostgreSQL as they are. Clicks first: they need PostgreSQL for nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from apps.ingress.enrich import enrich
from apps.ingress.enrich.tables import current
from apps.ingress.event import Event
from apps.ingress.labelling import labelled, shelf
from apps.ingress.line import BadLine, decode
from apps.ingress.models import DeadLetter, Postback
from apps.ingress.postbacks.line import is_postback, received_at, taken_of
from apps.ingress.privacy import shelf as privacy
from apps.ingress.privacy.erasing import WHY_EMPTIED
from apps.ingress.privacy.shelf import Shelf as Privacy
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.writer import Refused, store_all_but_refused, stored_ids

# A segment older than this may have been stored so long ago that ClickHouse has forgotten its token: look before storing.
TOKEN_TRUSTED = timedelta(seconds=60)
ATTEMPTS = 3
# Another attempt may be about to show what this one misses.
SETTLE_S = 2.0
BATCH = 500

log = structlog.get_logger(__name__)

# The events of a segment by the place of their line; nothing where there is none, or none to store any more.
Places = Sequence[Event | None]


@dataclass(frozen=True)
class Stored:
    """What became of the lines. `stored` are clicks, `skipped` clicks that were stored already; `postbacks` all there were."""

    stored: int
    dead: int
    skipped: int
    postbacks: int = 0


@dataclass(frozen=True)
class _Read:
    """The lines, sorted. `events` has a place for each, empty where the line was another thing."""

    events: Places
    postbacks: list[Postback]
    dead: list[DeadLetter]


def store_lines(segment_id: str, lines: Sequence[bytes], *, now: datetime, look_first: bool = False) -> Stored:
    """Store these lines exactly once under the segment's id, however often and by however many this is called.

    `look_first` says that this may not be the first attempt: ClickHouse is asked which are stored already, and afterwards whether
    all are. It is done unasked for lines that waited long. Lines that are neither click nor postback, and events that ClickHouse
    refuses, become dead letters. Errors: WarehouseUnavailable, django.db.Error; then nothing is settled, and calling again is
    right.
    """
    read = _decoded(segment_id, lines, now)
    events, dead = read.events, read.dead
    if look_first or _waited_long(events, now):
        fresh = _without(events, _found(events))
        refused = _store_and_look(segment_id, fresh, now)
    else:
        fresh = events
        refused = store_all_but_refused(fresh, token=segment_id)
    for bad in refused:
        event = events[bad.position]
        organization_id = event.organization_id if event else 0
        dead.append(_letter(segment_id, bad.position + 1, lines[bad.position], organization_id, bad.reason, now))
    # Under its own id each: what was stored before is left as it is.
    Postback.objects.bulk_create(read.postbacks, batch_size=BATCH, ignore_conflicts=True)
    DeadLetter.objects.bulk_create(dead, ignore_conflicts=True)
    return Stored(_number(fresh) - len(refused), len(dead), _number(events) - _number(fresh), len(read.postbacks))


def _decoded(segment_id: str, lines: Sequence[bytes], now: datetime) -> _Read:
    events: list[Event | None] = [None] * len(lines)
    postbacks, dead = [], []
    tables, rules, keeping = current(now), shelf.current(now), privacy.current(now)
    for place, line in enumerate(lines):
        try:
            if is_postback(line):
                postbacks.append(_postback(line, keeping))
            else:
                event = keeping.kept(enrich(decode(line, stored_at=now), tables))
                labels = rules.of(event.organization_id)
                events[place] = keeping.forgotten(labelled(event, labels) if labels else event)
        except BadLine as error:
            dead.append(_letter(segment_id, place + 1, line, 0, str(error), now))
    return _Read(events, postbacks, dead)


def _postback(line: bytes, keeping: Privacy) -> Postback:
    taken = taken_of(line)
    moment = received_at(taken.at_ms)
    return Postback(
        id=taken.id,
        organization_id=taken.organization_id,
        network_id=taken.network_id,
        received_at=moment,
        reason=taken.reason,
        line=keeping.kept_postback(taken.organization_id, line, moment),
    )


def _waited_long(events: Places, now: datetime) -> bool:
    return any(now - event.happened_at > TOKEN_TRUSTED for event in events if event)


def _store_and_look(segment_id: str, events: Places, now: datetime) -> list[Refused]:
    """Store them and make sure that they are there.

    ClickHouse writes down a token before it has the rows. Killed between the two it absorbs the block ever after (3 of 60 kills
    in the middle of inserts, 2026-11-22); what it turns out not to have is stored under a further token.
    """
    refused: list[Refused] = []
    for attempt in range(ATTEMPTS):
        refused += store_all_but_refused(events, token=f"{segment_id}+{attempt}" if attempt else segment_id)
        events = _missing(events, refused, now)
        if not _number(events):
            return refused
        log.warning("clickhouse does not show what it took", segment=segment_id, events=_number(events))
        time.sleep(SETTLE_S)
        events = _missing(events, refused, now)
    raise WarehouseUnavailable(
        f"ClickHouse took {_number(events)} events of segment {segment_id} and does not show them"
    )


def _missing(events: Places, refused: list[Refused], now: datetime) -> Places:
    """Those that ClickHouse should show and does not. One whose retention is over may be deleted as soon as it is stored."""
    bad = {one.position for one in refused}
    good = [None if place in bad or (event and _is_over(event, now)) else event for place, event in enumerate(events)]
    return _without(good, _found(good))


def _is_over(event: Event, now: datetime) -> bool:
    return event.retention_days > 0 and now - event.happened_at >= timedelta(days=event.retention_days)


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
    left = privacy.current(now).forgotten_line(line)
    return DeadLetter(
        organization_id=organization_id,
        segment_id=segment_id,
        position=position,
        line=left,
        # PostgreSQL text cannot hold NUL, and a reason may quote the line.
        reason=reason.replace("\x00", "\\0")[:2_000] if left == line else WHY_EMPTIED,
        created_at=now,
    )
