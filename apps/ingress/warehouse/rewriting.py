"""Making derived columns of stored events again; everything else of an event is never touched.

New values are worked out once for each different input (an address, an agent), put into a table of the moment, and taken from there
by a lightweight update: one statement that happens as a whole or not at all, costs what it changes, and leaves inserts alone. On
2 million events of one month, five columns: 0.3 s for 790,000 of them; `ALTER … UPDATE` took 1.0 s for 72,000 and 3.1 s for all,
rewrites its columns of the whole month each time, and blocks every later mutation when it fails (2026-11-23). Until the patches of
a month are applied to its parts, reading these columns is slower.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from clickhouse_driver.errors import Error as DriverError

from apps.ingress.event import Event
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable

SPAN = """
happened_at >= {start:DateTime64(3)} AND happened_at < {end:DateTime64(3)}
AND ({organization_id:UInt32} = 0 OR organization_id = {organization_id:UInt32})
"""
# What is missing of an event on purpose was there when its fields were found: without it they would be lost.
OUTDATED = """
{{span}} AND privacy NOT IN {left_alone:Array(String)}
AND {{version}} != transform(organization_id, {organizations:Array(UInt32)}, {versions:Array(UInt32)}, {{version}})
"""
# Cells of one month only, in the order of the table: neither updates nor patches cross partitions.
CHUNK = """
{{outdated}}
AND organization_id BETWEEN {first_organization:UInt32} AND {last_organization:UInt32}
AND toYYYYMM(happened_at) = {month:UInt32}
AND (organization_id, toDate(happened_at, 'UTC')) BETWEEN ({first_organization:UInt32}, {first_on:Date})
    AND ({last_organization:UInt32}, {last_on:Date})
AND {{key}} % {parts:UInt128} = {part:UInt128}
"""
ORGANIZATIONS = "SELECT DISTINCT organization_id FROM events WHERE {{span}} ORDER BY organization_id"
COUNT = (
    "SELECT organization_id, count() FROM events WHERE {{outdated}} GROUP BY organization_id ORDER BY organization_id"
)
CELLS = """
SELECT toYYYYMM(happened_at) AS month, organization_id, toDate(happened_at, 'UTC') AS on, count(), uniq({{key}}) FROM events
WHERE {{outdated}} AND (month, organization_id, on) > ({after_month:UInt32}, {after_organization:UInt32}, {after_on:Date})
GROUP BY month, organization_id, on ORDER BY month, organization_id, on LIMIT 1000
"""
INPUTS = "SELECT {{key}} AS key, {{inputs}} FROM events WHERE {{chunk}} GROUP BY key"
UPDATE = "UPDATE events SET {{assignments}} WHERE {{chunk}} AND {{found}} = 1"
# The moment's table is in memory. Named by who fills it, so that two never share one.
MAKE = "CREATE OR REPLACE TABLE {{table}} (key UInt128, facts Tuple(UInt8, {{types}})) ENGINE = Join(ANY, LEFT, key)"
FILL = "INSERT INTO {{table}} VALUES"
DROP = "DROP TABLE IF EXISTS {{table}}"
APPLY = "ALTER TABLE events APPLY PATCHES IN PARTITION {{month}}"

FIRST_DAY = date(1970, 1, 1)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Selection:
    """Events of one organization (0: of all) in a span of time, that another version than `versions` says made one step's fields.

    `versions` are by organization; `version` names the column; events with these values of `privacy` are left alone.
    """

    organization_id: int
    start: datetime
    end: datetime
    version: str
    versions: Mapping[int, int]
    left_alone: Sequence[str] = ()

    def parameters(self) -> dict[str, Any]:
        return {
            "organization_id": self.organization_id,
            "start": self.start,
            "end": self.end,
            "organizations": list(self.versions),
            "versions": list(self.versions.values()),
            "left_alone": list(self.left_alone),
        }


class Cell(NamedTuple):
    """A day (UTC) of an organization that has such events, and how many different `inputs` they have, roughly."""

    month: int
    organization_id: int
    on: date
    events: int
    inputs: int


class Chunk(NamedTuple):
    """Cells of one month from the first to the last, in the order of `cells`; of their inputs part `part` of `parts`."""

    first: Cell
    last: Cell
    part: int = 0
    parts: int = 1

    def parameters(self) -> dict[str, Any]:
        return {
            "month": self.first.month,
            "first_organization": self.first.organization_id,
            "last_organization": self.last.organization_id,
            "first_on": self.first.on,
            "last_on": self.last.on,
            "part": self.part,
            "parts": self.parts,
        }


def organizations(organization_id: int, start: datetime, end: datetime) -> list[int]:
    """Those that have events in that time; of one when it is given. Errors: WarehouseUnavailable."""
    found = _ask(
        ORGANIZATIONS.replace("{{span}}", SPAN), {"organization_id": organization_id, "start": start, "end": end}
    )
    return [number for (number,) in found]


def outdated(selection: Selection) -> dict[int, int]:
    """How many events by organization. Errors: WarehouseUnavailable. Cost: reads the version of every event of the span."""
    return dict(_ask(_with(COUNT, selection), selection.parameters()))


def cells(selection: Selection, inputs: Sequence[str], after: Cell | None) -> list[Cell]:
    """At most 1,000 of them in order of month, organization and day, those after `after`. Errors: WarehouseUnavailable."""
    place = after or Cell(0, 0, FIRST_DAY, 0, 0)
    since = {"after_month": place.month, "after_organization": place.organization_id, "after_on": place.on}
    found = _ask(_with(CELLS, selection, inputs), {**selection.parameters(), **since})
    return [Cell(*row) for row in found]


def different_inputs(
    selection: Selection, chunk: Chunk, inputs: Sequence[str]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """What the outdated events of the chunk have in these columns, each combination once, with the key it is known by.

    Text that is not UTF-8 comes as an Event has it. Errors: WarehouseUnavailable.
    """
    asked = _with(INPUTS, selection, inputs).replace("{{inputs}}", ", ".join(f"any({name})" for name in inputs))
    for key, *values in _ask(asked, {**selection.parameters(), **chunk.parameters()}):
        yield key, tuple(map(_as_in_events, values))


def rewrite(
    selection: Selection,
    chunk: Chunk,
    inputs: Sequence[str],
    fields: Sequence[str],
    facts: Mapping[int, tuple[Any, ...]],
    *,
    name: str,
) -> None:
    """Gives `fields` of the chunk's outdated events the facts found for their inputs: all of them at once, or none.

    Events that came meanwhile with other inputs stay as they are. `name` is a word nobody else uses at the same time. Errors:
    WarehouseUnavailable.
    """
    with _table(name, fields, facts) as table:
        found = f"joinGet('{table}', 'facts', {_key(inputs)})"
        assignments = ", ".join(f"{field} = {found}.{place}" for place, field in enumerate(fields, start=2))
        update = _with(UPDATE, selection, inputs).replace("{{assignments}}", assignments)
        _ask(update.replace("{{found}}", f"{found}.1"), {**selection.parameters(), **chunk.parameters()})


def apply_patches(month: int) -> None:
    """Has ClickHouse write the month's updates into its parts, in the background. Errors: WarehouseUnavailable."""
    _ask(APPLY.replace("{{month}}", str(int(month))), {}, {"mutations_sync": 0})


