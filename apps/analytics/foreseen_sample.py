"""What a run would do, told from a part of the events while all of them are counted."""

from collections import Counter
from dataclasses import dataclass

from apps.analytics.kinds import Kinds
from apps.analytics.query import Query, sampling, statement
from apps.analytics.query.part import Part, estimate, part_of
from apps.analytics.query.periods import periods_of
from apps.analytics.routing.sample import Count
from apps.analytics.span import Span
from apps.attribution.ledger.moves import of_apply
from apps.attribution.ledger.orders import Apply
from apps.attribution.ledger.sql import filled
from apps.ingress.event import Kind
from apps.ingress.warehouse.reader import Warehouse

PATIENCE_S = 15
SQL = """
SELECT piece, old_campaign_id != 0 AS is_taken, countIf(new_kind = {human:String}) AS people FROM (
    SELECT {{piece}} AS piece, old_campaign_id, new_kind FROM ({{moves}})
)
GROUP BY piece, is_taken
"""


@dataclass(frozen=True)
class _Found:
    piece: int
    is_taken: bool
    people: int


@dataclass(frozen=True)
class Told:
    """Clicks of people that have no campaign now, and such that other campaigns have; `share` of the events was read."""

    free: Count
    taken: Count
    share: float


def told(order: Apply, span: Span) -> Told | None:
    """From about as many events as reports sample that lie all over the span; None where counting all of them is as quick.

    The order is of the policy override. Errors: WarehouseUnavailable, QuestionTooLarge. Source: parts of events and
    attribution_entries. Cost: that part, and its size from the index.
    """
    warehouse = Warehouse(order.organization_id, PATIENCE_S)
    [period] = periods_of(Query(span, ("clicks",), kinds=Kinds.ALL))
    everything = sum(sampling.rows_of(warehouse, statement.rows(period)).values())
    part = part_of(span, sampling.ROWS / everything) if everything > sampling.WORTH_ROWS else None
    if part is None:
        return None
    rows = sampling.rows_of(warehouse, statement.rows(period, part))
    share = sum(rows.values()) / everything
    free, taken = _found(warehouse, order, part)
    return Told(estimate(free, rows, share), estimate(taken, rows, share), share)


def _found(warehouse: Warehouse, order: Apply, part: Part) -> tuple[Counter[int], Counter[int]]:
    asked = of_apply(order, ("kind",), within=f"{part.slot} IN {{slots:Array(Int64)}}")
    parameters = {**asked.parameters, "slots": part.slots, "human": Kind.HUMAN.value}
    found = warehouse.rows(filled(SQL, piece=part.piece, moves=asked.sql), _Found, parameters, name="ledger_told")
    sums: tuple[Counter[int], Counter[int]] = Counter(), Counter()
    for each in found:
        sums[each.is_taken][each.piece] += each.people
    return sums
