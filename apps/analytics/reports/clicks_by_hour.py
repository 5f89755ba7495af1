"""Clicks and visitors of one day, hour by hour: the shape beside today's numbers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.analytics.kinds import Kinds
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT toStartOfHour(happened_at) AS hour, count() AS clicks, uniqIf(visitor_id, visitor_id != 0) AS visitors
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND ({kinds:String} = 'all' OR kind = 'human')
GROUP BY hour ORDER BY hour
"""


@dataclass(frozen=True)
class HourCount:
    """One hour of UTC: time zones off by half an hour see a shape, not a clock."""

    hour: datetime
    clicks: int = 0
    visitors: int = 0


def clicks_by_hour(warehouse: Warehouse, span: Span, kinds: Kinds) -> list[HourCount]:
    """One row for every hour the span touches, oldest first, quiet ones as zeros.

    Units: counts; visitors is approximate. Errors: those of Warehouse.rows.
    Source: table events. Cost: raw rows of the span.
    """
    rows = warehouse.rows(SQL, HourCount, {**span.parameters, "kinds": kinds}, name="clicks_by_hour")
    by_hour = {row.hour.astimezone(UTC): row for row in rows}
    first = span.start.replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=step) for step in range((span.end - first) // timedelta(hours=1) + 1)]
    return [by_hour.get(hour, HourCount(hour)) for hour in hours]
