"""The newest requests that a campaign routed."""

from dataclasses import dataclass
from datetime import datetime

from apps.analytics.span import milliseconds
from apps.ingress.warehouse.reader import Warehouse

NEWEST_SQL = """
SELECT event_id, happened_at, kind, reason, link_key, destination, country, city, device_type, os, browser,
       routed_version, rule_id, destination_id, propensity
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({since:Int64})
  AND routed_campaign_id = {campaign:UInt64}
ORDER BY happened_at DESC, event_id DESC LIMIT {limit:UInt32}
"""


@dataclass(frozen=True)
class RoutedClick:
    """What was decided about one request, and what of the visitor decided it. `propensity` is a share of one."""

    event_id: int
    happened_at: datetime
    kind: str
    reason: str
    link_key: str
    destination: str
    country: str
    city: str
    device_type: str
    os: str
    browser: str
    routed_version: int
    rule_id: int
    destination_id: int
    propensity: float


def newest_routed(warehouse: Warehouse, campaign_id: int, since: datetime, *, limit: int) -> list[RoutedClick]:
    """At most `limit` requests of any kind since that moment, the newest first.

    Errors: those of Warehouse.rows. Source: table events. Cost: reads from the newest end until there are enough.
    """
    parameters = {"campaign": campaign_id, "since": milliseconds(since), "limit": limit}
    return warehouse.rows(NEWEST_SQL, RoutedClick, parameters, name="newest_routed")
