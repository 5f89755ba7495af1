"""What would become of one request, made up or stored, under a document: asked of the desk that answers visitors.

The desk has a table of its own with this campaign in it, keeps nothing and counts nothing. Ids in its answers are sealed with a key
that is thrown away, so none of them is a click id.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from apps.analytics.span import milliseconds
from apps.campaigns.models import Campaign
from apps.campaigns.publish import link_units, organization_units
from apps.ingress.answer import Desk
from apps.ingress.capture import VISITOR_COOKIE, Capture, Request
from apps.ingress.enrich import enrich, tables
from apps.ingress.event import Event
from apps.ingress.line import decode
from apps.ingress.plans.trace import Trace, trace
from apps.ingress.routing import CAMPAIGN_UNIT, RouteTable
from apps.ingress.rules.text import to_bytes
from apps.ingress.snowflake import SealedIds, Snowflakes

Headers = list[tuple[bytes, bytes]]
KEPT_FROM_AN_EVENT = frozenset({"cookie", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"})


@dataclass(frozen=True)
class Visit:
    """A request to try: its address, who sends it and when. `visitor_id` 0 is somebody new."""

    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    ip: str
    at: datetime
    scheme: str = "https"
    method: str = "GET"
    visitor_id: int = 0

    @classmethod
    def made_up(
        cls, address: str, *, user_agent: str, ip: str, at: datetime, language: str = "", referrer: str = ""
    ) -> "Visit":
        parts = urlsplit(address)
        said = (
            ("Host", parts.netloc),
            ("User-Agent", user_agent),
            ("Accept-Language", language),
            ("Referer", referrer),
        )
        headers = (*said, ("Accept", "text/html"), ("Sec-Fetch-Mode", "navigate"))
        return cls(parts.path, parts.query, tuple(pair for pair in headers if pair[1]), ip, at, parts.scheme)

    @classmethod
    def stored(cls, event: Event, keys: Collection[str]) -> "Visit":
        """The request of a stored click, again; of one over another link as if it had come over the first of `keys`."""
        path = event.path if event.link_key in keys else f"/in/{next(iter(keys), '')}"
        headers = [pair for pair in event.headers if pair[0].lower() not in KEPT_FROM_AN_EVENT]
        sent = {name.lower() for name, _ in headers}
        usual = (("Host", event.host), ("User-Agent", event.user_agent), ("Referer", event.referrer))
        headers += [(name, value) for name, value in usual if value and name.lower() not in sent]
        return cls(
            path, event.query, tuple(headers), event.ip, event.happened_at, event.scheme, event.method, event.visitor_id
        )


@dataclass(frozen=True)
class Tried:
    """`location` is where the visitor would have been sent; empty is the safe page of Trellis itself. `event` is as it would have
    been stored. `trace` is empty of rules where another link, or a `to=`, had decided before the campaign was asked.
    """

    status: int
    location: str
    event: Event
    trace: Trace


def tried(
    campaign: Campaign, document: Mapping[str, Any], visit: Visit, *, version: int, status: str, now: datetime
) -> Tried:
    """Caps count as not full. Errors: BadPlan. Cost: two queries, and 1 ms for each ten rules."""
    own = {"organization_id": campaign.organization_id, "key": campaign.key}
    unit = {**own, "version": version, "status": status, "document": document}
    enrichment = tables.current(now)
    table = _table(campaign, unit)
    ids = SealedIds(secrets.token_bytes(32), b"trial")
    desk = Desk(
        table=table,
        capture=Capture(),
        ids=Snowflakes(0, start_ms=0, reserve=lambda ms: ms + 1),
        click_ids=ids,
        visitor_ids=ids,
        tables=enrichment,
    )
    answer = desk.answer(_request(visit, ids), milliseconds(visit.at) / 1000)
    event = enrich(decode(answer.line, stored_at=now), enrichment)
    has_default = table.organizations[campaign.organization_id].default is not None
    return Tried(
        answer.status, answer.location, event, trace(table.campaigns[campaign.pk], event, has_default=has_default)
    )


def _table(campaign: Campaign, unit: Mapping[str, Any]) -> RouteTable:
    table = RouteTable()
    units: Iterable[tuple[str, Any]] = (
        *organization_units([campaign.organization]).items(),
        (f"{CAMPAIGN_UNIT}{campaign.pk}", unit),
        *link_units(campaign.links.all()).items(),
    )
    for name, document in units:
        table.apply(name, document)
    return table


def _request(visit: Visit, ids: SealedIds) -> Request:
    headers: Headers = [(to_bytes(name), to_bytes(value)) for name, value in visit.headers]
    if visit.visitor_id:
        headers.append((b"Cookie", f"{VISITOR_COOKIE}={ids.seal(visit.visitor_id)}".encode()))
    target = to_bytes(visit.path) + (b"?" + to_bytes(visit.query) if visit.query else b"")
    return Request(to_bytes(visit.method), target, headers, visit.ip, visit.scheme)
