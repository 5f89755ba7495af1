"""What surrounds every tab of a campaign: its status, its tabs, what is not published yet."""

from typing import Any

from apps.campaigns.deeds import DEEDS, Deed
from apps.campaigns.definition import changes, stored
from apps.campaigns.models import Campaign, Status

OF_STATUS = {
    Status.DRAFT: ("clone", "archive"),
    Status.ACTIVE: ("pause", "clone", "archive"),
    Status.PAUSED: ("resume", "clone", "archive"),
    Status.ARCHIVED: ("unarchive", "clone"),
}


def frame_of(campaign: Campaign, tab: str) -> dict[str, Any]:
    """The context of `campaigns/campaign_base.html`: `tab` is the one that is open."""
    return {"campaign": campaign, "tab": tab, "deeds": deeds_of(campaign), "unpublished": unpublished(campaign)}


def deeds_of(campaign: Campaign) -> list[Deed]:
    return [DEEDS[name] for name in OF_STATUS[Status(campaign.status)]]


def unpublished(campaign: Campaign) -> list[str]:
    """What publishing the draft would change, in sentences; empty when the draft is in force."""
    if campaign.is_published:
        return []
    return changes(stored(campaign.version.document) if campaign.version else None, stored(campaign.draft))
