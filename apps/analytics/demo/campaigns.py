"""The demo's campaigns: two of its links lead by rules, and their clicks say by which."""

from typing import Any

from apps.accounts.models import Organization, User
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from apps.campaigns.publish import campaign_units
from apps.ingress.enrich.landing_page import landing_page
from apps.ingress.event import Event
from apps.ingress.plans.caps import NO_CAPS
from apps.ingress.plans.decide import routed
from apps.ingress.plans.plan import Plan
from apps.ingress.snowflake import click_id

SHOP = "https://shop.example.com"
GERMAN = {"field": "country", "op": "in", "value": ["DE", "AT", "CH"]}
PHONE = {"field": "device_type", "op": "is", "value": "phone"}
EVENING = {"field": "hour.Europe/Berlin", "op": "between", "value": [18, 22]}
HOSTED = {"field": "network_kind", "op": "in", "value": ["hosting", "proxy", "tor"]}

SEARCH: dict[str, Any] = {
    "destinations": [
        {"id": 1, "name": "Start page", "url": f"{SHOP}/start?click={{click_id}}&from={{source}}"},
        {"id": 2, "name": "German start page", "url": f"{SHOP}/de/start?click={{click_id}}&from={{source}}"},
        {"id": 3, "name": "Short page for phones", "url": f"{SHOP}/quick?click={{click_id}}"},
    ],
    "rules": [
        {"id": 4, "name": "No people, it seems", "when": HOSTED, "to": [{"destination": 1, "weight": 1}]},
        {
            "id": 5,
            "name": "German speakers",
            "when": GERMAN,
            "to": [{"destination": 2, "weight": 70}, {"destination": 1, "weight": 30}],
        },
        {"id": 6, "name": "Phones elsewhere", "when": PHONE, "to": [{"destination": 3, "weight": 1}]},
    ],
    "fallback": [{"destination": 1, "weight": 1}],
}
SOCIAL: dict[str, Any] = {
    "parameters": {"others": "drop", "named": [{"name": "utm_content", "do": "rename", "as": "video"}]},
    "destinations": [
        {"id": 1, "name": "Autumn collection", "url": f"{SHOP}/collections/autumn?click={{click_id}}"},
        {"id": 2, "name": "Autumn in one picture", "url": f"{SHOP}/autumn?click={{click_id}}"},
    ],
    "rules": [
        {
            "id": 3,
            "name": "On the sofa",
            "when": {"all": [PHONE, EVENING]},
            "to": [{"destination": 2, "weight": 1}],
        },
    ],
    "fallback": [{"destination": 1, "weight": 50}, {"destination": 2, "weight": 50}],
}
# By the key of the link that is the campaign's first.
CAMPAIGNS: dict[str, dict[str, Any]] = {"demo-search": SEARCH, "demo-social": SOCIAL}
TAGS = {"demo-search": ("autumn", "search"), "demo-social": ("autumn", "social")}


def found_campaign(organization: Organization, key: str, name: str, owner: User) -> Campaign:
    """A live campaign with two versions: at first, everybody got the first destination."""
    document = CAMPAIGNS[key]
    plain = {**document, "rules": [], "fallback": document["fallback"][:1]}
    campaign = editing.new_campaign(organization, owner, name, key=key, tags=TAGS[key], document=plain)
    editing.publish(campaign.pk, seen=1, user=owner, note="To begin with, one page for all")
    editing.activate(campaign.pk, user=owner)
    campaign = editing.save_draft(campaign.pk, document, seen=1, user=owner)
    editing.publish(campaign.pk, seen=campaign.revision, user=owner, note="Each where they buy")
    return campaign


def plans_of(organization: Organization) -> dict[str, Plan]:
    """What is published of the organization's campaigns, by the keys of their links."""
    campaigns = Campaign.objects.filter(organization=organization, version__isnull=False)
    units = campaign_units(campaigns.select_related("version"))
    plans = [Plan.read(int(name.partition(":")[2]), unit) for name, unit in units.items() if unit]
    by_id = {plan.campaign_id: plan for plan in plans}
    links = organization.links.filter(campaign__in=by_id).values_list("key", "campaign_id")
    return {key: by_id[campaign_id] for key, campaign_id in links if campaign_id}


def routed_by(plan: Plan, event: Event) -> Event:
    """An enriched event of the campaign's as its rules would have sent it; where they lead nowhere, as it was."""
    found = routed(plan, event, int(event.happened_at.timestamp() * 1000), NO_CAPS)
    if found.destination is None:
        return event
    destination, sealed = found.destination.destination, click_id(event.event_id)
    values = {"click_id": sealed, "source": event.parameters.get("utm_source", "")}
    sent = event._replace(
        reason=found.reason.value,
        destination=destination.location([values[macro] for macro in destination.macros], sealed),
        routed_campaign_id=plan.campaign_id,
        routed_version=plan.version,
        rule_id=found.rule_id,
        destination_id=found.destination_id,
        propensity=found.propensity,
    )
    return sent._replace(**landing_page(sent)._asdict())
