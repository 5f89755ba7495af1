"""Clicks of campaigns as of two editions: what a report said before, and what it says after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.attribution.ledger.editions import AsOf
from apps.ingress.event import Kind
from apps.ingress.warehouse.reader import Warehouse

BY_CAMPAIGN = """
SELECT campaign_id,
       sumIf(entries, edition <= {before:UInt32} AND edition NOT IN {before_void:Array(UInt32)}) AS before,
       sumIf(entries, edition <= {after:UInt32} AND edition NOT IN {after_void:Array(UInt32)}) AS after
FROM attribution_hourly WHERE {{scope}} AND kind = {kind:String}
GROUP BY campaign_id HAVING before != 0 OR after != 0
ORDER BY abs(after - before) DESC, after DESC, campaign_id
"""
# Of entries, not of their sums by hour: days of many time zones do not begin with an hour of UTC.
BY_DAY = """
SELECT toDate(happened_at, {zone:String}) AS day,
       sumIf(sign, edition <= {before:UInt32} AND edition NOT IN {before_void:Array(UInt32)}) AS before,
       sumIf(sign, edition <= {after:UInt32} AND edition NOT IN {after_void:Array(UInt32)}) AS after
FROM attribution_entries WHERE {{scope}} AND campaign_id = {campaign_id:UInt64} AND kind = {kind:String}
GROUP BY day HAVING before != 0 OR after != 0 ORDER BY day
"""


@dataclass(frozen=True)
class CampaignClicks:
    campaign_id: int
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class DayClicks:
    day: date
    before: int
    after: int


def clicks_by_campaign(warehouse: Warehouse, before: AsOf, after: AsOf) -> list[CampaignClicks]:
    """Campaigns with clicks as of either, those that changed most first.

    Units: clicks of people. Errors: those of Warehouse.rows. Source: table attribution_hourly. Cost: all of the organization's
    hours, a few columns.
    """
    return warehouse.rows(BY_CAMPAIGN, CampaignClicks, _parameters(before, after), name="clicks_by_edition")


def clicks_by_day(warehouse: Warehouse, campaign_id: int, before: AsOf, after: AsOf, *, zone: str) -> list[DayClicks]:
    """One campaign, by local day, oldest first; days without clicks as of either are absent.

    Units: clicks of people. Errors: those of Warehouse.rows. Source: table attribution_entries. Cost: the campaign's entries, a
    few columns.
    """
    parameters = {**_parameters(before, after), "campaign_id": campaign_id, "zone": zone}
    return warehouse.rows(BY_DAY, DayClicks, parameters, name="clicks_by_edition_and_day")


def _parameters(before: AsOf, after: AsOf) -> Mapping[str, Any]:
    return {
        "kind": Kind.HUMAN.value,
        "before": before.number,
        "before_void": list(before.void),
        "after": after.number,
        "after_void": list(after.void),
    }
