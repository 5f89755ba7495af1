"""Links and campaigns for tests."""

from itertools import count
from typing import Any

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Link
from apps.ingress import routes
from apps.ingress.broker import broker

_numbers = count(1)
GERMAN_PHONES = {
    "all": [
        {"field": "country", "op": "is", "value": "DE"},
        {"field": "device_type", "op": "is", "value": "phone"},
    ]
}


def a_link(organization: Organization, key: str = "", **fields: Any) -> Link:
    fields = {"name": "Spring newsletter", "destination": "https://shop.example.com/spring", **fields}
    return Link.objects.create(organization=organization, key=key or f"key{next(_numbers)}", **fields)


def in_force(key: str) -> dict[str, Any]:
    """What the ingress processes are told about the link; empty when nothing."""
    document: dict[str, Any] = routes.published(broker(), [f"link:{key}"]).get(f"link:{key}", {})
    return document


def a_definition(**parts: Any) -> dict[str, Any]:
    """The document of a campaign: Germans on phones to the German shop and to the app, everybody else to the world shop."""
    return {
        "membership": None,
        "sticky": "visitor",
        "zone": "Europe/Berlin",
        "starts_at": None,
        "ends_at": None,
        "parameters": {"others": "drop", "named": [{"name": "sub1", "do": "rename", "as": "s1"}]},
        "caps": [],
        "destinations": [
            a_destination(1, "Shop World", "https://shop.example/?c={click_id}"),
            a_destination(2, "Shop DE", "https://shop.example/de?c={click_id}"),
            a_destination(3, "App", "https://app.example/"),
        ],
        "rules": [a_rule(4, "German phones", GERMAN_PHONES, {2: 70, 3: 30})],
        "fallback": [{"destination": 1, "weight": 100}],
        "next_id": 5,
        **parts,
    }


def a_destination(number: int, name: str = "Shop", url: str = "https://shop.example/", **fields: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "url": url, "paused": False, "caps": [], **fields}


def a_rule(
    number: int, name: str = "Everybody", when: Any = None, to: dict[int, int] | None = None, **fields: Any
) -> dict[str, Any]:
    """A routing rule; `to` are weights by destination."""
    shares = [{"destination": destination, "weight": weight} for destination, weight in (to or {1: 100}).items()]
    dates = {"starts_at": None, "ends_at": None}
    rule = {"id": number, "name": name, "when": when or {"all": []}, "paused": False, **dates, "caps": [], "to": shares}
    return {**rule, **fields}


def a_campaign(organization: Organization, key: str = "", *, live: bool = False, **fields: Any) -> Campaign:
    """A draft with its first link, as people make it; `live` publishes it and lets it go live.

    Ingress hears of it where the test has its callbacks on commit executed.
    """
    document = fields.pop("document", None) or a_definition()
    campaign = editing.new_campaign(
        organization,
        None,
        fields.pop("name", "Spring"),
        key=key or f"campaign{next(_numbers)}",
        document=document,
        **fields,
    )
    if live:
        editing.publish(campaign.pk, seen=campaign.revision, user=None)
        editing.activate(campaign.pk, user=None)
    campaign.refresh_from_db()
    return campaign
