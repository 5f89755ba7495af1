"""What campaigns are called, by their numbers."""

from collections.abc import Collection

from apps.campaigns.models import Campaign

MOST = 20


def campaign_names(organization_id: int, numbers: Collection[int]) -> dict[int, str]:
    """Of those campaigns that the organization has. Cost: a query when there are any numbers."""
    campaigns = Campaign.objects.filter(organization_id=organization_id, pk__in=numbers) if numbers else ()
    return {campaign.pk: campaign.name for campaign in campaigns}


def named_like(organization_id: int, said: str) -> list[tuple[str, str]]:
    """Number and name of at most 20 campaigns whose names have this in them, or all when it is empty. Cost: a query."""
    found = Campaign.objects.filter(organization_id=organization_id, name__icontains=said).order_by("name")[:MOST]
    return [(str(number), name) for number, name in found.values_list("pk", "name")]
