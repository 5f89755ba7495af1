"""What each rule of a draft holds for and gets, in order, by the clicks of a span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft, DraftRule
from apps.analytics.routing.sample import ROWS_MAX, Count, Sample, asked, by_piece, sample_of, settled
from apps.ingress.rules import where
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT piece, taker, count() AS clicks, sumForEach(held) AS held
FROM (
    SELECT {piece} AS piece, CAST([{rules}], 'Array(UInt8)') AS held,
           arrayFirstIndex((holds, takes) -> holds AND takes, held, {takes:Array(UInt8)}) AS taker
    FROM events WHERE {{scope}} AND {clicks}
)
GROUP BY piece, taker
"""


@dataclass(frozen=True)
class RuleOverlap:
    """`alone` is what the rule holds for, `first` what it gets because no earlier rule takes it.

    `taken_by` says which earlier rules take the difference, by their id, the first rule first.
    """

    rule_id: int
    alone: Count
    first: Count
    taken_by: Mapping[int, Count]


@dataclass(frozen=True)
class Overlap:
    """One row for each rule in the order of the draft. `left` is what no rule takes, `of` all clicks there were.

    Rules that are paused or over take nothing; theirs is a row of what they hold for.
    """

    rules: tuple[RuleOverlap, ...]
    left: Count
    of: Count
    share_read: float
    asked_at: datetime


def overlap(warehouse: Warehouse, draft: Draft, clicks: Clicks, *, now: datetime, rows_max: int = ROWS_MAX) -> Overlap:
    """Units: clicks of people. Source: table events. Cost: one question for all rules, sampled beyond four million rows.

    Schedules that have not begun count as begun, and caps as never full. Errors: those of Warehouse.rows.
    """
    clicks = settled(warehouse, clicks)
    sample = sample_of(warehouse, clicks.span, rows_max=rows_max)
    conditions = [where(rule.when, prefix=f"r{rule.place}") for rule in draft.rules]
    parameters: dict[str, Any] = {"takes": [int(rule.takes_at(now)) for rule in draft.rules]}
    for condition in conditions:
        parameters.update(condition.parameters)
    sql = SQL.replace("{rules}", ", ".join(condition.sql for condition in conditions))
    found = asked(warehouse, sql, clicks, sample, parameters, name="rule_overlap")
    return Overlap(
        rules=tuple(_row(sample, draft.rules, rule, found.records) for rule in draft.rules),
        left=_clicks(sample, [record for record in found.records if not record["taker"]]),
        of=_clicks(sample, found.records),
        share_read=sample.share,
        asked_at=found.asked_at,
    )


def _row(
    sample: Sample, rules: Sequence[DraftRule], rule: DraftRule, records: Sequence[Mapping[str, Any]]
) -> RuleOverlap:
    """`taker` of a record is the place of the rule that takes its clicks, `held` for how many of them each rule holds."""
    held = [{**record, "held": record["held"][rule.place - 1]} for record in records]
    takers = {record["taker"] for record in held if record["held"] and 0 < record["taker"] < rule.place}
    return RuleOverlap(
        rule_id=rule.id,
        alone=sample.count(by_piece(held, "held")),
        first=_clicks(sample, [record for record in records if record["taker"] == rule.place]),
        taken_by={
            rules[place - 1].id: sample.count(by_piece([r for r in held if r["taker"] == place], "held"))
            for place in sorted(takers)
        },
    )


def _clicks(sample: Sample, records: Sequence[Mapping[str, Any]]) -> Count:
    return sample.count(by_piece(records, "clicks"))
