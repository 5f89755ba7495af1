"""Campaigns to route with: documents as they are published, whole by default."""

from itertools import count
from typing import Any

from apps.ingress.answer import Desk
from apps.ingress.capture import Capture
from apps.ingress.enrich import enrich
from apps.ingress.enrich.snapshot import Tables, builtin_tables
from apps.ingress.event import Event
from apps.ingress.line import decode
from apps.ingress.plans.caps import NO_CAPS, Caps
from apps.ingress.plans.plan import Plan
from apps.ingress.routing import RouteTable
from apps.ingress.snowflake import Snowflakes
from tests.ingress.make import CLICKS, VISITORS, a_link_unit, an_organization_unit

CAMPAIGN = 5
PHONES = {"field": "device_type", "op": "is", "value": "phone"}
ALL: dict[str, Any] = {"all": []}
_workers = count(100)


def a_destination(number: int, **changes: Any) -> dict[str, Any]:
    host = f"https://shop{number}.example/"
    return {"id": number, "name": f"Shop {number}", "url": host, "paused": False, "caps": [], **changes}


def a_rule(number: int, *to: int, **changes: Any) -> dict[str, Any]:
    """To these destinations with equal weights; it holds for everybody."""
    return {
        "id": number,
        "name": f"Rule {number}",
        "when": ALL,
        "paused": False,
        "starts_at": None,
        "ends_at": None,
        "caps": [],
        "to": shares(*to),
        **changes,
    }


def shares(*destinations: int, weight: int = 1) -> list[dict[str, int]]:
    return [{"destination": number, "weight": weight} for number in destinations]


def a_document(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Destinations 1 to 4 and the fallback 1; rules have ids from 11 on."""
    return {
        "membership": None,
        "sticky": "visitor",
        "zone": "Europe/Berlin",
        "starts_at": None,
        "ends_at": None,
        "parameters": {"others": "drop", "named": []},
        "caps": [],
        "destinations": [a_destination(number) for number in range(1, 5)],
        "rules": list(rules),
        "fallback": shares(1),
        "next_id": 100,
        **changes,
    }


def a_unit(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"organization_id": 7, "key": "spring", "version": 3, "status": "active", "document": document, **changes}


def a_plan(*rules: dict[str, Any], status: str = "active", **changes: Any) -> Plan:
    return Plan.read(CAMPAIGN, a_unit(a_document(*rules, **changes), status=status))


def a_campaign_table(
    document: dict[str, Any], *, organization: dict[str, Any] | None = None, **changes: Any
) -> RouteTable:
    """Organization 7 with campaign 5, whose link is `spring`."""
    table = RouteTable()
    table.apply("organization:7", an_organization_unit(**(organization or {})))
    table.apply(f"campaign:{CAMPAIGN}", a_unit(document, **changes))
    table.apply("link:spring", a_link_unit(campaign_id=CAMPAIGN, destination=""))
    return table


def a_desk(table: RouteTable, *, caps: Caps = NO_CAPS, tables: Tables | None = None) -> Desk:
    ids = Snowflakes(next(_workers), start_ms=0, reserve=lambda ms: ms + 1_000)
    return Desk(
        table=table,
        capture=Capture(),
        ids=ids,
        click_ids=CLICKS,
        visitor_ids=VISITORS,
        tables=tables,
        caps=caps,
    )


def as_stored(line: bytes, tables: Tables | None = None) -> Event:
    """The event that the store task makes of a line."""
    return enrich(decode(line), tables or builtin_tables())