def midnight(on: date) -> datetime:
    return datetime.combine(on, datetime.min.time(), UTC)


@contextmanager
def _table(name: str, fields: Sequence[str], facts: Mapping[int, tuple[Any, ...]]) -> Iterator[str]:
    """A table of the facts by key; its name with the database, which an update needs."""
    ((database,),) = _ask("SELECT currentDatabase()", {})
    table = f"{database}.{name}"
    types = ", ".join(map(_type_of, fields))
    _ask(MAKE.replace("{{table}}", table).replace("{{types}}", types), {})
    try:
        rows = [(1, *map(_storable, values)) for values in facts.values()]
        _ask(FILL.replace("{{table}}", table), [list(facts), rows], columnar=True)
        yield table
    finally:
        _ask(DROP.replace("{{table}}", table), {})


def _with(sql: str, selection: Selection, inputs: Sequence[str] = ()) -> str:
    for part, text in (("{{chunk}}", CHUNK), ("{{outdated}}", OUTDATED), ("{{span}}", SPAN)):
        sql = sql.replace(part, text)
    return sql.replace("{{version}}", selection.version).replace("{{key}}", _key(inputs))


def _key(inputs: Sequence[str]) -> str:
    """128 bits, so that two inputs never meet in one key."""
    return f"reinterpretAsUInt128(sipHash128(tuple({', '.join(inputs)})))"


def _ask(sql: str, parameters: Any, settings: dict[str, Any] | None = None, *, columnar: bool = False) -> list[Any]:
    # UPDATE, insert and the rest answer with nothing, or with a number of rows.
    try:
        answer = client().execute(sql, parameters, settings=settings, columnar=columnar)
    except (DriverError, OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error).partition("Stack trace")[0]) from error
    return answer if isinstance(answer, list) else []


def _as_in_events(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, list | tuple):
        return tuple(map(_as_in_events, value))
    if isinstance(value, dict):
        return {_as_in_events(name): _as_in_events(inner) for name, inner in value.items()}
    return value


def _storable(value: Any) -> Any:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) and not value.isascii() else value


def _type_of(field: str) -> str:
    empty = Event._field_defaults[field]
    return "Bool" if isinstance(empty, bool) else "UInt64" if isinstance(empty, int) else "String"
