"""What there is to say of a draft while it is edited: what each rule gets of recent clicks, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.findings import Finding, findings
from apps.analytics.routing.overlap import Overlap, RuleOverlap, overlap
from apps.analytics.routing.reach import AWAY, TOO_LARGE
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse


@dataclass(frozen=True)
class Look:
    """Without `overlap`, `unknown` says why there are no numbers, and `findings` are those that follow from the rules alone."""

    draft: Draft
    overlap: Overlap | None
    findings: Sequence[Finding]
    unknown: str = ""

    @property
    def rows(self) -> list[tuple[str, str, RuleOverlap]]:
        """Slug and name of each rule, and what it gets."""
        return (
            [(f"rule-{row.rule_id}", self.draft.rule_name(row.rule_id), row) for row in self.overlap.rules]
            if self.overlap
            else []
        )


def look(warehouse: Warehouse, draft: Draft, clicks: Clicks, *, now: datetime) -> Look:
    """Never raises for ClickHouse. Cost: that of `overlap`."""
    try:
        found = overlap(warehouse, draft, clicks, now=now)
    except QuestionTooLarge:
        return Look(draft, None, findings(draft, None, now=now), TOO_LARGE)
    except WarehouseUnavailable:
        return Look(draft, None, findings(draft, None, now=now), AWAY)
    return Look(draft, found, findings(draft, found, now=now))
