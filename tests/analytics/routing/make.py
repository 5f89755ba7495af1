"""Drafts of campaigns and spans to ask them of."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.span import Span, milliseconds
from apps.ingress.event import Event
from apps.ingress.warehouse import upkeep as rows
from tests.analytics.make import NOON

UTC = ZoneInfo("UTC")
SHOP, STORE = 101, 102
_ids = count(1)


def a_term(field: str, op: str = "is", value: object = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def a_country(*codes: str) -> dict[str, Any]:
    return a_term("country", "in", list(codes))


def a_rule(when: object = None, **changes: Any) -> dict[str, Any]:
    """Holds for everything and leads to the shop."""
    number = changes.pop("id", None) or next(_ids)
    return {
        "id": number, "name": f"Rule {number}", "when": when or {"all": []}, "paused": False, "starts_at": None, "ends_at": None,
        "caps": [], "to": [{"destination": SHOP, "weight": 1}], **changes,
    }  # fmt: skip


def a_destination(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Shop {number}",
        "url": "https://shop.example/",
        "paused": False,
        "caps": [],
        **changes,
    }


def to(**weights: int) -> list[dict[str, int]]:
    """Weights of destinations: to(d101=70, d102=30)."""
    return [{"destination": int(name[1:]), "weight": weight} for name, weight in weights.items()]


def a_document(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A campaign with the destinations SHOP and STORE; what no rule takes goes to the store."""
    return {
        "membership": None, "sticky": "visitor", "zone": "UTC", "starts_at": None, "ends_at": None,
        "parameters": {"others": "drop", "named": []}, "caps": [],
        "destinations": [a_destination(SHOP), a_destination(STORE)],
        "rules": list(rules), "fallback": to(d102=1), "next_id": 10_000, **changes,
    }  # fmt: skip


def a_draft(*rules: dict[str, Any], **changes: Any) -> Draft:
    return Draft.read(a_document(*rules, **changes))


def a_span(start: datetime = NOON - timedelta(days=1), end: datetime = NOON + timedelta(days=1)) -> Span:
    return Span(start, end, UTC, "two days")


def all_clicks(**fields: Any) -> Clicks:
    return Clicks(**{"span": a_span(), **fields})


EARNED = """
INSERT INTO conversions
    (organization_id, conversion_id, change, sign, happened_at, clicked_at, event_id, visitor_id, kind, routed_campaign_id,
     routed_version, rule_id, destination_id, propensity, conversions, sales, revenue, cost)
SELECT {o:UInt32}, {number:UInt64}, {change:UInt32}, {sign:Int8}, fromUnixTimestamp64Milli({at:Int64}), happened_at, event_id,
       visitor_id, kind, routed_campaign_id, routed_version, rule_id, destination_id, propensity, {sign:Int8}, {sign:Int8},
       toDecimal64({revenue:String}, 4), toDecimal64({cost:String}, 4)
FROM events WHERE organization_id = {o:UInt32} AND event_id = {event_id:UInt64}
"""


def earned(
    click: Event,
    revenue: str,
    *,
    cost: str = "0",
    at: datetime | None = None,
    number: int = 1,
    sign: int = 1,
    change: int = 1,
) -> None:
    """A sale by a stored click; `change` 2 with `sign` -1 takes the first one back."""
    parameters = {
        "o": click.organization_id, "number": number, "change": change, "sign": sign, "event_id": click.event_id,
        "at": milliseconds(at or click.happened_at), "revenue": revenue, "cost": cost,
    }  # fmt: skip
    rows.change(EARNED, parameters, name="test", settings={"insert_deduplicate": 0})
