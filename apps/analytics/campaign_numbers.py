"""What campaigns brought in, told apart by what each click is attributed to, or by what routed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.analytics.counting import By
from apps.analytics.intervals import usual as interval_of
from apps.analytics.kinds import Kinds
from apps.analytics.query import Answer, Query, answer
from apps.analytics.span import Span
from apps.campaigns.models import Campaign
from apps.ingress.rules import Some, Term
from apps.ingress.warehouse.reader import Warehouse

ASKED = ("clicks", "conversions", "revenue")
# Links and campaign keys that costs of a page's campaigns are booked for.
MOST_COSTS = 10_000
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Numbers:
    """`points` are clicks, oldest first. Money is in the organization's currency; a rate of nothing is None."""

    points: tuple[int, ...] = ()
    clicks: int = 0
    conversions: int = 0
    revenue: Decimal = NOTHING
    cost: Decimal = NOTHING
    by: By = By.ROUTED

    @property
    def conversion_rate(self) -> float | None:
        return self.conversions / self.clicks if self.clicks else None

    @property
    def roi(self) -> float | None:
        return float((self.revenue - self.cost) / self.cost) if self.cost else None


def numbers_of(warehouse: Warehouse, campaigns: Sequence[Campaign], span: Span, kinds: Kinds) -> dict[int, Numbers]:
    """Each campaign's by its number, all of them, whether anything happened or not; counted as is usual for each.

    Errors: those of Warehouse.rows. Source: the ledger as of the newest edition, or events; conversions by their clicks; costs as
    `costs_of`. Cost: three questions, however many campaigns; links are read of PostgreSQL unless they are prefetched.
    """
    if not campaigns:
        return {}
    spent, usual = costs_of(warehouse, campaigns, span), By.usual(*campaigns)
    series: dict[str, list[Mapping[str, object]]] = {}
    for by in By:
        if some := [campaign for campaign in campaigns if usual[campaign.pk] is by]:
            query = Query(span, ASKED, (by.dimension,), interval=interval_of(span), kinds=kinds, limit=len(some))
            series |= _series(answer(warehouse, by.narrowed(query, *some)))
    return {
        campaign.pk: _summed(series.get(str(campaign.pk), []), spent.get(campaign.pk, NOTHING), usual[campaign.pk])
        for campaign in campaigns
    }


def costs_of(warehouse: Warehouse, campaigns: Sequence[Campaign], span: Span) -> dict[int, Decimal]:
    """What was spent on each: costs know links and campaign keys, not single clicks; absent where nothing was spent.

    Errors: those of Warehouse.rows. Source: uploaded costs, and those that postbacks name.
    """
    by_link = {link.key: campaign.pk for campaign in campaigns for link in campaign.links.all()}
    by_key = {campaign.key.lower(): campaign.pk for campaign in campaigns}
    rule = Some((Term("campaign_key", "in", tuple(by_key)), Term("link_key", "in", tuple(by_link) or (*by_key,))))
    found = answer(warehouse, Query(span, ("cost",), ("link", "campaign_key"), rule=rule, limit=MOST_COSTS))
    spent: dict[int, Decimal] = {}
    for row in found.rows:
        link, key = row.key
        campaign = by_link.get(link) or by_key.get(key)
        if campaign and (cost := row.values["cost"]):
            spent[campaign] = spent.get(campaign, NOTHING) + Decimal(cost)
    return spent


def _series(found: Answer) -> dict[str, list[Mapping[str, object]]]:
    series: dict[str, list[Mapping[str, object]]] = {}
    for row in found.rows:
        series.setdefault(row.key[0], []).append(row.values)
    return series


def _summed(intervals: list[Mapping[str, object]], cost: Decimal, by: By) -> Numbers:
    points = tuple(int(str(values["clicks"] or 0)) for values in intervals)
    conversions = sum(int(str(values["conversions"] or 0)) for values in intervals)
    revenue = sum((Decimal(str(values["revenue"] or 0)) for values in intervals), NOTHING)
    return Numbers(points, sum(points), conversions, revenue, cost, by)
