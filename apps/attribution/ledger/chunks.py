"""What is written at a time: small days of a month together, or a part of a large one. Planned once, before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from apps.attribution.ledger.moves import NAMED
from apps.attribution.ledger.orders import Apply, Order
from apps.attribution.ledger.pieces import PIECE_EVENTS, day_after, midnight
from apps.attribution.ledger.sql import WITHIN, filled, milliseconds, span
from apps.ingress.rules import where
from apps.ingress.warehouse.reader import Warehouse

# A chunk is one block, there as a whole or not at all: some 200 bytes an entry in memory.
CHUNK_ENTRIES = 500_000
# An event makes two at most, one of the label that goes and one of the one that comes.
CHUNK_FITTING = CHUNK_ENTRIES // 2
FITTING = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS events,
       countIf(stored_at <= fromUnixTimestamp64Milli({watermark_ms:Int64}) AND ({{rule}})) AS fitting
FROM events WHERE {{scope}} AND {{within}} AND stored_at > fromUnixTimestamp64Milli({since_ms:Int64}) GROUP BY day ORDER BY day
"""
ONCE_NAMED = """
SELECT toDate(happened_at, 'UTC') AS day, uniqExact(event_id) AS events, events AS fitting FROM ({{named}})
GROUP BY day ORDER BY day
"""


@dataclass(frozen=True)
class Chunk:
    """Days of UTC of one month, first and last, that are one block; a large day alone is as many as it has parts.

    `days` are those of them that have something.
    """

    first: date
    last: date
    days: int = 1
    parts: int = 1

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
class _Day:
    day: date
    events: int
    fitting: int


def planned(warehouse: Warehouse, order: Order) -> list[Chunk]:
    """Chunks of all that the order may move, oldest first. Errors: WarehouseUnavailable, QuestionTooLarge.

    Labels are not looked at, so there may be fewer entries than there is room for. Asked again the answer may differ, when events
    that were on their way have arrived: whoever writes keeps the first one, as tokens are named for chunks.
    Source: table events, of a revert attribution_entries. Cost: the columns of the rule, once over the span.
    """
    parameters: dict[str, Any] = span(order.start, order.end)
    if isinstance(order, Apply):
        condition = where(order.rule)
        sql = filled(FITTING, rule=condition.sql, within=WITHIN)
        parameters |= {**condition.parameters, "watermark_ms": milliseconds(order.watermark)}
        parameters["since_ms"] = milliseconds(order.since)
    else:
        sql = filled(ONCE_NAMED, named=NAMED, within=WITHIN)
        parameters |= order.named()
    days = warehouse.rows(sql, _Day, parameters, name="ledger_plan")
    chunks = [_chunk(some) for _, month in groupby(days, key=lambda one: one.day.replace(day=1)) for some in _in(month)]
    return [chunk for chunk in chunks if chunk.days]


def _in(month: Iterator[_Day]) -> Iterator[list[_Day]]:
    """Days in a row, as many as make one block and whose labels fit into memory; one at least."""
    some: list[_Day] = []
    for day in month:
        if some and _parts([*some, day]) > 1:
            yield some
            some = []
        some.append(day)
    yield some


def _chunk(days: Sequence[_Day]) -> Chunk:
    return Chunk(days[0].day, days[-1].day, sum(day.fitting > 0 for day in days), _parts(days))


def _parts(days: Sequence[_Day]) -> int:
    events, fitting = sum(day.events for day in days), sum(day.fitting for day in days)
    return max(-(-events // PIECE_EVENTS), -(-fitting // CHUNK_FITTING), 1)
