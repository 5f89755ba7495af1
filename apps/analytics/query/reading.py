"""How a query is read: which tables are asked, which measures of them, and what cannot be said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from apps.analytics.query import facts
from apps.analytics.query.answers import Source
from apps.analytics.query.cover import Cover, Stretch, cover, of_events
from apps.analytics.query.dimensions import LABEL
from apps.analytics.query.facts import CONVERSIONS, COSTS, EVENTS, FACTS, Fact
from apps.analytics.query.intervals import DAY, HOUR, Interval
from apps.analytics.query.labelled import LEDGER_COLUMNS, UNATTRIBUTED
from apps.analytics.query.metrics import METRICS
from apps.analytics.query.periods import Period
from apps.analytics.query.question import Query
from apps.analytics.query.rollup import HOURLY, facet_for
from apps.analytics.query.selection import CLOCK, Values, columns_of, of_ledger, of_money, of_rollup
from apps.analytics.query.selection import of_events as selection_of_events
from apps.ingress.rules import columns

# Costs are known for days: not by anything shorter.
SHORTER_THAN_DAYS = (Interval.MINUTE, Interval.HOUR)


@dataclass(frozen=True)
class Reading:
    """A query beside the days that the roll-up is marked for. `only` are values of its one dimension: other rows of the roll-up
    are not read, while events are.
    """

    query: Query
    marked: tuple[Stretch, ...] = ()
    only: tuple[str, ...] | None = None

    @cached_property
    def columns(self) -> frozenset[str]:
        """What has to be known of a row of any table: fields of the event."""
        grouped = {name.partition(".")[0] for name, _ in columns_of(self.query) if name not in CLOCK}
        return self.rule_columns | grouped

    @property
    def rule_columns(self) -> frozenset[str]:
        """What a row is chosen by."""
        return columns(self.query.rule) | ({LABEL} if self.query.labelled else frozenset())

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is summed, in one order; without the measures that some table of theirs cannot tell."""
        wanted = {measure for name in self.query.metrics for measure in METRICS[name].measures}
        known = {
            measure for measure in wanted if all(self._can_say(fact) for fact in FACTS if measure in fact.measures)
        }
        return tuple(name for name in (*facts.CLICKS, *facts.COUNTS, *facts.MONEY) if name in known)

    @cached_property
    def facet(self) -> str | None:
        """The dimension of the roll-up that answers; None when single events have to."""
        return facet_for(self.columns) if self._is_on_whole_hours else None

    def notes(self) -> tuple[str, ...]:
        """Why some metric is not known."""
        wanted = {measure for name in self.query.metrics for measure in METRICS[name].measures} - set(self.measures)
        return tuple(
            self._excuse(fact) for fact in (CONVERSIONS, COSTS) if wanted & fact.measures and not self._can_say(fact)
        )

    def source(self, periods: Iterable[Period]) -> Source:
        if not set(self.measures) & EVENTS.measures:
            return Source.MONEY
        if self.query.reads_labels:
            return Source.LEDGER if self._is_of_ledger_alone else Source.LABELLED
        covers = [self.cover(period) for period in periods]
        if not any(cover.reads_rollup for cover in covers):
            return Source.EVENTS
        return Source.BOTH if any(cover.events for cover in covers) else Source.ROLLUP

    def reads_little(self, periods: Iterable[Period]) -> bool:
        """Money, and clicks out of the roll-up but for the ends."""
        return not set(self.measures) & EVENTS.measures or any(self.cover(period).reads_rollup for period in periods)

    def cover(self, period: Period) -> Cover:
        if self._is_of_ledger_alone:
            return Cover()
        if self.facet is None:
            return of_events(period.span.start, period.span.end)
        return cover(period.bounds, by_day=not self._clocks, by_hour=self.facet in HOURLY, marked=self.marked)

    def selections(self, periods: Iterable[Period], values: Values, *, merged_later: bool = False) -> list[str]:
        """One piece of SQL for each table and period, all with the same columns.

        A key is in one row of each; `merged_later` allows several, for those who put selections together anyway.
        """
        return [sql for period in periods for sql in self._selections(period, values, merged_later)]

    def _selections(self, period: Period, values: Values, merged_later: bool) -> Iterable[str]:
        query, measures = self.query, self.measures
        if query.reads_labels and set(measures) & EVENTS.measures:
            yield from self._labelled(period, values)
        elif set(measures) & EVENTS.measures:
            cover = self.cover(period)
            if cover.reads_rollup and self.facet is not None:
                yield of_rollup(
                    query, period, cover, self.facet, measures, values, merged_later=merged_later, only=self.only
                )
            if cover.events:
                yield selection_of_events(query, period, cover.events, measures, values)
        for fact in (CONVERSIONS, COSTS):
            if set(measures) & fact.measures:
                yield of_money(query, period, fact, measures, values)

    def _labelled(self, period: Period, values: Values) -> Iterable[str]:
        """Clicks beside their labels: of the ledger what it knows, of events the rest."""
        query, whole = self.query, of_events(period.span.start, period.span.end).events
        if not self._is_in_ledger:
            yield selection_of_events(query, period, whole, self.measures, values)
            return
        yield of_ledger(query, period, self.columns, self.measures, values)
        if not self._is_of_ledger_alone:
            yield selection_of_events(replace(query, labelled=UNATTRIBUTED), period, whole, self.measures, values)

    @property
    def _is_in_ledger(self) -> bool:
        return self.query.reads_labels and self.columns <= LEDGER_COLUMNS

    @property
    def _is_of_ledger_alone(self) -> bool:
        labelled = self.query.labelled
        return self._is_in_ledger and labelled is not None and not labelled.allows_none

    @property
    def _clocks(self) -> list[str]:
        return [name for name in self.query.dimensions if name in CLOCK]

    @property
    def _is_on_whole_hours(self) -> bool:
        """Whether the clock changes its hour when UTC does, as far as a question reads the clock."""
        if not self._clocks:
            return True
        span = self.query.span
        moments = [span.start + step * DAY for step in range((span.end - span.start) // DAY + 2)]
        offsets = {moment.astimezone(span.zone).utcoffset() or timedelta() for moment in moments}
        return not any(offset % HOUR for offset in offsets)

    def _can_say(self, fact: Fact) -> bool:
        return self.columns <= fact.columns and (fact is not COSTS or not self._is_shorter_than_days)

    @property
    def _is_shorter_than_days(self) -> bool:
        return self.query.interval in SHORTER_THAN_DAYS or "hour_of_day" in self.query.dimensions

    def _excuse(self, fact: Fact) -> str:
        unknown = sorted("attributed campaign" if name == LABEL else name for name in self.columns - fact.columns)
        what = f"by {', '.join(unknown)}" if unknown else "by hour; they are kept by day"
        return f"{fact.label} are not known {what}."
