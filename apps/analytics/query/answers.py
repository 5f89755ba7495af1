"""What comes back: rows, totals, and where the numbers are from."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.analytics.query.question import Query

# Counts are int, shares and ratios float, money Decimal in the organization's currency; None is "not defined" or "not known".
Number = int | float | Decimal | None


class Source(StrEnum):
    """Which tables were read."""

    ROLLUP = "hourly roll-up"
    BOTH = "hourly roll-up and events"
    EVENTS = "events"
    LEDGER = "attribution ledger"
    LABELLED = "events and attribution ledger"
    MONEY = "conversions and costs"


@dataclass(frozen=True)
class Row:
    """The metrics of one group, or of one interval of it.

    `key` has one text for each dimension of the query, "" where the events say nothing; `Dimension.text` makes it readable. `at`
    is when the interval begins, UTC, None without an interval. `before` has the same metrics of the time compared with, None when
    the query compares with nothing.
    """

    key: tuple[str, ...]
    at: datetime | None
    values: dict[str, Number]
    before: dict[str, Number] | None = None
    # Of a sampled answer: how far each number may be off, either way, at 95 %.
    errors: dict[str, int] = field(default_factory=dict)

    def change(self, metric: str) -> float | None:
        """How much more it is than before, as a share of before; None when there is nothing to compare with."""
        now, before = self.values[metric], (self.before or {}).get(metric)
        return float((Decimal(now) - Decimal(before)) / abs(Decimal(before))) if now is not None and before else None

    def error(self, metric: str) -> float | None:
        """How far a sampled number may be off, as a share of it; None when it was counted, or is nothing."""
        value = self.values[metric]
        return self.errors[metric] / float(value) if metric in self.errors and value else None


@dataclass(frozen=True)
class Answer:
    """`rows` are ordered as asked; with an interval each key's row of every interval follows another, oldest first, quiet ones
    as zeros; without dimensions and interval the one row is the totals. `rest` is what `limit` cut off: one row, or one for each
    interval, with an empty key; nothing when nothing was cut.

    `totals` is over everything, shown or not. `keys` says how many groups there are altogether. `notes` are sentences for the
    reader: why a metric is None, that history is gone. `before_at` has, for a query with interval and comparison, the beginning of
    the earlier interval that each interval of `at` stands beside. `asked_at` is when ClickHouse answered; `cached` that it was
    not asked this time. `share` is below 1 when the numbers are estimated from so large a part of the events.
    """

    query: Query
    rows: tuple[Row, ...]
    totals: Row
    rest: tuple[Row, ...] = ()
    keys: int = 0
    source: Source = Source.EVENTS
    notes: tuple[str, ...] = ()
    asked_at: datetime | None = None
    cached: bool = False
    before_at: dict[datetime, datetime] = field(default_factory=dict)
    share: float = 1.0

    @property
    def is_sampled(self) -> bool:
        return self.share < 1
