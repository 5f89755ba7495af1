"""A campaign as questions about its clicks need it: which they are, and what its parts were ever called."""

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.span import Span
from apps.campaigns.models import Campaign

VERSIONS_READ = 50


def clicks_of(campaign: Campaign, draft: Draft, span: Span) -> Clicks:
    """Those it routed, those over its links, those its membership rule holds for. Cost: one query."""
    return Clicks(span, campaign.pk, tuple(campaign.links.values_list("key", flat=True)), draft.membership)


def names_of(campaign: Campaign) -> dict[int, str]:
    """Of every rule and destination by its id, by the newest document that has it. Cost: one query, the last 50 versions."""
    documents = [
        campaign.draft,
        *campaign.versions.order_by("-number").values_list("document", flat=True)[:VERSIONS_READ],
    ]
    parts = [each for document in reversed(documents) for each in (*document["rules"], *document["destinations"])]
    return {each["id"]: each["name"] for each in parts}
