"""What can be asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.analytics.kinds import Kinds
from apps.analytics.query.dimensions import LABEL, dimension_of
from apps.analytics.query.intervals import Interval
from apps.analytics.query.labelled import Labelled
from apps.analytics.query.metrics import METRICS
from apps.analytics.span import Span
from apps.attribution.ledger.editions import AsOf
from apps.ingress.rules import EVERYTHING, Rule

MAX_DIMENSIONS = 3
MAX_LIMIT = 10_000
MAX_INTERVALS = 10_000
# Rows of a series by dimensions: groups times intervals.
MAX_POINTS = 100_000


class Compare(StrEnum):
    """The time beside the span: as many local days right before up to the same clock, or the same dates a year earlier."""

    PREVIOUS = "previous"
    YEAR = "year"


class BadQuery(ValueError):
    """A question that cannot be asked: `field` names the part of the query, the message is a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Query:
    """Metrics of the span, a row for each combination of dimensions, or for each interval of it. Errors: BadQuery.

    `order` is a metric or dimension of this query, with `-` for the biggest first; empty is the first metric, biggest first, and
    for `hour_of_day` and `weekday` the clock. `limit` and `offset` count groups, whatever the interval; a series without
    dimensions has all its intervals. `kinds` narrows clicks and visitors: money counts whoever clicked, and `bots` are bots.
    `labelled` narrows by what clicks are attributed to, as of the edition `as_of`; None is the newest there is when it is asked.
    """

    span: Span
    metrics: tuple[str, ...] = ("clicks", "visitors")
    dimensions: tuple[str, ...] = ()
    interval: Interval | None = None
    rule: Rule = EVERYTHING
    kinds: Kinds = Kinds.PEOPLE
    order: str = ""
    limit: int = 100
    compare: Compare | None = None
    offset: int = 0
    labelled: Labelled | None = None
    as_of: AsOf | None = None

    def __post_init__(self) -> None:
        _each_once("metrics", self.metrics)
        _each_once("dimensions", self.dimensions)
        if not self.metrics:
            raise BadQuery("metrics", "Name at least one metric.")
        if unknown := [name for name in self.metrics if name not in METRICS]:
            raise BadQuery("metrics", f"There is no metric {unknown[0]!r}.")
        if len(self.dimensions) > MAX_DIMENSIONS:
            raise BadQuery("dimensions", f"At most {MAX_DIMENSIONS} dimensions at once.")
        if unknown := [name for name in self.dimensions if dimension_of(name) is None]:
            raise BadQuery("dimensions", f"There is no dimension {unknown[0]!r}.")
        if self.order.removeprefix("-") not in ("", *self.metrics, *self.dimensions):
            raise BadQuery("order", "Order by a metric or dimension of this query.")
        if not 1 <= self.limit <= MAX_LIMIT:
            raise BadQuery("limit", f"The limit is between 1 and {MAX_LIMIT}.")
        if self.offset < 0:
            raise BadQuery("offset", "The offset is not negative.")
        if self.interval and len(self.starts) > (
            most := MAX_POINTS // self.limit if self.dimensions else MAX_INTERVALS
        ):
            raise BadQuery("interval", f"That is {len(self.starts)} intervals; at most {most} at once.")

    @property
    def reads_labels(self) -> bool:
        """Whether the answer is another one as of another edition."""
        return self.labelled is not None or LABEL in self.dimensions

    @property
    def edition(self) -> int | None:
        """The edition that the answer is as of, once one was chosen; None when it makes no difference."""
        return self.as_of.number if self.as_of and self.reads_labels else None

    @property
    def starts(self) -> tuple[datetime, ...]:
        """When the intervals that the span touches begin, UTC, oldest first; nothing without an interval."""
        return self.interval.starts(self.span) if self.interval else ()


def _each_once(field: str, names: tuple[str, ...]) -> None:
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadQuery(field, f"{twice[0]!r} is named twice.")
