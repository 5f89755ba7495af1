"""The last minutes, for the Live page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.analytics.span import milliseconds
from apps.ingress.warehouse.reader import Warehouse

MINUTES = 30

SQL = """
SELECT toStartOfMinute(happened_at) AS minute,
       countIf(kind = 'human') AS people,
       count() AS everything,
       countIf(happened_at >= fromUnixTimestamp64Milli({last_minute:Int64})) AS newest
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND ({kind:String} = '' OR kind = {kind:String})
GROUP BY minute ORDER BY minute
"""


@dataclass(frozen=True)
class MinuteCount:
    """One minute. `newest` counts what happened in the last 60 seconds, of all kinds asked for."""

    minute: datetime
    people: int = 0
    everything: int = 0
    newest: int = 0


def clicks_by_minute(warehouse: Warehouse, now: datetime, *, kind: str = "") -> list[MinuteCount]:
    """One row for each of the last 30 minutes, oldest first, quiet ones as zeros; the last one is unfinished.

    `kind` narrows to one kind. Units: counts. Errors: those of Warehouse.rows.
    Source: table events. Cost: raw rows of 30 min.
    """
    last = now.astimezone(UTC).replace(second=0, microsecond=0)
    minutes = [last - timedelta(minutes=back) for back in range(MINUTES - 1, -1, -1)]
    parameters = {
        "start": milliseconds(minutes[0]),
        "end": milliseconds(now),
        "last_minute": milliseconds(now - timedelta(seconds=60)),
        "kind": kind,
    }
    rows = warehouse.rows(SQL, MinuteCount, parameters, name="clicks_by_minute")
    by_minute = {row.minute.astimezone(UTC): row for row in rows}
    return [by_minute.get(minute, MinuteCount(minute)) for minute in minutes]


def per_second(counts: list[MinuteCount]) -> float:
    """Events a second over the last 60 seconds, to two digits after the point."""
    return round(sum(count.newest for count in counts) / 60, 2)
