"""Which conversions came from the clicks of a campaign."""

from typing import NamedTuple

from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

NEWEST_SQL = """
SELECT conversion_id
FROM conversions
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND routed_campaign_id = {campaign:UInt64}
GROUP BY conversion_id HAVING sum(sign) > 0
ORDER BY max(happened_at) DESC, conversion_id DESC LIMIT {limit:UInt32} OFFSET {offset:UInt32}
"""


class _Found(NamedTuple):
    conversion_id: int


def campaign_conversions(
    warehouse: Warehouse, campaign_id: int, span: Span, *, limit: int, offset: int = 0
) -> list[int]:
    """Numbers of conversions in PostgreSQL, the newest first, rejected ones too.

    Errors: those of Warehouse.rows. Source: table conversions, those of a matched click that this campaign routed. Units: none.
    Cost: the organization's conversions of the span.
    """
    parameters = {**span.parameters, "campaign": campaign_id, "limit": limit, "offset": offset}
    return [row.conversion_id for row in warehouse.rows(NEWEST_SQL, _Found, parameters, name="campaign_conversions")]
