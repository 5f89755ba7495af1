"""Writing moves down as entries, a chunk at a time: each exactly once, however often and by however many that is tried."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from apps.attribution.ledger.chunks import CHUNK_ENTRIES, Chunk, days_of
from apps.attribution.ledger.insert import SIGNS, insert, missing
from apps.attribution.ledger.moves import moves
from apps.attribution.ledger.orders import Order
from apps.attribution.ledger.pieces import pieces
from apps.attribution.ledger.sql import MANY_EVENTS, WITHIN, filled, milliseconds, span
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.reader import SCOPE, Warehouse
from apps.ingress.warehouse.upkeep import change

ATTEMPTS = 3
# What another attempt has written may be about to show.
SETTLE_S = 1.0
MAX_EXECUTION_S = 180
INSERT_SETTINGS = {
    **MANY_EVENTS,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    # The token says what a block is. In which order its rows come does not matter.
    "deduplicate_insert_select": "enable_even_for_bad_queries",
    "max_insert_threads": 1,
    "min_insert_block_size_rows": 16 * CHUNK_ENTRIES,
    "min_insert_block_size_bytes": 0,
    "max_execution_time": MAX_EXECUTION_S,
}
SHOULD = """
SELECT toDate(happened_at, 'UTC') AS day, sum(length({{signs}})) AS entries FROM ({{moves}}) GROUP BY day
"""
IS = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS entries FROM attribution_entries
WHERE {{scope}} AND {{within}} AND edition = {edition:UInt32} AND NOT live GROUP BY day
"""


@dataclass(frozen=True)
class _Count:
    entries: int


@dataclass(frozen=True)
class _OfDay(_Count):
    day: date


@dataclass(frozen=True)
class Posting:
    """An order being written down under the number of its edition. `recorded_at` is when its run began."""

    order: Order
    edition: int
    recorded_at: datetime

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.order.organization_id, MAX_EXECUTION_S)


def written(posting: Posting) -> Counter[date]:
    """How many entries there are, by day of UTC. Errors: WarehouseUnavailable. Cost: two columns of the organization's entries."""
    return _counted(posting, span(posting.order.start, posting.order.end))


def _counted(posting: Posting, when: Mapping[str, int]) -> Counter[date]:
    parameters = {**when, "edition": posting.edition}
    rows = posting.warehouse.rows(filled(IS, within=WITHIN), _OfDay, parameters, name="ledger_is")
    return Counter({row.day: row.entries for row in rows})


def days_left(posting: Posting, alive: Callable[[], None] = lambda: None) -> list[date]:
    """Days that should have more entries than they have, oldest first. Errors: WarehouseUnavailable, QuestionTooLarge.

    Calls `alive` before each question. Source: tables events and attribution_entries. Cost: one pass over the span, some millions
    of events at a time.
    """
    alive()
    there = written(posting)
    alive()
    days = days_of(posting.warehouse, posting.order)
    # There cannot be more: so it is after most runs, and reading every label once more took as long as a tenth of writing them.
    if all(there[day.day] == day.entries for day in days):
        return []
    return [day for day, number in sorted(_should(posting, alive).items()) if number > there[day]]


def _should(posting: Posting, alive: Callable[[], None]) -> Counter[date]:
    """How many entries there should be, by day."""
    asked = moves(posting.order)
    should = filled(SHOULD, signs=SIGNS, moves=asked.sql)
    entries: Counter[date] = Counter()
    for piece in pieces(posting.warehouse, posting.order):
        alive()
        parameters = {**asked.parameters, **piece}
        for one in posting.warehouse.rows(should, _OfDay, parameters, name="ledger_should", limits=MANY_EVENTS):
            entries[one.day] += one.entries
    return entries


def post(posting: Posting, chunk: Chunk, alive: Callable[[], None] = lambda: None) -> None:
    """Write a chunk of which nothing is there. Calls `alive` before each part. Errors: WarehouseUnavailable, QuestionTooLarge.

    Whether all of it has come to be there is for whoever calls to ask afterwards, of many chunks at once: `days_left`.
    """
    for when in chunk.spans(posting.order):
        alive()
        _insert(posting, when, _token(posting, chunk, when), is_bare=chunk.is_bare)


def complete(posting: Posting, chunk: Chunk, alive: Callable[[], None] = lambda: None) -> bool:
    """Make sure that all entries of a chunk are there; returns whether some were missing. Calls `alive` before each part.

    Errors: WarehouseUnavailable, QuestionTooLarge; then calling again is right.
    """
    wrote = False
    for when in chunk.spans(posting.order):
        alive()
        if _missing(posting, when):
            _insist(posting, when, _token(posting, chunk, when))
            wrote = True
    return wrote


def _token(posting: Posting, chunk: Chunk, when: Mapping[str, int]) -> str:
    """The token absorbs an attempt that is still under way elsewhere; looking afterwards does the rest: docs/decisions/0004."""
    return f"ledger-{posting.order.organization_id}-{posting.edition}-{chunk}-{when['part']}-{when['parts']}"


def _insist(posting: Posting, when: Mapping[str, int], token: str) -> None:
    tried: Counter[int] = Counter()
    for _ in range(ATTEMPTS):
        there = _counted(posting, when).total()
        _insert(posting, when, _further(token, there, tried[there]))
        tried[there] += 1
        lacking = _missing(posting, when)
        if lacking:
            time.sleep(SETTLE_S)
            lacking = _missing(posting, when)
        if not lacking:
            return
    raise WarehouseUnavailable(f"ClickHouse took {lacking} entries of {token} and does not show them")


def _further(token: str, there: int, tried: int) -> str:
    """Each number of entries that are there has tokens of its own: what comes late, time after time, is not absorbed by what came
    before it, and whoever tries the same elsewhere has the same one. The chunk's own is that of nothing there."""
    return f"{token}+{there}+{tried}" if there or tried else token


def _insert(posting: Posting, when: Mapping[str, int], token: str, *, is_bare: bool = False) -> None:
    asked = insert(posting.order, is_bare=is_bare)
    organization_id = posting.order.organization_id
    parameters = {
        **asked.parameters,
        **when,
        "organization_id": organization_id,
        "edition": posting.edition,
        "recorded_ms": milliseconds(posting.recorded_at),
    }
    settings = {**INSERT_SETTINGS, "insert_deduplication_token": token}
    sql = filled(asked.sql, scope=SCOPE)
    change(sql, parameters, name=f"ledger_post org={organization_id}", settings=settings)


def _missing(posting: Posting, when: Mapping[str, int]) -> int:
    asked = missing(posting.order)
    parameters = {**asked.parameters, **when, "edition": posting.edition}
    return posting.warehouse.rows(asked.sql, _Count, parameters, name="ledger_missing", limits=MANY_EVENTS)[0].entries
