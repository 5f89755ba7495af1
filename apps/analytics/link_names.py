"""Links under the names their people gave them."""

from apps.accounts.models import Membership
from apps.analytics.query import Answer, Dimension
from apps.analytics.tables import Naming, name_of
from apps.campaigns.models import Link


def naming_links(member: Membership, answer: Answer) -> Naming:
    """How rows of the answer are called: a link by its name, the rest as always. Cost: a query when links are among them."""
    at = [place for place, name in enumerate(answer.query.dimensions) if name == "link"]
    if not at:
        return name_of
    keys = {row.key[at[0]] for row in answer.rows}
    names = dict(Link.objects.visible_to(member).filter(key__in=keys).values_list("key", "name"))

    def naming(dimension: Dimension, key: str) -> str:
        return names.get(key) or name_of(dimension, key) if dimension.name == "link" else name_of(dimension, key)

    return naming
