"""Writing moves down as entries, a day of UTC at a time: each exactly once, however often and by however many that is tried."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apps.attribution.ledger.columns import COPIED, ENTRY, LABEL
from apps.attribution.ledger.moves import Moves, moves
from apps.attribution.ledger.orders import Order
from apps.attribution.ledger.pieces import pieces
from apps.attribution.ledger.sql import WITHIN, filled, milliseconds, span
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.reader import SCOPE, Warehouse
from apps.ingress.warehouse.upkeep import change

ATTEMPTS = 3
# What another attempt has written may be about to show.
SETTLE_S = 1.0
MAX_EXECUTION_S = 180
# A part of a day is one block, there as a whole or not at all: some 200 bytes an entry in memory.
PART_ENTRIES = 500_000
INSERT_SETTINGS = {
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    # The token says what a block is. In which order its rows come does not matter.
    "deduplicate_insert_select": "enable_even_for_bad_queries",
    "max_insert_threads": 1,
    "min_insert_block_size_rows": 16 * PART_ENTRIES,
    "min_insert_block_size_bytes": 0,
    "max_execution_time": MAX_EXECUTION_S,
}
SIGNS = """
CAST(arrayConcat(if(old_campaign_id = 0, [], [-1]), if(new_campaign_id = 0, [], [1])), 'Array(Int8)')
"""
THERE = "SELECT event_id, sign FROM attribution_entries WHERE {{scope}} AND {{within}} AND edition = {edition:UInt32} AND NOT live"
MISSING = """
FROM (SELECT *, arrayJoin({{signs}}) AS sign FROM ({{moves}})) AS m
WHERE (m.event_id, m.sign) NOT IN ({{there}})
"""
COUNT_MISSING = "SELECT count() AS entries " + MISSING
INSERT = "INSERT INTO attribution_entries ({{columns}}) SELECT {{values}} " + MISSING
SHOULD = """
SELECT toDate(happened_at, 'UTC') AS day, sum(length({{signs}})) AS entries FROM ({{moves}}) GROUP BY day
"""
IS = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS entries FROM attribution_entries
WHERE {{scope}} AND {{within}} AND edition = {edition:UInt32} AND NOT live GROUP BY day
"""


@dataclass(frozen=True)
class Day:
    """A day of UTC, how many entries it should have, and how many it has."""

    day: date
    entries: int
    there: int = 0

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.day, datetime.min.time(), UTC)


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


def days_left(posting: Posting) -> list[Day]:
    """Days that should have more entries than they have, oldest first. Errors: WarehouseUnavailable, QuestionTooLarge.

    Source: tables events and attribution_entries. Cost: one pass over the span, some millions of events at a time.
    """
    asked = moves(posting.order)
    should, there = filled(SHOULD, signs=SIGNS, moves=asked.sql), filled(IS, within=WITHIN)
    entries: Counter[date] = Counter()
    written: Counter[date] = Counter()
    for piece in pieces(posting.warehouse, posting.order):
        parameters = {**asked.parameters, **piece, "edition": posting.edition}
        for one in posting.warehouse.rows(should, _OfDay, parameters, name="ledger_should"):
            entries[one.day] += one.entries
        for one in posting.warehouse.rows(there, _OfDay, parameters, name="ledger_is"):
            written[one.day] += one.entries
    return [Day(day, number, written[day]) for day, number in sorted(entries.items()) if number > written[day]]


def post_day(posting: Posting, day: Day, alive: Callable[[], None] = lambda: None) -> bool:
    """Make sure that all entries of the day are there; returns whether some were missing. Calls `alive` before each part.

    Errors: WarehouseUnavailable, QuestionTooLarge; then calling again is right.
    """
    parts = max(-(-day.entries // PART_ENTRIES), 1)
    start = max(day.begins_at, posting.order.start)
    end = min(day.begins_at + timedelta(days=1), posting.order.end)
    spans = [span(start, end, part=part, parts=parts) for part in range(parts)]
    wrote = False
    for when in spans:
        alive()
        if not day.there or _missing(posting, when):
            _post(posting, when, f"{day.day}-{when['part']}-{parts}")
            wrote = True
    return wrote


def _post(posting: Posting, when: Mapping[str, int], name: str) -> None:
    """The token absorbs an attempt that is still under way elsewhere; looking afterwards does the rest: docs/decisions/0004."""
    token = f"ledger-{posting.order.organization_id}-{posting.edition}-{name}"
    asked = moves(posting.order, COPIED)
    for attempt in range(ATTEMPTS):
        _insert(posting, asked, when, f"{token}+{attempt}" if attempt else token)
        missing = _missing(posting, when)
        if missing:
            time.sleep(SETTLE_S)
            missing = _missing(posting, when)
        if not missing:
            return
    raise WarehouseUnavailable(f"ClickHouse took {missing} entries of {name} and does not show them")


def _insert(posting: Posting, asked: Moves, when: Mapping[str, int], token: str) -> None:
    copied = {name: _either(name, asked) for name in (*LABEL, *COPIED)}
    values = {
        "organization_id": "{organization_id:UInt32}",
        "edition": "{edition:UInt32}",
        "recorded_at": "fromUnixTimestamp64Milli({recorded_ms:Int64})",
        **copied,
    }
    sql = filled(
        INSERT,
        columns=", ".join(ENTRY),
        values=", ".join(values.get(name, f"m.{name}") for name in ENTRY),
        signs=SIGNS,
        moves=asked.sql,
        there=THERE,
        within=WITHIN,
        scope=SCOPE,
    )
    parameters = {
        **asked.parameters,
        **when,
        "organization_id": posting.order.organization_id,
        "edition": posting.edition,
        "recorded_ms": milliseconds(posting.recorded_at),
    }
    settings = {**INSERT_SETTINGS, "insert_deduplication_token": token}
    change(sql, parameters, name=f"ledger_post org={posting.order.organization_id}", settings=settings)


def _either(name: str, asked: Moves) -> str:
    """A column of the label that goes or of the one that comes."""
    return f"if(m.sign < 0, m.old_{name}, m.new_{name})" if asked.takes else f"m.new_{name}"


def _missing(posting: Posting, when: Mapping[str, int]) -> int:
    asked = moves(posting.order)
    sql = filled(COUNT_MISSING, signs=SIGNS, moves=asked.sql, there=THERE, within=WITHIN)
    parameters: dict[str, Any] = {**asked.parameters, **when, "edition": posting.edition}
    return posting.warehouse.rows(sql, _Count, parameters, name="ledger_missing")[0].entries
