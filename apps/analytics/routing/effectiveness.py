"""What each rule and each destination of a campaign got, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from apps.analytics.query.metrics import EPC_PLACES
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

# Of the normal distribution, at 95 %.
Z = 1.959964

CLICKS = """
SELECT toUInt32(routed_version * {by_version:UInt8}) AS version, rule_id, destination_id,
       grouping(version) AS of_all_versions, grouping(rule_id) AS of_all_rules, grouping(destination_id) AS of_all_destinations,
       count() AS clicks, uniqCombined64If(13)(visitor_id, visitor_id != 0) AS visitors,
       sum(propensity) AS propensities, countIf(propensity > 0) AS chosen
FROM events
WHERE {{scope}} AND kind = 'human' AND routed_campaign_id = {campaign_id:UInt64}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64}) AND happened_at < fromUnixTimestamp64Milli({end:Int64})
GROUP BY GROUPING SETS ((version, rule_id, destination_id), (version, rule_id), (version, destination_id), ())
ORDER BY version DESC, rule_id, destination_id
"""
# Rows of a conversion are signed: what was taken back adds nothing. Postbacks come after their clicks, but for clocks that differ.
MONEY = """
SELECT version, rule_id, destination_id, sum(of_click) AS conversions, countIf(of_click > 0) AS converted,
       toString(sum(earned)) AS revenue, toString(sum(spent)) AS cost
FROM (
    SELECT toUInt32(routed_version * {by_version:UInt8}) AS version, rule_id, destination_id, event_id,
           toInt64(sum(conversions)) AS of_click, sum(revenue) AS earned, sum(cost) AS spent
    FROM conversions
    WHERE {{scope}} AND kind = 'human' AND routed_campaign_id = {campaign_id:UInt64} AND event_id != 0
      AND happened_at >= fromUnixTimestamp64Milli({start:Int64}) - INTERVAL 1 DAY
      AND clicked_at >= fromUnixTimestamp64Milli({start:Int64}) AND clicked_at < fromUnixTimestamp64Milli({end:Int64})
    GROUP BY version, rule_id, destination_id, event_id
)
GROUP BY version, rule_id, destination_id
"""


@dataclass(frozen=True)
class Rate:
    """A share of clicks, with Wilson's interval of 95 %; 0.12 is 12 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Earned:
    """One rule and destination, of one version when that was asked for (else `version` is 0).

    `rule_id` 0 is the fallback, `destination_id` 0 none of the campaign's. `converted` is how many clicks have a conversion that
    stands, `rate` their share. `cost` is what postbacks name; uploaded costs know no rules. `propensity` is the mean, None where
    nothing was chosen.
    """

    version: int
    rule_id: int
    destination_id: int
    clicks: int
    visitors: int
    conversions: int
    converted: int
    rate: Rate | None
    revenue: Decimal
    cost: Decimal
    epc: Decimal | None
    roi: float | None
    propensity: float | None


@dataclass(frozen=True)
class Effectiveness:
    """`rows` by rule and destination, the newest version first; `rules` and `destinations` sum them up by the one or the other."""

    rows: tuple[Earned, ...]
    rules: tuple[Earned, ...]
    destinations: tuple[Earned, ...]
    total: Earned


class _Clicks(NamedTuple):
    version: int = 0
    rule_id: int = 0
    destination_id: int = 0
    of_all_versions: int = 1
    of_all_rules: int = 1
    of_all_destinations: int = 1
    clicks: int = 0
    visitors: int = 0
    propensities: float = 0.0
    chosen: int = 0


class _Money(NamedTuple):
    version: int
    rule_id: int
    destination_id: int
    conversions: int
    converted: int
    revenue: str
    cost: str


def effectiveness(warehouse: Warehouse, campaign_id: int, span: Span, *, by_version: bool = False) -> Effectiveness:
    """Of the clicks in the span; conversions are those of these clicks, whenever they came.

    Units: clicks of people, visitors estimated as everywhere, money in the organization's currency.
    Source: tables events and conversions. Cost: two questions, some columns of the span's rows. Errors: those of Warehouse.rows.
    """
    parameters = {**span.parameters, "campaign_id": campaign_id, "by_version": int(by_version)}
    clicks = warehouse.rows(CLICKS, _Clicks, parameters, name="rule_effectiveness")
    money = warehouse.rows(MONEY, _Money, parameters, name="rule_effectiveness_money")
    found = [(each, _earned(each, money)) for each in clicks]
    return Effectiveness(
        rows=tuple(earned for each, earned in found if not each.of_all_rules and not each.of_all_destinations),
        rules=tuple(earned for each, earned in found if not each.of_all_rules and each.of_all_destinations),
        destinations=tuple(earned for each, earned in found if each.of_all_rules and not each.of_all_destinations),
        total=next((earned for each, earned in found if each.of_all_rules and each.of_all_destinations), NOTHING),
    )


def wilson(part: int, of: int) -> Rate | None:
    """A share with its interval (Wilson 1927), which stays within 0 and 1 and is right for few; None of nothing."""
    if not of:
        return None
    share, z2 = part / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half))


def _earned(clicks: _Clicks, money: Iterable[_Money]) -> Earned:
    mine = [each for each in money if _is_of(clicks, each)]
    revenue, cost = (
        sum((Decimal(each.revenue) for each in mine), Decimal()),
        sum((Decimal(each.cost) for each in mine), Decimal()),
    )
    converted = min(sum(each.converted for each in mine), clicks.clicks)
    return Earned(
        version=clicks.version,
        rule_id=clicks.rule_id,
        destination_id=clicks.destination_id,
        clicks=clicks.clicks,
        visitors=clicks.visitors,
        conversions=sum(each.conversions for each in mine),
        converted=converted,
        rate=wilson(converted, clicks.clicks),
        revenue=revenue,
        cost=cost,
        epc=(revenue / clicks.clicks).quantize(EPC_PLACES) if clicks.clicks else None,
        roi=float((revenue - cost) / cost) if cost else None,
        propensity=clicks.propensities / clicks.chosen if clicks.chosen else None,
    )


def _is_of(clicks: _Clicks, money: _Money) -> bool:
    """Whether the money was earned by clicks of this group."""
    is_version = clicks.of_all_versions or clicks.version == money.version
    is_rule = clicks.of_all_rules or clicks.rule_id == money.rule_id
    return bool(
        is_version and is_rule and (clicks.of_all_destinations or clicks.destination_id == money.destination_id)
    )


NOTHING = _earned(_Clicks(), ())
