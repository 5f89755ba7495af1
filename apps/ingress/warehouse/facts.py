"""Rows that follow from events, such as money: stored exactly once, however often and by however many that is tried."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from clickhouse_driver.errors import Error as DriverError

from apps.ingress.event import EPOCH, FIELDS, Event
from apps.ingress.snowflake import milliseconds_of
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.writer import REFUSALS, SETTINGS, BlockRefused

MILLISECOND = timedelta(milliseconds=1)
ATTEMPTS = 3
# What another attempt has stored may be about to show.
SETTLE_S = 1.0

# An event's id is made in the millisecond it happened, by a clock that may run fast. Imported ones have the highest bit and
# no time.
NEAR_MS = 3_600_000
IMPORTED = 1 << 63
FOREVER_MS = 7_258_118_400_000
IDS_AT_ONCE = 100
# The largest part of a row, and nothing that is copied from it.
NOT_READ = frozenset({"headers", "withheld_headers"})
READ = tuple(name for name in FIELDS if name not in NOT_READ)
CLICKS = """
SELECT {{columns}} FROM events
WHERE organization_id = {organization_id:UInt32} AND event_id IN {ids:Array(UInt64)} AND ({{spans}})
"""
SPAN = "happened_at BETWEEN fromUnixTimestamp64Milli({start}) AND fromUnixTimestamp64Milli({end})"
STORED = """
SELECT {{columns}} FROM {{table}}
WHERE organization_id IN {organizations:Array(UInt32)} AND {{key}} IN {ids:Array(UInt64)}
  AND happened_at BETWEEN fromUnixTimestamp64Milli({start:Int64}) AND fromUnixTimestamp64Milli({end:Int64})
"""

Row = tuple[Any, ...]
Key = tuple[int, ...]


class Facts(NamedTuple):
    """A table of such rows: `organization_id` and `happened_at` among its columns, each row named by the numbers in `key`."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> Key:
        return tuple(int(row[self.columns.index(name)]) for name in self.key)


def store_facts(facts: Facts, rows: Sequence[Row], *, token: str) -> int:
    """Store those of the rows that are not there yet, and make sure that all are; returns how many were missing.

    `token` always means the same rows. It absorbs an attempt that is still under way while another begins; looking first and
    afterwards does the rest, for a server that is killed may remember a token and not its rows: see docs/decisions/0004.
    Errors: BlockRefused, WarehouseUnavailable; then calling again is right.
    """
    missing = first_missing = _missing(facts, rows)
    for attempt in range(ATTEMPTS):
        if not missing:
            return len(first_missing)
        _insert(facts, missing, f"{token}+{attempt}" if attempt else token)
        missing = _missing(facts, missing)
        if missing:
            time.sleep(SETTLE_S)
            missing = _missing(facts, missing)
    raise WarehouseUnavailable(f"ClickHouse took {len(missing)} rows of {facts.table} and does not show them")


def stored_facts(facts: Facts, like: Sequence[Row], *, wanted: Sequence[str] = ()) -> dict[Key, Row]:
    """Of rows like these (same organizations, within their time, same first number of the key) what is stored, by key.

    The values are those of `wanted`, all columns unless given. Errors: WarehouseUnavailable.
    """
    if not like:
        return {}
    names = tuple(dict.fromkeys((*facts.key, *(wanted or facts.columns))))
    moments = [row[facts.columns.index("happened_at")] for row in like]
    sql = _filled(STORED, columns=", ".join(names), table=facts.table, key=facts.key[0])
    parameters = {
        "organizations": sorted({row[facts.columns.index("organization_id")] for row in like}),
        "ids": sorted({facts.key_of(row)[0] for row in like}),
        "start": _milliseconds(min(moments)),
        "end": _milliseconds(max(moments)),
    }
    found = (tuple(_exact(value) for value in row) for row in _ask(sql, parameters))
    return {row[: len(facts.key)]: tuple(row[names.index(name)] for name in wanted or facts.columns) for row in found}


def clicks_by_ids(organization_id: int, ids: Collection[int]) -> dict[int, Event]:
    """The stored events of these ids, without their headers; an id the organization has no event of is absent.

    Text is exact: bytes that were no UTF-8 are kept as surrogates. Source: table events. Errors: WarehouseUnavailable.
    Cost: two hours of the organization's rows for each id; imported ones read one column of all its rows.
    """
    ordered = sorted(ids)
    found: dict[int, Event] = {}
    for at in range(0, len(ordered), IDS_AT_ONCE):
        some = ordered[at : at + IDS_AT_ONCE]
        # Written out, for only so does ClickHouse read by its index.
        spans = " OR ".join(SPAN.format(start=start, end=end) for start, end in _spans(some))
        sql = _filled(CLICKS, columns=", ".join(READ), spans=spans)
        for row in _ask(sql, {"organization_id": organization_id, "ids": some}):
            event = Event(**dict(zip(READ, map(_exact, row), strict=True)))
            found[event.event_id] = event
    return found


def _spans(ids: Iterable[int]) -> list[tuple[int, int]]:
    """When events of these ids may have happened, in Unix milliseconds, as few spans as cover them."""
    spans: list[tuple[int, int]] = []
    for event_id in ids:
        made_ms = milliseconds_of(event_id)
        start, end = (0, FOREVER_MS) if event_id & IMPORTED else (made_ms - NEAR_MS, made_ms + NEAR_MS)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _missing(facts: Facts, rows: Sequence[Row]) -> list[Row]:
    there = stored_facts(facts, rows, wanted=facts.key)
    return [row for row in rows if facts.key_of(row) not in there]


def _insert(facts: Facts, rows: Sequence[Row], token: str) -> None:
    sql = f"INSERT INTO {facts.table} ({', '.join(facts.columns)}) VALUES"
    columns = [[_writable(value) for value in column] for column in zip(*rows, strict=True)]
    try:
        client().execute(sql, columns, columnar=True, settings={**SETTINGS, "insert_deduplication_token": token})
    except DriverError as error:
        if error.code in REFUSALS:
            raise BlockRefused(_first_line(error)) from error
        raise WarehouseUnavailable(_first_line(error)) from error
    except (OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error)) from error
    except (ValueError, TypeError, OverflowError, ArithmeticError) as error:
        # The half-sent block makes the connection useless.
        client().disconnect()
        raise BlockRefused(f"{type(error).__name__}: {error}") from error


def _ask(sql: str, parameters: Mapping[str, Any]) -> list[Row]:
    try:
        return list(client().execute(sql, dict(parameters)))
    except DriverError as error:
        raise WarehouseUnavailable(_first_line(error)) from error
    except (OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error)) from error


def _filled(sql: str, **names: str) -> str:
    for name, text in names.items():
        sql = sql.replace(f"{{{{{name}}}}}", text)
    return sql


def _first_line(error: DriverError) -> str:
    return str(error.message or error).strip().splitlines()[0]


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "surrogateescape")
    if isinstance(value, datetime):
        return _milliseconds(value)
    if isinstance(value, Mapping):
        return {_writable(name): _writable(inner) for name, inner in value.items()}
    return value


def _exact(value: Any) -> Any:
    """A value as it was written: the driver gives bytes where text is no UTF-8, and moments without a zone."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, dict):
        return {_exact(name): _exact(inner) for name, inner in value.items()}
    return value
