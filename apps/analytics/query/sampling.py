"""A first answer to a question that takes long: what a part of the events says, and how far that may be off."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.analytics import cache
from apps.analytics.query import assembly, statement
from apps.analytics.query.answers import Answer, Number, Row, Source
from apps.analytics.query.facts import SAMPLED
from apps.analytics.query.grouping import ask
from apps.analytics.query.part import estimate, part_of
from apps.analytics.query.periods import periods_of
from apps.analytics.query.question import Query
from apps.analytics.query.reading import Reading
from apps.analytics.query.rollup import marked
from apps.ingress.warehouse.reader import Warehouse

# By three dimensions 395 ms of CPU on two cores, by two 160, which is what reading whole granules costs (2026-11-29).
ROWS = 250_000
# Fewer are counted in a second by any three dimensions: 0.46 s of CPU a million (2026-11-29).
WORTH_ROWS = 4_000_000
# What the sample has of each measure, by its pieces.
Pieces = dict[str, Counter[int]]


def sampled(warehouse: Warehouse, query: Query) -> Answer | None:
    """Clicks and bots of groups, from about ROWS events that lie all over the span; other metrics are None. None when the exact
    answer is as quick, or cannot be estimated so: it reads the roll-up or labels, is ordered by something else, or goes over time.

    Rows have `errors`, and no time before. Groups of which the sample has nothing are absent; how many there are is not known.
    Errors: those of Warehouse.rows. Source: a part of table events. Cost: that part, and its size from the index.
    """
    query = replace(query, compare=None, span=cache.settled(query.span) if warehouse.cached else query.span)
    told = tuple(name for name in query.metrics if name in SAMPLED)
    order = query.order or f"-{query.metrics[0]}"
    if (
        query.reads_labels
        or query.interval
        or query.offset
        or order.removeprefix("-") not in (*told, *query.dimensions)
    ):
        return None
    reading = Reading(replace(query, metrics=told, order=order), marked(warehouse))
    [period] = periods_of(query)
    if not told or reading.cover(period).reads_rollup:
        return None
    all_rows = sum(rows_of(warehouse, statement.rows(period)).values())
    part = part_of(query.span, ROWS / all_rows) if all_rows > WORTH_ROWS else None
    if part is None:
        return None
    read = rows_of(warehouse, statement.rows(period, part))
    found = ask(warehouse, statement.sampled(reading, period, part), "query_sampled")
    answered = _Estimates(query, reading, read, sum(read.values()) / all_rows).answer(found.records)
    return replace(answered, asked_at=found.asked_at, cached=found.cached)


def rows_of(warehouse: Warehouse, asked: statement.Statement) -> Counter[int]:
    """How many of every kind there are, by piece."""
    return Counter({record["piece"]: record["rows"] for record in ask(warehouse, asked, "query_rows").records})


@dataclass(frozen=True)
class _Estimates:
    query: Query
    reading: Reading
    rows: Counter[int]
    share: float

    def answer(self, records: Sequence[Mapping[str, Any]]) -> Answer:
        *groups, totals = records
        shown = groups[: self.query.limit]
        everything = self._pieces(totals)
        row = self._row((), everything)
        return Answer(
            self.query,
            tuple(self._row(assembly.key_of(self.reading, group), self._pieces(group)) for group in shown)
            if self.query.dimensions
            else (row,),
            row,
            (self._row((), self._rest(everything, shown)),) if len(groups) > len(shown) else (),
            source=Source.EVENTS,
            share=self.share,
        )

    def _row(self, key: tuple[str, ...], pieces: Pieces) -> Row:
        counts = {name: estimate(found, self.rows, self.share) for name, found in pieces.items()}
        values: dict[str, Number] = {
            name: counts[name].value if name in counts else None for name in self.query.metrics
        }
        return Row(key, None, values, errors={name: count.error for name, count in counts.items()})

    def _pieces(self, record: Mapping[str, Any]) -> Pieces:
        return {name: Counter(dict(zip(*record[name], strict=True))) for name in self.reading.measures}

    def _rest(self, totals: Pieces, shown: Sequence[Mapping[str, Any]]) -> Pieces:
        rest = {name: Counter(found) for name, found in totals.items()}
        for group in shown:
            for name, found in self._pieces(group).items():
                rest[name].subtract(found)
        return rest
