"""Links and campaigns under the names their people gave them."""

from collections.abc import Callable, Mapping

from apps.accounts.models import Membership
from apps.analytics.campaign_names import campaign_names
from apps.analytics.query import Answer, Dimension
from apps.analytics.query.dimensions import LABEL
from apps.analytics.tables import Naming, name_of
from apps.campaigns.models import Link

NO_CAMPAIGN = "No campaign"
Names = Mapping[str, str]


def naming_given(member: Membership, answer: Answer) -> Naming:
    """How rows of the answer are called: links and campaigns by their names, the rest as always. Cost: a query for each of them."""
    known = {dimension: found for dimension in NAMED if (found := _names(member, answer, dimension)) is not None}

    def naming(dimension: Dimension, key: str) -> str:
        if dimension.name == LABEL and not key:
            return NO_CAMPAIGN
        return known.get(dimension.name, {}).get(key) or name_of(dimension, key)

    return naming


def link_names(member: Membership, keys: set[str]) -> Names:
    """Of links by their keys. Cost: a query."""
    return dict(Link.objects.visible_to(member).filter(key__in=keys).values_list("key", "name"))


def _campaigns(member: Membership, keys: set[str]) -> Names:
    named = campaign_names(member.organization_id, {int(key) for key in keys})
    return {str(number): name for number, name in named.items()}


NAMED: dict[str, Callable[[Membership, set[str]], Names]] = {
    "link": link_names,
    LABEL: _campaigns,
    "routed_campaign": _campaigns,
}


def _names(member: Membership, answer: Answer, dimension: str) -> Names | None:
    """None when the rows are not about it."""
    if dimension not in answer.query.dimensions:
        return None
    place = answer.query.dimensions.index(dimension)
    return NAMED[dimension](member, {row.key[place] for row in answer.rows if row.key[place]})
