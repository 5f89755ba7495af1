"""The draft as the builder lists it: each part with its slug, its words and how full its caps are."""

from dataclasses import dataclass

from apps.campaigns.builder.standing import standing_of
from apps.campaigns.models import Campaign
from apps.campaigns.outline import Outline, ShownDestination, ShownRule, outline
from apps.ingress.plans.caps import THE_CAMPAIGN


@dataclass(frozen=True)
class ListedRule:
    slug: str
    rule: ShownRule
    caps: list[str]


@dataclass(frozen=True)
class ListedDestination:
    slug: str
    destination: ShownDestination
    caps: list[str]


@dataclass(frozen=True)
class Listed:
    outline: Outline
    rules: list[ListedRule]
    destinations: list[ListedDestination]
    caps: list[str]


def listed(campaign: Campaign, now_ms: int) -> Listed:
    """Cost: one round trip to Redis where there are caps."""
    shown, standing = outline(campaign.draft), standing_of(campaign, now_ms)
    return Listed(
        shown,
        [ListedRule(f"rule-{each.id}", each, standing.get(each.id, [])) for each in shown.rules],
        [ListedDestination(f"destination-{each.id}", each, standing.get(each.id, [])) for each in shown.destinations],
        standing.get(THE_CAMPAIGN, []),
    )
