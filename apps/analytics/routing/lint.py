"""An address with macros before it is saved: what is wrong, what is likely not meant, what it becomes for a real click."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from apps.analytics.reports.campaign_clicks import newest_routed
from apps.analytics.routing.traced import stored_click
from apps.analytics.routing.tried import Tried, Visit, tried
from apps.campaigns.destination import link_hosts_of, validate_destination
from apps.campaigns.models import Campaign, Status
from apps.ingress.destination import CLICK_PARAMETER, PARAMETER_MACROS, Destination, parse
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse

NUMBER = 1
NEWEST_OF = timedelta(days=30)
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/604.1"
DOUBLED = re.compile(r"\{\{|\}\}|%7B|\$\{|\[\[|__[A-Z]", re.IGNORECASE)


@dataclass(frozen=True)
class Preview:
    """`trouble` is why it would be refused. `notes` are sentences about what would not be. `tried` is the visit under it."""

    trouble: str = ""
    notes: tuple[str, ...] = ()
    tried: Tried | None = None


def newest_visit(warehouse: Warehouse, campaign: Campaign, *, now: datetime) -> Visit:
    """The newest click of a month that the campaign routed; somebody made up where there is none."""
    keys = {link.key: link.url for link in campaign.links.order_by("pk")}
    try:
        newest = newest_routed(warehouse, campaign.pk, now - NEWEST_OF, limit=1)
        event = stored_click(warehouse, newest[0].event_id) if newest else None
    except (WarehouseUnavailable, QuestionTooLarge):
        event = None
    if event:
        return Visit.stored(event, keys)
    return Visit.made_up(next(iter(keys.values()), ""), user_agent=AGENT, ip="", at=now, language="en")


def preview(campaign: Campaign, url: str, visit: Visit, *, now: datetime) -> Preview:
    """Of a destination with this address that gets every click of the campaign, parameters as the draft has them."""
    try:
        validate_destination(url, link_hosts_of(campaign.organization))
    except ValidationError as error:
        return Preview(trouble=" ".join(error.messages))
    found = tried(campaign, _document(campaign, url), visit, version=0, status=Status.ACTIVE, now=now)
    return Preview(notes=tuple(_notes(parse(url), found)), tried=found)


def _document(campaign: Campaign, url: str) -> dict[str, Any]:
    destination = {"id": NUMBER, "name": "Preview", "url": url, "paused": False, "caps": []}
    everybody = [{"destination": NUMBER, "weight": 1}]
    dates: dict[str, Any] = {"starts_at": None, "ends_at": None, "caps": []}
    return {**campaign.draft, **dates, "destinations": [destination], "rules": [], "fallback": everybody}


def _notes(destination: Destination, found: Tried) -> Iterator[str]:
    if "click_id" not in destination.macros:
        yield f"It does not say where the click id goes, so it is added as {CLICK_PARAMETER}: a postback has to send that back."
    for text in destination.texts:
        if DOUBLED.search(text):
            yield "It has letters that look like another system's macros; those are not filled in here."
            break
    parameters = found.event.parameters
    for macro in dict.fromkeys(destination.macros):
        names = PARAMETER_MACROS.get(macro) or ((macro.removeprefix("param."),) if macro.startswith("param.") else ())
        if names and macro != "campaign" and not any(parameters.get(name) for name in names):
            yield f"{{{macro}}} is empty for this click: its address has no {' and no '.join(names)}."
