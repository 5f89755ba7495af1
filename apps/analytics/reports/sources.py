"""Where clicks came from, as far as the request says."""

from dataclasses import dataclass

from apps.analytics.kinds import Kinds
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT multiIf(parameters['utm_source'] != '', 'utm_source', referrer != '', 'referrer', 'none') AS named_by,
       multiIf(named_by = 'utm_source', parameters['utm_source'],
               named_by = 'referrer', if(domainWithoutWWW(referrer) != '', lower(domainWithoutWWW(referrer)), referrer),
               '') AS source,
       count() AS clicks,
       uniqIf(visitor_id, visitor_id != 0) AS visitors
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND ({kinds:String} = 'all' OR kind = 'human')
GROUP BY named_by, source ORDER BY clicks DESC, source, named_by LIMIT {limit:UInt32}
"""


@dataclass(frozen=True)
class SourceCount:
    """`named_by` is `utm_source`, `referrer` or `none`; with `none` the source is empty."""

    named_by: str
    source: str
    clicks: int
    visitors: int


def top_sources(warehouse: Warehouse, span: Span, kinds: Kinds, *, limit: int = 10) -> list[SourceCount]:
    """One row per source, the most clicks first: the parameter `utm_source` as sent, else the host of the referrer.

    Units: counts; visitors is approximate. Errors: those of Warehouse.rows.
    Source: table events. Cost: raw rows of the span.
    """
    parameters = {**span.parameters, "kinds": kinds, "limit": limit}
    return warehouse.rows(SQL, SourceCount, parameters, name="top_sources")
