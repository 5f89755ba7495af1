"""From when to when there is anything that an order may move."""

from dataclasses import dataclass
from datetime import datetime

from apps.attribution.ledger.orders import Apply, Order
from apps.attribution.ledger.sql import MILLISECOND
from apps.ingress.event import EPOCH
from apps.ingress.warehouse.reader import Warehouse

# Both ends are read in the order of the table.
HISTORY = """
SELECT toUnixTimestamp64Milli(happened_at) AS ms FROM events WHERE {{scope}} ORDER BY happened_at ASC LIMIT 1
UNION ALL
SELECT toUnixTimestamp64Milli(happened_at) AS ms FROM events WHERE {{scope}} ORDER BY happened_at DESC LIMIT 1
"""
NAMED = """
SELECT arrayJoin([min(at), max(at)]) AS ms FROM (
    SELECT toUnixTimestamp64Milli(happened_at) AS at FROM attribution_entries
    WHERE {{scope}} AND campaign_id = {campaign_id:UInt64} AND edition = {applied:UInt32} AND sign = 1
) HAVING count() > 0
"""


@dataclass(frozen=True)
class Extent:
    """From `start` until before `end`: empty where those are the same."""

    start: datetime
    end: datetime

    def within(self, order: Order) -> "Extent":
        start = max(self.start, order.start)
        return Extent(start, max(min(self.end, order.end), start))


@dataclass(frozen=True)
class _Moment:
    ms: int


def history(warehouse: Warehouse) -> Extent | None:
    """Of the organization's stored events; None while there are none. Source: table events. Errors: WarehouseUnavailable."""
    return _extent(warehouse.rows(HISTORY, _Moment, name="ledger_history"))


def extent(warehouse: Warehouse, order: Order) -> Extent:
    """Of what the order may move. Source: table events, of a revert attribution_entries. Errors: WarehouseUnavailable."""
    if isinstance(order, Apply):
        found = history(warehouse)
    else:
        asked = {"campaign_id": order.campaign_id, "applied": order.applied}
        found = _extent(warehouse.rows(NAMED, _Moment, asked, name="ledger_named"))
    return (found or Extent(order.start, order.start)).within(order)


def _extent(moments: list[_Moment]) -> Extent | None:
    times = sorted(EPOCH + one.ms * MILLISECOND for one in moments)
    return Extent(times[0], times[-1] + MILLISECOND) if times else None
