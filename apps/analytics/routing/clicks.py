"""Which stored clicks a question about routing is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.analytics.span import Span
from apps.ingress.rules import Rule, where

PEOPLE = "kind = 'human'"


@dataclass(frozen=True)
class Clicks:
    """Clicks of people in a span: those that a campaign routed, those of some links, those a membership rule holds for.

    More than one of these is any of them; none of them is everything the organization has.
    """

    span: Span
    campaign_id: int = 0
    link_keys: tuple[str, ...] = ()
    membership: Rule | None = None

    @property
    def sql(self) -> str:
        """A condition without the span: that is what a sample narrows."""
        parts = []
        if self.campaign_id:
            parts.append("routed_campaign_id = {campaign_id:UInt64}")
        if self.link_keys:
            parts.append("link_key IN {link_keys:Array(String)}")
        if self.membership is not None:
            parts.append(where(self.membership, prefix="membership").sql)
        return f"{PEOPLE} AND ({' OR '.join(parts) or '1'})"

    @property
    def parameters(self) -> Mapping[str, Any]:
        membership = where(self.membership, prefix="membership").parameters if self.membership is not None else {}
        return {**membership, "campaign_id": self.campaign_id, "link_keys": list(self.link_keys)}
