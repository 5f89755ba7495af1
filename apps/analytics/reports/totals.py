"""How much traffic a span had, and the time before it."""

from dataclasses import dataclass

from apps.analytics.kinds import Kinds
from apps.analytics.span import Span, milliseconds
from apps.ingress.warehouse.reader import Warehouse

SQL = """
WITH fromUnixTimestamp64Milli({start:Int64}) AS start,
     fromUnixTimestamp64Milli({previous_end:Int64}) AS previous_end
SELECT countIf(happened_at >= start) AS clicks,
       uniqIf(visitor_id, happened_at >= start AND visitor_id != 0) AS visitors,
       countIf(happened_at < previous_end) AS clicks_before,
       uniqIf(visitor_id, happened_at < previous_end AND visitor_id != 0) AS visitors_before
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({previous_start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND ({kinds:String} = 'all' OR kind = 'human')
"""


@dataclass(frozen=True)
class Totals:
    clicks: int
    visitors: int
    clicks_before: int
    visitors_before: int

    @property
    def clicks_change(self) -> float | None:
        return change(self.clicks, self.clicks_before)

    @property
    def visitors_change(self) -> float | None:
        return change(self.visitors, self.visitors_before)


def totals(warehouse: Warehouse, span: Span, kinds: Kinds) -> Totals:
    """Clicks and visitors of the span and of as many days before it, up to the same time of day.

    Units: counts; visitors is approximate (ClickHouse `uniq`, error about 1 %); without a visitor a request counts
    as a click only. Errors: those of Warehouse.rows. Source: table events. Cost: reads raw rows of twice the span.
    """
    before = span.previous
    parameters = {
        **span.parameters,
        "previous_start": milliseconds(before.start),
        "previous_end": milliseconds(before.end),
        "kinds": kinds,
    }
    return warehouse.rows(SQL, Totals, parameters, name="totals")[0]


def change(now: int, before: int) -> float | None:
    """How much more `now` is, as a share of `before`; None when there is nothing to compare with."""
    return (now - before) / before if before else None
