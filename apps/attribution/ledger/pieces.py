"""Where there is anything that an order may move, in pieces that fit into memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from apps.attribution.ledger.layers import NAMED
from apps.attribution.ledger.orders import BEFORE_ANY, Apply, Order
from apps.attribution.ledger.sql import MILLISECOND, WITHIN, filled, milliseconds, span
from apps.ingress.event import EPOCH
from apps.ingress.warehouse.reader import Warehouse

# Of each event that has a label some 100 bytes are held while events and labels are joined.
PIECE_EVENTS = 4_000_000
A_DAY = timedelta(days=1)
EVENTS = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS events FROM events
WHERE {{scope}} AND {{within}}{{since}} GROUP BY day ORDER BY day
"""
SINCE = " AND stored_at > fromUnixTimestamp64Milli({since_ms:Int64})"
OF_NAMED = """
SELECT toDate(happened_at, 'UTC') AS day, count() AS events FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{named}} GROUP BY day ORDER BY day
"""
FIRST = "SELECT toUnixTimestamp64Milli(happened_at) AS ms FROM events WHERE {{scope}} ORDER BY happened_at LIMIT 1"


@dataclass(frozen=True)
class _Day:
    day: date
    events: int


@dataclass(frozen=True)
class _Moment:
    ms: int


def pieces(warehouse: Warehouse, order: Order) -> list[dict[str, int]]:
    """Parameters of spans that cover all the order may move, oldest first: days of one month, or parts of a large day.

    Source: table events, of a revert attribution_entries. Errors: WarehouseUnavailable. Cost: one column of the span.
    """
    parameters: dict[str, int] = span(order.start, order.end)
    if not isinstance(order, Apply):
        sql = filled(OF_NAMED, named=NAMED)
        parameters |= order.named()
    else:
        sql = filled(EVENTS, since=SINCE if order.since > BEFORE_ANY else "")
        parameters["since_ms"] = milliseconds(order.since)
    days = warehouse.rows(filled(sql, within=WITHIN), _Day, parameters, name="ledger_days")
    return [piece for some in _together(days) for piece in _spans(some, order)]


def history_begins_at(warehouse: Warehouse) -> datetime | None:
    """When the organization's first stored event happened; None while there is none.

    Source: table events. Errors: WarehouseUnavailable. Cost: a few rows, read in the order of the table.
    """
    found = warehouse.rows(FIRST, _Moment, name="ledger_history")
    return EPOCH + found[0].ms * MILLISECOND if found else None


def midnight(day: date) -> datetime:
    """When a day of UTC begins."""
    return datetime.combine(day, datetime.min.time(), UTC)


def day_after(day: date) -> date:
    return day + A_DAY


def _together(days: Sequence[_Day]) -> Iterator[list[_Day]]:
    """Days of one month, as partitions are, as many as make a piece; one at least."""
    for _, of_month in groupby(days, key=lambda one: (one.day.year, one.day.month)):
        some: list[_Day] = []
        for one in of_month:
            if some and sum(each.events for each in some) + one.events > PIECE_EVENTS:
                yield some
                some = []
            some.append(one)
        yield some


def _spans(days: Sequence[_Day], order: Order) -> Iterator[dict[str, int]]:
    start, end = max(midnight(days[0].day), order.start), min(midnight(day_after(days[-1].day)), order.end)
    parts = -(-sum(one.events for one in days) // PIECE_EVENTS)
    for part in range(parts):
        yield span(start, end, part=part, parts=parts)
