"""What campaigns keep in PostgreSQL: links, campaigns, every published version of a campaign, and answers to programs."""

from apps.campaigns.models.answers import KeptAnswer
from apps.campaigns.models.campaigns import Campaign, CampaignQuerySet, CampaignVersion, Status
from apps.campaigns.models.keys import KEY_ALPHABET, new_key
from apps.campaigns.models.links import Link, LinkQuerySet

__all__ = [
    "KEY_ALPHABET",
    "Campaign",
    "CampaignQuerySet",
    "CampaignVersion",
    "KeptAnswer",
    "Link",
    "LinkQuerySet",
    "Status",
    "new_key",
]
