"""Which links were followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.analytics.kinds import Kinds
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

CLICKS_SQL = """
SELECT link_key,
       countIf(happened_at >= fromUnixTimestamp64Milli({start:Int64})) AS clicks,
       max(happened_at) AS last_clicked_at
FROM events
WHERE {{scope}}
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND link_key IN {keys:Array(String)}
  AND ({kinds:String} = 'all' OR kind = 'human')
GROUP BY link_key ORDER BY link_key
"""


@dataclass(frozen=True)
class LinkClicks:
    """Clicks within the span; the last click whenever it was."""

    link_key: str
    clicks: int
    last_clicked_at: datetime


def link_clicks(warehouse: Warehouse, keys: Iterable[str], span: Span, kinds: Kinds) -> list[LinkClicks]:
    """One row per key that was ever followed, by key; the others are absent.

    Units: counts. Errors: those of Warehouse.rows.
    Source: table events. Cost: one column of all the organization's rows.
    """
    parameters = {**span.parameters, "kinds": kinds, "keys": list(keys)}
    return warehouse.rows(CLICKS_SQL, LinkClicks, parameters, name="link_clicks")
