"""Campaigns with caps, and what is stored of their clicks and conversions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import randrange
from typing import Any
from uuid import uuid4

from apps.accounts.models import Organization
from apps.attribution.click_columns import CLICK_FIELDS, NO_CLICK
from apps.attribution.rows import CONVERSIONS, ConversionRow
from apps.campaigns.caps import caps_in_force, found, standing
from apps.campaigns.definition.document import empty
from apps.campaigns.models import Campaign, CampaignVersion, Status
from apps.ingress.broker import broker
from apps.ingress.plans.cap_totals import name_of
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import THE_CAMPAIGN, Cap, Of, Per
from apps.ingress.warehouse.facts import store_facts
from tests.analytics.make import a_click, stored

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp()) * 1000
HOUR = timedelta(hours=1)
DESTINATION, RULE, NO_RULE = 2, 3, 0

# Rows of ClickHouse outlive a test.
ids = count(randrange(1 << 40))


def a_limit(limit: int, of: str = "clicks", per: str = "day") -> dict[str, Any]:
    return {"of": of, "per": per, "limit": limit}


def a_document(
    zone: str = "UTC", *, campaign: Any = (), destination: Any = (), rule: Any = (), **changes: Any
) -> dict[str, Any]:
    """One rule that sends everybody to one destination; the arguments are caps."""
    destinations = [{"id": DESTINATION, "name": "Shop", "url": "https://shop.example/", "caps": list(destination)}]
    rules = [{"id": RULE, "name": "All", "when": {"all": []}, "caps": list(rule), "to": []}]
    given = {"caps": list(campaign), "destinations": destinations, "rules": rules, "next_id": 4}
    return empty(zone) | given | changes


def a_campaign(organization: Organization, document: dict[str, Any], *, status: str = Status.ACTIVE) -> Campaign:
    """Published, and begun a day before noon."""
    campaign = Campaign.objects.create(pk=next(ids), organization=organization, name="Spring", draft=document)
    campaign.version = CampaignVersion.objects.create(campaign=campaign, number=1, document=document)
    campaign.status = status
    campaign.save()
    Campaign.objects.filter(pk=campaign.pk).update(created_at=NOON - 24 * HOUR)
    return campaign


def clicks(campaign: Campaign, times: int, happened_at: datetime = NOON, **fields: Any) -> None:
    given = {"routed_campaign_id": campaign.pk, "rule_id": RULE, "destination_id": DESTINATION, **fields}
    stored(*(a_click(happened_at, organization=campaign.organization_id, **given) for _ in range(times)))


def a_conversion(campaign: Campaign, happened_at: datetime = NOON, **fields: Any) -> None:
    """One row: a sale, unless told otherwise."""
    zero = Decimal(0)
    own = ConversionRow(
        organization_id=campaign.organization_id, conversion_id=next(ids), change=1, sign=1, happened_at=happened_at,
        recorded_at=happened_at, clicked_at=happened_at, network_id=1, txid="", goal="", conversion_status="sale",
        conversion_reason="new", payout=zero, currency="EUR", rate=zero, conversions=1, sales=1, rejected=0, revenue=zero,
        pending=zero, cost=zero,
    )  # fmt: skip
    click = {"routed_campaign_id": campaign.pk, "rule_id": RULE, "destination_id": DESTINATION}
    values = {**dict(zip(CLICK_FIELDS, NO_CLICK, strict=True)), **click, **own._asdict(), **fields}
    store_facts(CONVERSIONS, [tuple(values[name] for name in CONVERSIONS.columns)], token=uuid4().hex)


def stored_counts(now: datetime = NOON) -> list[int]:
    """What is stored of each cap in force: the campaign's, then rules', then destinations'."""
    order = {THE_CAMPAIGN: 0, RULE: 1, DESTINATION: 2}
    in_force = sorted(caps_in_force(), key=lambda each: (each.cap.campaign_id, order[each.cap.owner_id]))
    now_ms = int(now.timestamp() * 1000)
    totals = found(in_force, now_ms)
    return [totals[name_of(each.cap, window_of(each.cap, now_ms))] for each in in_force]


def total(campaign: Campaign, owner_id: int = THE_CAMPAIGN, **changes: Any) -> int:
    cap = a_cap(campaign, owner_id, **changes)
    return standing(broker(), [cap], NOON_MS)[cap]


def a_cap(campaign: Campaign, owner_id: int = THE_CAMPAIGN, **changes: Any) -> Cap:
    given = {"of": Of.CLICKS, "per": Per.DAY, "limit": 10, "zone": "UTC", **changes}
    return Cap(campaign.pk, owner_id, **given)
