"""Clicks and visitors, day by day."""

from dataclasses import dataclass
from datetime import date

from apps.analytics.kinds import Kinds
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT toDate(toTimeZone(happened_at, {zone:String})) AS day,
       countIf(kind = 'human') AS people,
       count() AS everything,
       uniqIf(visitor_id, visitor_id != 0 AND ({kinds:String} = 'all' OR kind = 'human')) AS visitors
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
GROUP BY day ORDER BY day
"""


@dataclass(frozen=True)
class DayCount:
    """One local day: clicks by people, requests of every kind, and visitors of the kinds asked for."""

    day: date
    people: int = 0
    everything: int = 0
    visitors: int = 0


def clicks_by_day(warehouse: Warehouse, span: Span, kinds: Kinds) -> list[DayCount]:
    """One row per local day that had traffic, oldest first; quiet days are absent (`every_day` adds them).

    Units: counts; visitors is approximate (ClickHouse `uniq`, error about 1 %). Errors: those of Warehouse.rows.
    Source: table events. Cost: reads raw rows of the span.
    """
    return warehouse.rows(SQL, DayCount, {**span.parameters, "kinds": kinds}, name="clicks_by_day")


def every_day(counts: list[DayCount], span: Span) -> list[DayCount]:
    """The same with quiet days as zeros: one row for every local day of the span."""
    by_day = {count.day: count for count in counts}
    return [by_day.get(day, DayCount(day)) for day in span.days]
