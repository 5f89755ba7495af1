"""From a segment's lines to rows: decode, enrich, store exactly once, put aside what cannot be stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.ingress.enrich import enrich
from apps.ingress.event import Event
from apps.ingress.line import BadLine, decode
from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.writer import Refused, store_all_but_refused, stored_ids

# A segment older than this may have been stored so long ago that ClickHouse has forgotten its token: look before storing.
TOKEN_TRUSTED = timedelta(seconds=60)


@dataclass(frozen=True)
class Stored:
    """What became of the lines. `skipped` were stored already."""

    stored: int
    dead: int
    skipped: int


@dataclass(frozen=True)
class _Candidate:
    position: int
    line: bytes
    event: Event


def store_lines(segment_id: str, lines: Sequence[bytes], *, now: datetime, look_first: bool = False) -> Stored:
    """Store these lines exactly once under the segment's id, however often and by however many this is called.

    `look_first` asks ClickHouse which are stored already; it is done unasked for lines that waited long. Lines that are no events,
    and events that ClickHouse refuses, become dead letters. Errors: WarehouseUnavailable, django.db.Error; then nothing is
    settled, and calling again is right.
    """
    candidates, dead = _decoded(segment_id, lines, now)
    fresh = _not_stored(candidates, now, look_first)
    refused = store_all_but_refused([candidate.event for candidate in fresh], token=segment_id)
    dead += [_refused(segment_id, fresh[bad.position], bad, now) for bad in refused]
    DeadLetter.objects.bulk_create(dead, ignore_conflicts=True)
    return Stored(stored=len(fresh) - len(refused), dead=len(dead), skipped=len(candidates) - len(fresh))


def _decoded(segment_id: str, lines: Sequence[bytes], now: datetime) -> tuple[list[_Candidate], list[DeadLetter]]:
    candidates, dead = [], []
    for position, line in enumerate(lines, start=1):
        try:
            event = replace(enrich(decode(line)), stored_at=now)
        except BadLine as error:
            dead.append(_letter(segment_id, position, line, 0, str(error), now))
        else:
            candidates.append(_Candidate(position, line, event))
    return candidates, dead


def _not_stored(candidates: list[_Candidate], now: datetime, look_first: bool) -> list[_Candidate]:
    times = [candidate.event.happened_at for candidate in candidates]
    if not times or not (look_first or now - min(times) > TOKEN_TRUSTED):
        return candidates
    organizations = {candidate.event.organization_id for candidate in candidates}
    ids = [candidate.event.event_id for candidate in candidates]
    stored = stored_ids(organizations, ids, min(times), max(times))
    return [candidate for candidate in candidates if candidate.event.event_id not in stored]


def _refused(segment_id: str, candidate: _Candidate, bad: Refused, now: datetime) -> DeadLetter:
    return _letter(segment_id, candidate.position, candidate.line, candidate.event.organization_id, bad.reason, now)


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
