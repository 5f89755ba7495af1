"""What clicks are attributed to: a column that no stored request has, and how it comes into a question.

Clicks that have a label are counted in the ledger itself wherever it has the columns, so that the figures of a campaign outlive the
events (docs/decisions/0016-the-ledger-keeps-layers.md). What only events know, such as the city, is asked of events beside their
labels, and ends where events end; so do clicks without a label, which the ledger has never heard of, and visitors, whom it forgets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.analytics.query.dimensions import LABEL
from apps.attribution.ledger.columns import COPIED
from apps.attribution.ledger.editions import AsOf
from apps.attribution.ledger.labels import labels
from apps.attribution.ledger.sql import AS_OF, filled

NOBODY = 0
CAMPAIGNS = "{campaigns:Array(UInt64)}"
# Of the columns that a rule or a dimension may ask for.
LEDGER_COLUMNS = frozenset((*COPIED, "event_id", "happened_at", LABEL))

BESIDE = "{table} LEFT ANY JOIN (SELECT event_id, campaign_id AS {label} FROM ({labels})) AS label USING (event_id)"
KNOWN = "SELECT event_id FROM ({labels}) WHERE {condition}"
# Entries that take one another back sum to nothing, so that clicks are counted without looking at each.
SUMS = """(
    SELECT campaign_id AS {label}, sign{more} FROM attribution_entries WHERE {{{{scope}}}} AND {within} AND {as_of}
) WHERE 1"""
EACH = "(SELECT *, campaign_id AS {label}, toInt8(1) AS sign FROM ({labels})) WHERE 1"
# Conversions come long after their clicks. When a click is not known, neither is its time, and then all entries are looked at.
OF_CONVERSIONS = """
happened_at >= (SELECT min(clicked_at) FROM conversions WHERE {{{{scope}}}} AND ({when}) AND event_id != 0)
AND event_id IN (SELECT event_id FROM conversions WHERE {{{{scope}}}} AND ({when}) AND event_id != 0)
"""


@dataclass(frozen=True)
class Labelled:
    """Clicks attributed to one of these campaigns, 0 being none; `negated`, to anything else."""

    campaigns: tuple[int, ...]
    negated: bool = False

    @property
    def allows_none(self) -> bool:
        return (NOBODY in self.campaigns) != self.negated

    def also(self, other: "Labelled") -> "Labelled":
        """What both of them choose."""
        mine, theirs = set(self.campaigns), set(other.campaigns)
        if self.negated:
            return Labelled(tuple(sorted(mine | theirs)), negated=True) if other.negated else other.also(self)
        return Labelled(tuple(sorted(mine - theirs if other.negated else mine & theirs)))

    def condition(self, column: str, placeholder: str) -> str:
        return f"{column} {'NOT IN' if self.negated else 'IN'} {placeholder}"


UNATTRIBUTED = Labelled((NOBODY,))
ATTRIBUTED = Labelled((NOBODY,), negated=True)


def beside_labels(table: str, within: str) -> str:
    """A table with the label of each row's event. Parameters: those of the AsOf, and of `within`."""
    return BESIDE.format(table=table, label=LABEL, labels=labels(within=within))


def chosen(labelled: Labelled, within: str) -> str:
    """A condition on `event_id` alone. Parameters: `label_parameters`, and those of `within`."""
    wanted = Labelled(labelled.campaigns, labelled.negated ^ labelled.allows_none)
    known = KNOWN.format(labels=labels(within=within), condition=wanted.condition("campaign_id", CAMPAIGNS))
    return f"event_id {'NOT IN' if labelled.allows_none else 'IN'} ({known})"


def label_parameters(labelled: Labelled, as_of: AsOf) -> dict[str, Any]:
    return {**as_of.parameters(), "campaigns": list(labelled.campaigns)}


def within_conversions(when: str) -> str:
    return OF_CONVERSIONS.format(when=when)


def entries(columns: Iterable[str], within: str, *, each: bool) -> str:
    """Entries with their signs, or `each` event that has a label, once. `within` names columns with their table."""
    wanted = sorted({*columns} - {LABEL, "event_id"})
    if each:
        return EACH.format(label=LABEL, labels=labels(wanted, within=within))
    more = "".join(f", {name}" for name in sorted({*columns} - {LABEL}))
    return SUMS.format(label=LABEL, more=more, within=within, as_of=filled(AS_OF))
