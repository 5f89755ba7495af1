"""What campaigns are called, by their numbers."""

from collections.abc import Collection

from apps.campaigns.models import Campaign


def campaign_names(organization_id: int, numbers: Collection[int]) -> dict[int, str]:
    """Of those campaigns that the organization has. Cost: a query when there are any numbers."""
    campaigns = Campaign.objects.filter(organization_id=organization_id, pk__in=numbers) if numbers else ()
    return {campaign.pk: campaign.name for campaign in campaigns}
