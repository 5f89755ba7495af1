"""Counting a part of a very large span, and saying how far that may be off.

Stretches of time are read, for the table is ordered by time: rows picked in between would cost as much as all of them. Each
stretch lies at another place of its turn, so that nothing which happens every hour or every day is met too often. Sixteen
interleaved pieces of them are sixteen small samples; how much these differ says how far all of them together may be off, however
much the clicks of one moment are alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, sqrt
from statistics import variance
from typing import Any

from apps.analytics import cache
from apps.analytics.routing.clicks import Clicks
from apps.analytics.span import Span, milliseconds
from apps.ingress.warehouse.reader import Warehouse

ROWS_MAX = 4_000_000
STRETCHES = 128
PIECES = 16
# Student's t for a piece less, at 95 %.
T = 2.131
# Turns of a shorter span would be no stretches of time.
SHORTEST = timedelta(minutes=1)
GOLDEN = (sqrt(5) - 1) / 2
# A draft may have 200 rules of 200 conditions.
LIMITS: dict[str, Any] = {
    "max_query_size": 32 * 1024**2,
    "max_ast_elements": 1_000_000,
    "max_expanded_ast_elements": 2_000_000,
}

ROWS = "SELECT count() AS rows FROM events WHERE {{scope}} AND ({during})"
STRETCH = "happened_at >= fromUnixTimestamp64Milli({start}) AND happened_at < fromUnixTimestamp64Milli({end})"


@dataclass(frozen=True)
class Count:
    """A number of clicks. `error` is how far it may be off, either way, at 95 %; 0 when everything was counted."""

    value: int
    error: int = 0

    @property
    def is_exact(self) -> bool:
        return not self.error


@dataclass(frozen=True)
class Sample:
    """What is read of a span: `share` of its rows, each standing for `1 / share`.

    The span is as many equal turns as there are `offsets`, and in each a stretch of `length_ms` is read, that far from its
    beginning. Without offsets all of the span is read.
    """

    span: Span
    offsets: tuple[int, ...] = ()
    length_ms: int = 0
    share: float = 1.0

    @property
    def sql(self) -> str:
        """A condition on rows. The stretches are written out for the index alone: asked of each row they took more than 2 s for
        two million rows; what is asked instead takes 0.13 with the rest of the question (2026-11-23).
        """
        start, end = milliseconds(self.span.start), milliseconds(self.span.end)
        if not self.offsets:
            return _during(start, end)
        starts = [start + self._turn_ms * turn + offset for turn, offset in enumerate(self.offsets)]
        read = " OR ".join(_during(at, at + self.length_ms) for at in starts)
        turn = f"intDiv({self._since}, {self._turn_ms})"
        place = f"{self._since} - {turn} * {self._turn_ms} - arrayElement({list(self.offsets)}, {turn} + 1)"
        whole = _during(start, start + self._turn_ms * len(self.offsets))
        return f"{whole} AND indexHint({read}) AND {place} >= 0 AND {place} < {self.length_ms}"

    @property
    def piece(self) -> str:
        """SQL of the piece, from 0, that a row belongs to."""
        return f"intDiv({self._since}, {self._turn_ms}) % {PIECES}" if self.offsets else "0"

    @property
    def _since(self) -> str:
        return f"(toUnixTimestamp64Milli(happened_at) - {milliseconds(self.span.start)})"

    @property
    def _turn_ms(self) -> int:
        return (milliseconds(self.span.end) - milliseconds(self.span.start)) // len(self.offsets)

    def count(self, by_piece: Mapping[int, int]) -> Count:
        """Of all clicks, from those that were read in each piece; a piece without any may be missing."""
        found = sum(by_piece.values())
        if self.share == 1:
            return Count(found)
        spread = variance([by_piece.get(piece, 0) for piece in range(PIECES)])
        error = T * sqrt(PIECES * spread * (1 - self.share)) / self.share
        return Count(round(found / self.share), max(1, ceil(error)))


def sample_of(warehouse: Warehouse, span: Span, *, rows_max: int) -> Sample:
    """The whole span when it has at most so many rows, else stretches that have about as many. Errors: those of Warehouse.rows.

    Source: table events. Units: rows of every kind. Cost: the index, and the border of each stretch.
    """
    whole = Sample(span)
    rows = _rows(warehouse, whole)
    if rows <= rows_max or span.end - span.start < SHORTEST:
        return whole
    part = _part(span, rows_max / rows)
    read = _rows(warehouse, part)
    return replace(part, share=read / rows) if 0 < read < rows else whole


def asked(
    warehouse: Warehouse, sql: str, clicks: Clicks, sample: Sample, parameters: Mapping[str, Any], *, name: str
) -> cache.Found:
    """Rows of a question about clicks, which has `{piece}` and `{clicks}` to fill in. Errors: those of Warehouse.rows."""
    filled = sql.replace("{piece}", sample.piece).replace("{clicks}", f"{sample.sql} AND {clicks.sql}")
    return cache.found(warehouse, filled, {**clicks.parameters, **parameters}, name=name, limits=LIMITS)


def by_piece(records: Sequence[Mapping[str, Any]], column: str) -> dict[int, int]:
    """Sums of a column of the records, by their piece."""
    found: dict[int, int] = {}
    for record in records:
        found[record["piece"]] = found.get(record["piece"], 0) + record[column]
    return found


def settled(warehouse: Warehouse, clicks: Clicks) -> Clicks:
    """With a span that stays the same for some seconds, if the warehouse may give answers that old."""
    return replace(clicks, span=cache.settled(clicks.span)) if warehouse.cached else clicks


def _rows(warehouse: Warehouse, sample: Sample) -> int:
    sql = ROWS.replace("{during}", sample.sql)
    return int(cache.found(warehouse, sql, {}, name="routing_rows", limits=LIMITS).records[0]["rows"])


def _part(span: Span, share: float) -> Sample:
    turn_ms = (span.end - span.start) // timedelta(milliseconds=1) // STRETCHES
    length_ms = max(1, round(turn_ms * share))
    offsets = tuple(round((turn_ms - length_ms) * (turn * GOLDEN % 1)) for turn in range(STRETCHES))
    return Sample(span, offsets, length_ms)


def _during(start: int, end: int) -> str:
    """Written out, for only so does ClickHouse read by its index."""
    return STRETCH.format(start=start, end=end)
