"""One stored click with the version of the campaign that decided it."""

from dataclasses import dataclass

from apps.accounts.models import Membership
from apps.analytics.routing.told import Told, told
from apps.analytics.routing.traced import Traced, traced
from apps.campaigns.models import Campaign, CampaignVersion
from apps.ingress.event import Event
from apps.ingress.plans.plan import BadPlan

NO_CAMPAIGN = "No campaign decided about this request: it came over a link of its own, or over none."
NOT_PUBLISHED = (
    "It came over a link of {campaign} while nothing of that was published, so the organization's default decided."
)
GONE = "The version that decided is not there any more."


@dataclass(frozen=True)
class Decided:
    """Without `told`, `why` says why there is no trace."""

    campaign: Campaign | None = None
    version: CampaignVersion | None = None
    traced: Traced | None = None
    told: Told | None = None
    why: str = ""


def decided(member: Membership, event: Event) -> Decided:
    """Of a click of the member's organization. Cost: three queries at most."""
    if not event.routed_campaign_id:
        return Decided(why=NO_CAMPAIGN)
    campaign = Campaign.objects.visible_to(member).filter(pk=event.routed_campaign_id).first()
    if campaign is None:
        return Decided(why=GONE)
    if not event.routed_version:
        return Decided(campaign, why=NOT_PUBLISHED.format(campaign=campaign.name))
    version = campaign.versions.filter(number=event.routed_version).first()
    if version is None:
        return Decided(campaign, why=GONE)
    unit = {
        "organization_id": campaign.organization_id,
        "key": campaign.key,
        "version": version.number,
        "document": version.document,
    }
    try:
        found = traced(event, unit)
    except BadPlan:
        return Decided(campaign, version, why=GONE)
    return Decided(campaign, version, found, told(found.trace, version.document))
