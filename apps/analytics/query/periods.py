"""The span of a query and the time it is compared with, as stretches that ClickHouse is asked about."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from apps.analytics.query.intervals import earlier
from apps.analytics.query.question import Compare, Query
from apps.analytics.span import Span, milliseconds


@dataclass(frozen=True)
class Period:
    """`starts` are where its intervals begin, in their order; two may begin together, then the earlier one is empty."""

    is_before: bool
    span: Span
    starts: tuple[datetime, ...]

    @property
    def bounds(self) -> list[datetime]:
        """Its ends, and what no whole day or hour may cross."""
        start, end = self.span.start, self.span.end
        return [start, *sorted({moment for moment in self.starts if start < moment < end}), end]

    @cached_property
    def places(self) -> dict[int, int]:
        """From the milliseconds of a start to the place of its interval."""
        return {milliseconds(start): place for place, start in enumerate(self.starts)}

    @property
    def step_ms(self) -> int:
        """How long every interval is, 0 when they differ or there is but one."""
        steps = {later - start for start, later in zip(self.starts, self.starts[1:], strict=False)}
        return steps.pop() // timedelta(milliseconds=1) if len(steps) == 1 else 0


def periods_of(query: Query) -> tuple[Period, ...]:
    """The span's, and the one before if the query compares."""
    now = Period(False, query.span, query.starts)
    before = before_of(query)
    if before is None:
        return (now,)
    by_year = query.compare is Compare.YEAR
    starts = tuple(earlier(start, query.span, before, by_year=by_year) for start in query.starts)
    return (now, Period(True, before, starts))


def before_of(query: Query) -> Span | None:
    """The time compared with; None when there is none."""
    if query.compare is None:
        return None
    span, by_year = query.span, query.compare is Compare.YEAR
    before = span.year_before if by_year else span.previous
    # Spans begin at midnight, but for those that programs give.
    return replace(before, start=earlier(span.start, span, before, by_year=by_year))
