"""Bringing an access log in: each hit becomes a line like those of the spool and goes through the same door.

Importing twice stores once: an event's id follows from the organization, the bytes of its line and which one it is of
the lines with these bytes. What ClickHouse has is left out, one block at a time under a lock of the organization.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from django.db import connection, transaction

from apps.ingress.access_log import Hit, Malformed, Reader
from apps.ingress.access_log_event import Import, Occurrences, encode, event_id
from apps.ingress.access_log_file import Line
from apps.ingress.event import EPOCH
from apps.ingress.models import DeadLetter
from apps.ingress.store import store_lines
from apps.ingress.warehouse.writer import stored_ids

CHUNK_LINES = 5_000
SHOWN_LINES = 20
SHOWN_MENDED = 5
# ClickHouse refuses a block of more than 100 partitions, and a partition is a month.
BLOCK_MONTHS = 50
ATTEMPTS = 3
LOCK = int.from_bytes(b"log ")
LATEST = datetime(2149, 1, 1, tzinfo=UTC)

# An import takes hours. What is stored says when, and by what is known then: rules, policies and erasures of that moment.
Clock = Callable[[], datetime]


class NotStored(Exception):
    """ClickHouse confirmed a block and does not have it."""


@dataclass
class Report:
    """What became of the lines so far. `shown` are the first malformed ones: number, reason, bytes."""

    read: int = 0
    blank: int = 0
    directives: int = 0
    stored: int = 0
    already_stored: int = 0
    refused: int = 0
    malformed: int = 0
    too_old: int = 0
    mended: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    shown: list[tuple[int, str, bytes]] = field(default_factory=list)
    shown_mended: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Brought:
    """A hit with the id it will be stored under."""

    event_id: int
    hit: Hit

    @property
    def happened_at(self) -> datetime:
        return self.hit.happened_at


def bring(source: Import, chunks: Iterable[Sequence[Line]], clock: Clock) -> Iterator[Report]:
    """Stores the chunks in order, and yields the one growing report after each.

    Errors: WarehouseUnavailable, NotStored; what was yielded before is stored, and bringing it all again is harmless.
    """
    report = Report()
    occurrences = Occurrences()
    for chunk in chunks:
        brought, letters = _understood(source, chunk, occurrences, report, clock())
        DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
        for block in _blocks(brought):
            _store(source, block, report, clock)
        yield report


def bring_line(source: Import, raw: bytes, occurrence: int, clock: Clock) -> None:
    """One line once more, as `bring` would bring it. Errors: Malformed, WarehouseUnavailable, NotStored."""
    hit = _read(source.reader, Line(0, raw))
    if hit:
        number = event_id(source.organization_id, raw, occurrence, hit.happened_at)
        _store(source, [Brought(number, hit)], Report(), clock)


def _understood(
    source: Import, chunk: Sequence[Line], occurrences: Occurrences, report: Report, now: datetime
) -> tuple[list[Brought], list[DeadLetter]]:
    """The hits of a chunk, and the letters of its malformed lines."""
    brought: dict[int, Brought] = {}
    letters = []
    oldest = now - timedelta(days=source.retention_days) if source.retention_days else EPOCH
    for line in chunk:
        report.read += 1
        if not line.raw.strip():
            report.blank += 1
            continue
        occurrence = occurrences.next(line.raw)
        try:
            hit = _read(source.reader, line)
        except Malformed as error:
            _note_malformed(line, str(error), report)
            letters.append(_letter(source, line, occurrence, str(error), now))
            continue
        if hit is None:
            report.directives += 1
        elif hit.happened_at < oldest:
            report.too_old += 1
        else:
            _note(hit, line, report)
            _add(brought, Brought(event_id(source.organization_id, line.raw, occurrence, hit.happened_at), hit))
    return list(brought.values()), letters


def _read(reader: Reader, line: Line) -> Hit | None:
    if line.too_long:
        raise Malformed(f"too long for a line of a log; the first {len(line.raw):,} bytes are kept")
    hit = reader.read(line.raw)
    if hit and not EPOCH <= hit.happened_at < LATEST:
        raise Malformed(f"no believable time: {hit.happened_at:%Y-%m-%d}")
    return hit


def _note(hit: Hit, line: Line, report: Report) -> None:
    report.first_at = min(report.first_at or hit.happened_at, hit.happened_at)
    report.last_at = max(report.last_at or hit.happened_at, hit.happened_at)
    report.mended += hit.mended
    if hit.mended and len(report.shown_mended) < SHOWN_MENDED:
        report.shown_mended.append(line.number)


def _note_malformed(line: Line, reason: str, report: Report) -> None:
    report.malformed += 1
    if len(report.shown) < SHOWN_LINES:
        report.shown.append((line.number, reason, line.raw))


def _letter(source: Import, line: Line, occurrence: int, reason: str, now: datetime) -> DeadLetter:
    """The same line at the same place of the same file, brought again, is the same letter."""
    identity = b"%d %d " % (source.organization_id, occurrence) + line.raw
    return DeadLetter(
        organization_id=source.organization_id,
        segment_id=f"import-{blake2b(identity, digest_size=16).hexdigest()}",
        position=line.number,
        source=DeadLetter.Source.IMPORT,
        line=line.raw,
        context={**source.context(), "occurrence": str(occurrence)},
        reason=reason.replace("\x00", "\\0"),
        created_at=now,
    )


def _add(brought: dict[int, Brought], one: Brought) -> None:
    """Two lines of a chunk with one id (once in ten million chunks): the later takes the next free one."""
    while one.event_id in brought:
        one = Brought(one.event_id + 1, one.hit)
    brought[one.event_id] = one


def _blocks(brought: list[Brought]) -> Iterator[list[Brought]]:
    """The hits by time, in blocks of few enough months."""
    by_time = sorted(brought, key=lambda one: (one.happened_at, one.event_id))
    months = [list(group) for _, group in groupby(by_time, key=lambda one: one.happened_at.strftime("%Y%m"))]
    for start in range(0, len(months), BLOCK_MONTHS):
        yield [one for month in months[start : start + BLOCK_MONTHS] for one in month]


def _store(source: Import, block: Sequence[Brought], report: Report, clock: Clock) -> None:
    """Stores what is not stored yet, and looks again: only what ClickHouse gives back counts as stored."""
    ids = [one.event_id for one in block]
    lines = [encode(source, one.event_id, one.hit) for one in block]
    span = block[0].happened_at, block[-1].happened_at
    with transaction.atomic():
        _lock(source.organization_id)
        outcomes = []
        for attempt in range(ATTEMPTS):
            outcomes.append(store_lines(_token(ids, attempt), lines, now=clock(), look_first=True))
            found = stored_ids([source.organization_id], ids, *span)
            if len(found) + outcomes[-1].dead >= len(ids):
                break
        else:
            raise NotStored(f"{len(ids) - len(found)} lines from {span[0]:%Y-%m-%d %H:%M} on")
    before = outcomes[0].skipped
    report.already_stored += before
    report.stored += len(found) - before
    report.refused += outcomes[-1].dead


def _lock(organization_id: int) -> None:
    """Another import into this organization waits until this block is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, organization_id])


def _token(ids: Sequence[int], attempt: int) -> str:
    """Follows from the ids, so that sending a block again after a lost answer stores it once.

    The attempt is part of it: ClickHouse remembers the token of a block that was deleted since, and would absorb it.
    """
    everything = b"".join(one.to_bytes(8) for one in ids)
    return f"import-{blake2b(everything, digest_size=16).hexdigest()}-{attempt}"
