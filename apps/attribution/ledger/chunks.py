"""What is written at a time: small days of a month together, or a part of a large one. Planned once, before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from apps.attribution.ledger.layers import NAMED
from apps.attribution.ledger.orders import Apply, Order
from apps.attribution.ledger.pieces import PIECE_EVENTS, day_after, midnight
from apps.attribution.ledger.sql import AS_OF, WITHIN, filled, milliseconds, span
from apps.attribution.models import Policy
from apps.ingress.rules import where
from apps.ingress.warehouse.reader import Warehouse

# A chunk is one block, there as a whole or not at all: some 200 bytes an entry in memory.
CHUNK_ENTRIES = 500_000
FITTING = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS events, false AS is_bare,
       {of_each:UInt8} * countIf(stored_at <= fromUnixTimestamp64Milli({watermark_ms:Int64}) AND ({{rule}})) AS entries
FROM events WHERE {{scope}} AND {{within}} AND stored_at > fromUnixTimestamp64Milli({since_ms:Int64}) GROUP BY day ORDER BY day
"""
OF_NAMED = """
SELECT toDate(happened_at, 'UTC') AS day, countIf({{named}}) AS events, countIf({{as_of}} AND NOT ({{named}})) = 0 AS is_bare,
       if(is_bare, 1, {of_each:UInt8}) * events AS entries
FROM attribution_entries WHERE {{scope}} AND {{within}} GROUP BY day HAVING events > 0 ORDER BY day
"""


@dataclass(frozen=True)
class Chunk:
    """Days of UTC of one month, first and last, that are one block; a large day alone is as many as it has parts.

    `days` are those of them that have something. What is bare has only entries of the run that is taken back, one of each event: no
    other run writes there meanwhile, and what is stored meanwhile has one entry as well.
    """

    first: date
    last: date
    days: int = 1
    parts: int = 1
    is_bare: bool = False

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.last > self.first else str(self.first)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def words(self) -> str:
        """For people who wait."""
        last = f"{self.last:%-d %B %Y}"
        return f"{self.first:%-d} to {last}" if self.last > self.first else last

    def spans(self, order: Order) -> Iterator[dict[str, int]]:
        """Parameters of WITHIN, of each part."""
        start, end = max(midnight(self.first), order.start), min(midnight(day_after(self.last)), order.end)
        return (span(start, end, part=part, parts=self.parts) for part in range(self.parts))

    def as_json(self) -> list[Any]:
        first, last, *numbers = astuple(self)
        return [first.isoformat(), last.isoformat(), *numbers]


def chunk_of(stored: Sequence[Any]) -> Chunk:
    """From Chunk.as_json."""
    first, last, *numbers = stored
    return Chunk(date.fromisoformat(first), date.fromisoformat(last), *numbers)


@dataclass(frozen=True)
class Day:
    """Of UTC: events, or for a revert entries, that are looked at, and how many entries that may make at most."""

    day: date
    events: int
    entries: int
    is_bare: bool


def planned(warehouse: Warehouse, order: Order) -> list[Chunk]:
    """Chunks of all that the order may move, oldest first. Errors: WarehouseUnavailable, QuestionTooLarge.

    Labels are not looked at, so there may be fewer entries than there is room for. Asked again the answer may differ, when events
    that were on their way have arrived: whoever writes keeps the first one, as tokens are named for chunks.
    Cost: that of `days_of`.
    """
    days = days_of(warehouse, order)
    chunks = [_chunk(some) for _, month in groupby(days, key=lambda one: one.day.replace(day=1)) for some in _in(month)]
    return [chunk for chunk in chunks if chunk.days]


def days_of(warehouse: Warehouse, order: Order) -> list[Day]:
    """Days that have something the order may move, oldest first. Errors: WarehouseUnavailable, QuestionTooLarge.

    Source: table events, of a revert attribution_entries. Cost: the columns of the rule, once over the span.
    """
    # An entry for the label that comes, and unless the order is to fill, another for the one that goes.
    of_each = 1 if isinstance(order, Apply) and order.policy == Policy.FILL else 2
    parameters: dict[str, Any] = {**span(order.start, order.end), "of_each": of_each}
    if isinstance(order, Apply):
        condition = where(order.rule)
        sql = filled(FITTING, rule=condition.sql, within=WITHIN)
        parameters |= {**condition.parameters, "watermark_ms": milliseconds(order.watermark)}
        parameters["since_ms"] = milliseconds(order.since)
    else:
        sql = filled(OF_NAMED, named=NAMED, as_of=AS_OF, within=WITHIN)
        parameters |= {**order.named(), **order.base.parameters()}
    return warehouse.rows(sql, Day, parameters, name="ledger_plan")


def _in(month: Iterator[Day]) -> Iterator[list[Day]]:
    """Days in a row, as many as make one block and whose labels fit into memory; one at least."""
    some: list[Day] = []
    for day in month:
        if some and _parts([*some, day]) > 1:
            yield some
            some = []
        some.append(day)
    yield some


def _chunk(days: Sequence[Day]) -> Chunk:
    number = sum(day.entries > 0 for day in days)
    return Chunk(days[0].day, days[-1].day, number, _parts(days), all(day.is_bare for day in days))


def _parts(days: Sequence[Day]) -> int:
    events, entries = sum(day.events for day in days), sum(day.entries for day in days)
    return max(-(-events // PIECE_EVENTS), -(-entries // CHUNK_ENTRIES), 1)
