"""Which links and campaigns a member, or a program with a key, may see and change."""

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from apps.accounts.belonging import Insider
from apps.campaigns.models import Campaign, CampaignQuerySet, CampaignVersion, Link, LinkQuerySet, Status


def links_for(member: Insider, *, search: str = "") -> LinkQuerySet:
    """The organization's links, newest first; `search` looks in name, key and destination."""
    links = Link.objects.visible_to(member)
    if not search:
        return links
    return links.filter(Q(name__icontains=search) | Q(key__icontains=search) | Q(destination__icontains=search))


def link_for(member: Insider, key: str) -> Link:
    return get_object_or_404(Link.objects.visible_to(member).select_related("created_by", "campaign"), key=key)


def link_to_change(member: Insider, key: str) -> Link:
    """The link, locked until the transaction ends: of two who save at once the second sees what the first did."""
    return get_object_or_404(Link.objects.visible_to(member).select_for_update(), key=key)


def campaigns_for(member: Insider, *, status: str = "", tag: str = "", search: str = "") -> CampaignQuerySet:
    """The organization's campaigns, newest first, archived ones only when asked for by `status`.

    Each with `link_count`, `version_number` (0: nothing is published) and `is_changed` (the draft differs from what is published);
    documents stay in the database. Cost: one query, however many.
    """
    campaigns = Campaign.objects.visible_to(member)
    campaigns = campaigns.filter(status=status) if status else campaigns.exclude(status=Status.ARCHIVED)
    if tag:
        campaigns = campaigns.filter(tags__contains=[tag])
    if search:
        campaigns = campaigns.filter(Q(name__icontains=search) | Q(key__icontains=search))
    links = Link.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign").annotate(n=Count("pk"))
    return (
        campaigns.select_related("edited_by")
        .defer("draft")
        .annotate(
            link_count=Coalesce(Subquery(links.values("n"), output_field=IntegerField()), 0),
            version_number=Coalesce("version__number", 0),
            is_changed=Case(When(version__document=F("draft"), then=Value(False)), default=Value(True)),
        )
    )


def campaign_for(member: Insider, key: str) -> Campaign:
    """The campaign with its version, its organization and the people who had a hand in it."""
    people = ("created_by", "edited_by", "status_by", "version__created_by")
    campaigns = Campaign.objects.visible_to(member).select_related("organization", "version", *people)
    return get_object_or_404(campaigns, key=key)


def campaign_to_change(member: Insider, key: str) -> Campaign:
    """The campaign, locked until the transaction ends."""
    # Not with a join: who had to wait would get the new campaign beside the old version.
    return get_object_or_404(Campaign.objects.visible_to(member).select_for_update(no_key=True), key=key)


def version_for(member: Insider, key: str, number: int) -> CampaignVersion:
    versions = CampaignVersion.objects.filter(campaign__organization=member.organization_id)
    return get_object_or_404(versions.select_related("campaign", "created_by"), campaign__key=key, number=number)


def versions_for(member: Insider, key: str) -> list[CampaignVersion]:
    """All versions of a campaign, the newest first, without their documents."""
    versions = CampaignVersion.objects.filter(campaign__organization=member.organization_id, campaign__key=key)
    return list(versions.select_related("created_by").defer("document"))


def tags_for(member: Insider) -> list[str]:
    """The tags of the organization's campaigns, in the order of the alphabet."""
    tags = Campaign.objects.visible_to(member).values_list("tags", flat=True)
    return sorted({tag for each in tags for tag in each})
