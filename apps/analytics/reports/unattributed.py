"""What no campaign explains: clicks and conversions without a label, grouped by what they have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.analytics.kinds import Kinds
from apps.analytics.query import facts
from apps.analytics.query.labelled import UNATTRIBUTED, Labelled, chosen, label_parameters, within_conversions
from apps.analytics.span import Span
from apps.attribution.ledger.editions import AsOf
from apps.ingress.event import EPOCH
from apps.ingress.rules import Rule, columns, where
from apps.ingress.warehouse.reader import Warehouse

# Of a sparkline.
POINTS = 24
WITHIN = """
happened_at >= fromUnixTimestamp64Milli({start:Int64}) AND happened_at < fromUnixTimestamp64Milli({end:Int64})
"""
SELECTED = "{{scope}} AND ({{within}}) AND ({{rule}}) AND ({{label}})"
# Orphans, conversions whose click nobody knows, are among those of the empty key.
GROUPS = """
SELECT key, sum(p.clicks) AS clicks, sum(p.conversions) AS conversions, sum(p.revenue) AS revenue,
       minIf(p.first_at, p.clicks > 0) AS first_at, max(p.last_at) AS last_at, sumForEach(p.points) AS points,
       count() OVER () AS groups
FROM (
    SELECT {{key}} AS key, count() AS clicks, min(happened_at) AS first_at, max(happened_at) AS last_at,
           countResample(0, {{points}}, 1)(intDiv(toUnixTimestamp64Milli(happened_at) - {start:Int64}, {step:Int64})) AS points,
           toInt64(0) AS conversions, toDecimal128(0, 4) AS revenue
    FROM events WHERE {{selected}} AND ({kinds:String} = 'all' OR kind = 'human') GROUP BY key
    UNION ALL
    SELECT {{key}} AS key, toUInt64(0), toDateTime64(0, 3), toDateTime64(0, 3), arrayWithConstant({{points}}, toUInt64(0)),
           toInt64(sum(conversions)), toDecimal128(sum(revenue), 4)
    FROM conversions WHERE {{selected_money}} GROUP BY key
) AS p
GROUP BY key HAVING clicks != 0 OR conversions != 0 OR revenue != 0
ORDER BY clicks DESC, revenue DESC, key LIMIT {limit:UInt32}
"""
REASONS = """
SELECT if(label_edition = 0 AND label_reason = '', 'before', label_reason) AS reason, count() AS clicks
FROM events WHERE {{selected}} AND ({kinds:String} = 'all' OR kind = 'human') GROUP BY reason ORDER BY clicks DESC, reason
"""


@dataclass(frozen=True)
class Wanted:
    """Which clicks are looked at: of these, those without a label as of the edition."""

    span: Span
    kinds: Kinds
    rule: Rule
    labelled: Labelled
    as_of: AsOf

    @classmethod
    def of(cls, span: Span, kinds: Kinds, rule: Rule, labelled: Labelled | None, as_of: AsOf) -> "Wanted":
        """`labelled` is what the page was narrowed to beside that."""
        return cls(span, kinds, rule, UNATTRIBUTED.also(labelled) if labelled else UNATTRIBUTED, as_of)


@dataclass(frozen=True)
class Group:
    """Clicks with one key, and money of their kind in the organization's currency; `points` are clicks over the span, oldest first.

    Without clicks both moments are 1970. `groups` is how many there are altogether.
    """

    key: tuple[str, ...]
    clicks: int
    conversions: int
    revenue: Decimal
    first_at: datetime
    last_at: datetime
    points: tuple[int, ...]
    groups: int

    @property
    def has_clicks(self) -> bool:
        return self.last_at > EPOCH


@dataclass(frozen=True)
class ReasonCount:
    """Clicks by what the store task said of them; "before" are those stored before anything was labelled, "" had a label once."""

    reason: str
    clicks: int


def knows_money(rule: Rule) -> bool:
    """Whether conversions can be narrowed so."""
    return columns(rule) <= facts.CONVERSIONS.columns


def unattributed_groups(warehouse: Warehouse, wanted: Wanted, key: str, *, limit: int) -> list[Group]:
    """The groups with most clicks first; `key` is SQL of an array of texts. Conversions are 0 where `knows_money` says no.

    Units: counts, and money. Errors: those of Warehouse.rows. Source: tables events and conversions, without what has a label.
    Cost: the events of the span, and in memory 8 bytes for each labelled one.
    """
    selected, parameters = _selected(wanted, WITHIN)
    money, _ = _selected(wanted, within_conversions(WITHIN))
    parts = {
        "selected_money": money if knows_money(wanted.rule) else "{{scope}} AND 0",
        "selected": selected,
        "key": key,
        "points": str(POINTS),
    }
    length = parameters["end"] - parameters["start"]
    asked = {**parameters, "step": max(1, -(-length // POINTS)), "limit": limit}
    found = warehouse.rows(_filled(GROUPS, parts), Group, asked, name="unattributed_groups")
    return [
        Group(
            tuple(each.key), each.clicks, each.conversions, each.revenue, each.first_at, each.last_at, tuple(each.points),
            each.groups,
        )
        for each in found
    ]  # fmt: skip


def unattributed_reasons(warehouse: Warehouse, wanted: Wanted) -> list[ReasonCount]:
    """Most clicks first. Units: counts. Errors: those of Warehouse.rows. Source: table events, without what has a label."""
    selected, parameters = _selected(wanted, WITHIN)
    return warehouse.rows(
        _filled(REASONS, {"selected": selected}), ReasonCount, parameters, name="unattributed_reasons"
    )


def _selected(wanted: Wanted, labels_within: str) -> tuple[str, dict[str, Any]]:
    """A condition, and all its parameters."""
    rule = where(wanted.rule, prefix="rule")
    sql = _filled(SELECTED, {"within": WITHIN, "rule": rule.sql, "label": chosen(wanted.labelled, labels_within)})
    labels = label_parameters(wanted.labelled, wanted.as_of)
    return sql, {**wanted.span.parameters, **rule.parameters, **labels, "kinds": wanted.kinds}


def _filled(sql: str, parts: Mapping[str, str]) -> str:
    for name, text in parts.items():
        sql = sql.replace(f"{{{{{name}}}}}", text)
    return sql
