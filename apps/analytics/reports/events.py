"""Single events: the newest of a selection page by page, and one by its id."""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from apps.analytics.kinds import Kinds
from apps.analytics.query.labelled import Labelled, chosen, label_parameters
from apps.analytics.span import milliseconds
from apps.attribution.ledger.editions import BEFORE_THE_FIRST, AsOf
from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Rule, where
from apps.ingress.snowflake import milliseconds_of
from apps.ingress.warehouse.reader import Warehouse, names_of

Row = TypeVar("Row")

# What DateTime64 holds; an open end of a selection is one of these.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime(2200, 1, 1, tzinfo=UTC)
BIGGEST_ID = 2**64 - 1
# A live event's id is made in the millisecond it happened; imported ones may lie anywhere.
NEAR = timedelta(hours=1)

SELECTED = """
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
  AND ({kinds:String} = 'all' OR kind = 'human')
  AND ({kind:String} = '' OR kind = {kind:String})
  AND ({link_key:String} = '' OR link_key = {link_key:String})
  AND ({reason:String} = '' OR reason = {reason:String})
  AND ({number:UInt64} = 0 OR event_id = {number:UInt64} OR visitor_id = {number:UInt64})
  AND ({text:String} = ''
       OR positionCaseInsensitive(concat(host, path, '?', query), {text:String}) > 0
       OR positionCaseInsensitive(referrer, {text:String}) > 0
       OR positionCaseInsensitive(user_agent, {text:String}) > 0
       OR positionCaseInsensitive(ip, {text:String}) > 0
       OR arrayExists(value -> positionCaseInsensitive(value, {text:String}) > 0, mapValues(parameters)))
  AND ({{rule}}) AND ({{label}})
"""
WITHIN = """
happened_at >= fromUnixTimestamp64Milli({start:Int64}) AND happened_at < fromUnixTimestamp64Milli({end:Int64})
"""
NEWEST_SQL = """
SELECT {{columns}} FROM events
{{selected}}
  AND happened_at <= fromUnixTimestamp64Milli({cursor_at:Int64})
  AND (happened_at < fromUnixTimestamp64Milli({cursor_at:Int64}) OR event_id < {cursor_id:UInt64})
ORDER BY happened_at DESC, event_id DESC LIMIT {limit:UInt32}
"""
ONE_SQL = """
SELECT {{columns}} FROM events
WHERE {{scope}} AND event_id = {event_id:UInt64}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
ORDER BY happened_at LIMIT 1
"""


class BadCursor(ValueError):
    """The cursor was not given out by us."""


@dataclass(frozen=True)
class Selection:
    """Which events. Empty means any; `number` is an event's or a visitor's id, `text` is looked for in the request."""

    start: datetime = BEGINNING
    end: datetime = FOREVER
    kinds: Kinds = Kinds.ALL
    kind: str = ""
    link_key: str = ""
    reason: str = ""
    number: int = 0
    text: str = ""
    rule: Rule = EVERYTHING
    labelled: Labelled | None = None
    as_of: AsOf = BEFORE_THE_FIRST

    @property
    def parameters(self) -> dict[str, object]:
        said = {name: getattr(self, name) for name in ("kinds", "kind", "link_key", "reason", "number", "text")}
        return {**said, "start": milliseconds(self.start), "end": milliseconds(self.end)}


@dataclass(frozen=True)
class Cursor:
    """The place after one event in the order newest first; what arrives later does not move it."""

    at: datetime = FOREVER
    event_id: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Errors: BadCursor."""
        try:
            ms, event_id = struct.unpack(">qQ", base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            cursor = cls(BEGINNING + timedelta(milliseconds=ms), event_id)
        except (binascii.Error, struct.error, ValueError, OverflowError) as error:
            raise BadCursor("This cursor is not one of ours.") from error
        if not BEGINNING <= cursor.at <= FOREVER:
            raise BadCursor("This cursor is not one of ours.")
        return cursor

    def __str__(self) -> str:
        packed = struct.pack(">qQ", milliseconds(self.at), self.event_id)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


@dataclass(frozen=True)
class ListedEvent:
    """What a list shows of an event."""

    event_id: int
    happened_at: datetime
    kind: str
    method: str
    host: str
    path: str
    query: str
    link_key: str
    reason: str
    status: int
    destination: str
    referrer: str
    ip: str
    user_agent: str
    visitor_id: int
    visitor_is_new: bool
    origin: str

    @property
    def request_line(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def decision(self) -> str:
        return self.reason.replace("_", " ")


def newest_events(
    warehouse: Warehouse, selection: Selection, row: type[Row], *, limit: int, after: Cursor | None = None
) -> tuple[list[Row], Cursor | None]:
    """At most `limit` events as `row` (ListedEvent, Event), newest first, and the cursor of the rest, None at the end.

    Walking the cursor meets every event of the selection once, whatever arrives meanwhile: newer ones stay before it.
    Errors: those of Warehouse.rows. Source: table events. Cost: reads from the newest end until the page is full.
    """
    after = after or Cursor()
    rule = where(selection.rule, prefix="rule")
    label = chosen(selection.labelled, WITHIN) if selection.labelled else "1"
    sql = (
        NEWEST_SQL.replace("{{columns}}", _columns(row))
        .replace("{{selected}}", SELECTED)
        .replace("{{rule}}", rule.sql)
        .replace("{{label}}", label)
    )
    parameters = {
        **selection.parameters,
        **rule.parameters,
        **(label_parameters(selection.labelled, selection.as_of) if selection.labelled else {}),
        "cursor_at": milliseconds(after.at),
        "cursor_id": after.event_id,
        "limit": limit + 1,
    }
    found = warehouse.rows(sql, row, parameters, name="newest_events")
    return found[:limit], _after(found[limit - 1]) if len(found) > limit else None


def event_by_id(warehouse: Warehouse, event_id: int) -> Event | None:
    """The whole event, or None when the organization has no such event.

    Errors: those of Warehouse.rows. Source: table events.
    Cost: two hours of rows when it is live, else one column of all rows.
    """
    made_at = BEGINNING + timedelta(milliseconds=milliseconds_of(event_id))
    for start, end in ((made_at - NEAR, made_at + NEAR), (BEGINNING, FOREVER)):
        parameters = {"event_id": event_id, "start": milliseconds(start), "end": milliseconds(end)}
        sql = ONE_SQL.replace("{{columns}}", _columns(Event))
        if found := warehouse.rows(sql, Event, parameters, name="event_by_id"):
            return found[0]
    return None


def _columns(row: type) -> str:
    return ", ".join(names_of(row))


def _after(row: object) -> Cursor:
    return Cursor(row.happened_at, row.event_id)  # type: ignore[attr-defined]
