"""Rows of the tables `conversions` and `costs`, as they are stored."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from apps.attribution.click_columns import CLICK_FIELDS, NO_CLICK, of_click
from apps.attribution.entries import worth
from apps.attribution.models import ConversionChange
from apps.ingress.event import EPOCH, Event
from apps.ingress.warehouse.facts import Facts, Row


class ConversionRow(NamedTuple):
    """What a row of `conversions` says besides its click; CLICK_FIELDS follow. See models.StoredConversion."""

    organization_id: int
    conversion_id: int
    change: int
    sign: int
    happened_at: datetime
    recorded_at: datetime
    clicked_at: datetime
    network_id: int
    txid: str
    goal: str
    conversion_status: str
    conversion_reason: str
    payout: Decimal
    currency: str
    rate: Decimal
    conversions: int
    sales: int
    rejected: int
    revenue: Decimal
    pending: Decimal
    cost: Decimal


class CostRow(NamedTuple):
    """A row of `costs`. See models.StoredCost."""

    organization_id: int
    upload_id: int
    row: int
    sign: int
    happened_at: datetime
    recorded_at: datetime
    cost: Decimal
    amount: Decimal
    currency: str
    rate: Decimal
    source: str = ""
    medium: str = ""
    channel: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    campaign_key: str = ""
    link_key: str = ""
    country: str = ""
    device_type: str = ""
    ad_network: str = ""
    landing_page: str = ""


CONVERSIONS = Facts("conversions", (*ConversionRow._fields, *CLICK_FIELDS), key=("conversion_id", "change"))
COSTS = Facts("costs", CostRow._fields, key=("upload_id", "row", "sign"))
_SUMMED = ("sign", "conversions", "sales", "rejected", "revenue", "pending", "cost")
_OF_THE_CHANGE = ("change", "sign", "recorded_at", "conversion_reason")


def conversion_row(change: ConversionChange, clicks: Mapping[int, Event]) -> Row:
    """The row of a change, with its click. A click that was deleted since it was matched leaves its id and no more."""
    conversion = change.conversion
    value = worth(change.status, change.payout, change.cost, change.rate)
    own = ConversionRow(
        organization_id=conversion.organization_id,
        conversion_id=conversion.pk,
        change=change.number,
        sign=change.sign,
        happened_at=change.happened_at,
        recorded_at=change.recorded_at,
        clicked_at=change.clicked_at or EPOCH,
        network_id=conversion.network_id,
        txid=conversion.txid,
        goal=conversion.goal,
        conversion_status=change.status,
        conversion_reason=change.reason,
        payout=change.payout,
        currency=change.currency,
        rate=change.rate,
        **{name: change.sign * amount for name, amount in value._asdict().items()},
    )
    event = clicks.get(int(change.event_id))
    if event:
        return (*own, *of_click(event))
    return (
        *own,
        *(change.event_id if name == "event_id" else empty for name, empty in zip(CLICK_FIELDS, NO_CLICK, strict=True)),
    )


def inverse_of(row: Row, change: ConversionChange) -> Row:
    """The row that takes this one back. Made from what is stored and not from the click, whose enrichment may be another by now."""
    said: dict[str, Any] = dict(zip(CONVERSIONS.columns, row, strict=True))
    said |= {name: -said[name] for name in _SUMMED}
    said |= {"change": change.number, "recorded_at": change.recorded_at, "conversion_reason": change.reason}
    return tuple(said.values())
