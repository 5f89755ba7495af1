"""For how many clicks of the last days a rule holds: what the rule builder shows while one types."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.sample import ROWS_MAX, Count, asked, by_piece, sample_of, settled
from apps.ingress.rules import Rule, where
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse

PATIENCE_S = 2
TOO_LARGE = "Counting this takes too long; it is counted when the draft is tried on fewer days."
AWAY = "Clicks cannot be counted right now: ClickHouse does not answer."

SQL = """
SELECT {piece} AS piece, countIf({rule}) AS matching, count() AS of
FROM events WHERE {{scope}} AND {clicks} GROUP BY piece
"""


@dataclass(frozen=True)
class Reach:
    """`matching` clicks of `of`. When `unknown` is not empty it is a sentence that says why there are no numbers.

    `share_read` is the part of the rows that was looked at, 1 when the numbers are exact; `asked_at` is when ClickHouse answered.
    """

    matching: Count
    of: Count
    asked_at: datetime | None
    share_read: float = 1.0
    unknown: str = ""

    @property
    def share(self) -> float | None:
        """0.12 is 12 %; None where there are no clicks."""
        return self.matching.value / self.of.value if self.of.value else None


def reach(warehouse: Warehouse, rule: Rule, clicks: Clicks, *, rows_max: int = ROWS_MAX) -> Reach:
    """Cheap enough to ask for each change of a rule: two seconds at most, kept for ten, sampled where there are millions of rows.

    Units: clicks of people. Source: table events. Never raises: what cannot be answered is `unknown`.
    """
    try:
        return _counted(replace(warehouse, cached=True, max_execution_s=PATIENCE_S), rule, clicks, rows_max)
    except QuestionTooLarge:
        return Reach(Count(0), Count(0), None, unknown=TOO_LARGE)
    except WarehouseUnavailable:
        return Reach(Count(0), Count(0), None, unknown=AWAY)


def _counted(warehouse: Warehouse, rule: Rule, clicks: Clicks, rows_max: int) -> Reach:
    clicks = settled(warehouse, clicks)
    sample, condition = sample_of(warehouse, clicks.span, rows_max=rows_max), where(rule)
    sql = SQL.replace("{rule}", condition.sql)
    found = asked(warehouse, sql, clicks, sample, condition.parameters, name="rule_reach")
    matching, of = (sample.count(by_piece(found.records, column)) for column in ("matching", "of"))
    return Reach(matching, of, found.asked_at, sample.share)
