"""The rows of a conversion: what its lines are worth, and which rows lead from what is written to what is true. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.attribution.fold import MAIN, Line
from apps.attribution.maps import Status
from apps.attribution.rates import rate

PLACES = Decimal("0.0001")
ZERO = Decimal(0)


class Click(NamedTuple):
    """The matched click; all empty while there is none."""

    event_id: int = 0
    clicked_at: datetime | None = None


class Entry(NamedTuple):
    """A line with what it is worth and whose it is: everything that a row says. Two alike need no new row."""

    line: str
    happened_at: datetime
    status: str
    payout: Decimal
    currency: str
    rate: Decimal
    rate_on: date
    cost: Decimal
    event_id: int
    clicked_at: datetime | None


class Row(NamedTuple):
    """One row to write: an entry, or the inverse of the one under the number `takes_back`."""

    entry: Entry
    sign: int
    reason: str
    takes_back: int = 0


class Worth(NamedTuple):
    """What an entry counts for, in the organization's currency."""

    conversions: int
    sales: int
    rejected: int
    revenue: Decimal
    pending: Decimal
    cost: Decimal


def entries_of(
    lines: Iterable[Line], click: Click, *, currency: str, zone: ZoneInfo, kept: Iterable[Entry]
) -> list[Entry]:
    """The lines with their rates into `currency`. A rate that was found once stays, whatever later histories say."""
    rates = {(entry.currency, entry.happened_at): (entry.rate, entry.rate_on) for entry in kept if entry.rate}
    entries = []
    for line in lines:
        key, at, status, payout, code, cost, _ = line
        value, on = rates.get((code, at)) or rate(code, currency, at.astimezone(zone).date())
        entries.append(Entry(key, at, status, payout, code, value, on, cost, *click))
    return entries


def worth(status: str, payout: Decimal, cost: Decimal, rate: Decimal) -> Worth:
    """A lead is pending, a sale and a rebill are revenue, a rejection is neither; a cost is a cost."""
    earned = (payout * rate).quantize(PLACES)
    is_sale = status in (Status.SALE, Status.REBILL)
    return Worth(
        conversions=int(status != Status.REJECTED),
        sales=int(is_sale),
        rejected=int(status == Status.REJECTED),
        revenue=earned if is_sale else ZERO,
        pending=earned if status == Status.LEAD else ZERO,
        cost=(cost * rate).quantize(PLACES),
    )


def rows_between(written: Mapping[int, Entry], true: Sequence[Entry]) -> list[Row]:
    """What has to be added so that the sums come right. `written` are the entries in effect, by the number of their row."""
    numbers = {entry.line: number for number, entry in written.items()}
    rows: list[Row] = []
    for entry in true:
        number = numbers.pop(entry.line, 0)
        old = written.get(number)
        if entry == old:
            continue
        reason = _reason(old, entry)
        if old:
            rows.append(Row(old, -1, reason, number))
        rows.append(Row(entry, 1, reason))
    rows.extend(Row(written[number], -1, "withdrawn", number) for number in numbers.values())
    return rows


def _reason(old: Entry | None, new: Entry) -> str:
    if old is None:
        return "new" if new.line == MAIN else "rebill"
    if old.status != new.status:
        return "status"
    return "match" if old[:8] == new[:8] else "correction"
