"""What a run would do, by asking for its moves without writing them down."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from apps.attribution.ledger.moves import moves
from apps.attribution.ledger.orders import Order
from apps.attribution.ledger.pieces import history_begins_at, pieces
from apps.attribution.ledger.sql import MANY_EVENTS, filled
from apps.attribution.ledger.tally import Counts, counts
from apps.ingress.event import Kind
from apps.ingress.warehouse.reader import Warehouse

SAMPLE = 10
SQL = """
SELECT toDate(m.happened_at, {zone:String}) AS day, m.old_campaign_id AS old, m.new_campaign_id AS new, count() AS events,
       countIf(if(new != 0, m.new_kind, {{old_kind}}) = {human:String}) AS people,
       sum(c.conversions) AS conversions, sum(c.revenue) AS revenue,
       arraySlice(arraySort(groupArraySample(10, 1)(m.event_id)), 1, 10) AS sample
FROM ({{moves}}) AS m
LEFT ANY JOIN (
    SELECT event_id, sum(conversions) AS conversions, sum(revenue) AS revenue FROM conversions
    WHERE {{scope}} AND event_id != 0
      AND clicked_at >= fromUnixTimestamp64Milli({from_ms:Int64}) AND clicked_at < fromUnixTimestamp64Milli({until_ms:Int64})
    GROUP BY event_id
) AS c ON m.event_id = c.event_id
GROUP BY day, old, new ORDER BY day, old, new
"""


@dataclass(frozen=True)
class Moved:
    """Events of one local day that go from one campaign to another, 0 being none, with what their conversions came to.

    A large day comes in parts. `events` are of every kind, `people` those that count as clicks. Money is in the organization's
    currency. `sample` are ids.
    """

    day: date
    old: int
    new: int
    events: int
    people: int
    conversions: int
    revenue: Decimal
    sample: list[int]


@dataclass(frozen=True)
class Preview:
    """By day, oldest first. `history_begins_at` is the organization's first event that is still stored; None when there is none."""

    moved: tuple[Moved, ...]
    start: datetime
    history_begins_at: datetime | None = None

    @cached_property
    def counts(self) -> Counts:
        """Events gained and taken, each by campaign, as Run.counts has them once it is done."""
        gained: Counter[int] = Counter()
        taken: Counter[int] = Counter()
        for one in self.moved:
            gained[one.new] += one.events
            taken[one.old] += one.events
        return counts(gained=gained, taken=taken)

    @property
    def by_day(self) -> dict[date, int]:
        """Events by local day; quiet days are absent."""
        days: Counter[date] = Counter()
        for one in self.moved:
            days[one.day] += one.events
        return dict(days)

    @property
    def events(self) -> int:
        return sum(one.events for one in self.moved)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.moved)

    @property
    def conversions(self) -> int:
        return sum(one.conversions for one in self.moved)

    @property
    def revenue(self) -> Decimal:
        return sum((one.revenue for one in self.moved), Decimal())

    @property
    def entries(self) -> int:
        """How many rows the run would write."""
        return sum(one.events * ((one.old != 0) + (one.new != 0)) for one in self.moved)

    @property
    def sample(self) -> list[int]:
        """Ids of some of the events, of as many days and campaigns as there is room for."""
        rounds = (one.sample[place] for place in range(SAMPLE) for one in self.moved if place < len(one.sample))
        return [event_id for event_id, _ in zip(rounds, range(SAMPLE), strict=False)]

    @property
    def is_missing_history(self) -> bool:
        """Whether the span begins before the first stored event: what happened until then, if anything, is gone."""
        return self.history_begins_at is None or self.start < self.history_begins_at


def preview(order: Order, *, max_execution_s: int = 15, zone: str = "UTC") -> Preview:
    """What a run with this order does, counted, by days of a time zone. Units: events.

    Errors: WarehouseUnavailable, QuestionTooLarge. Source: tables events, attribution_entries and conversions.
    Cost: one pass over the span, some millions of events at a time.
    """
    warehouse = Warehouse(order.organization_id, max_execution_s)
    asked = moves(order, ("kind",))
    sql = filled(SQL, moves=asked.sql, old_kind="m.old_kind" if asked.takes else "''")
    moved: list[Moved] = []
    for piece in pieces(warehouse, order):
        parameters = {**asked.parameters, **piece, "human": Kind.HUMAN.value, "zone": zone}
        moved += warehouse.rows(sql, Moved, parameters, name="ledger_preview", limits=MANY_EVENTS)
    return Preview(tuple(moved), order.start, history_begins_at(warehouse))
