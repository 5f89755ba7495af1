"""All that is stored of one visitor of one organization: read whole, and emptied.

Emptying is a mutation, not a lightweight update: that one would leave the old values in the parts until they are merged. It
rewrites the emptied columns of the visitor's months.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from apps.ingress import turns
from apps.ingress.event import EPOCH, FIELDS, Privacy
from apps.ingress.privacy.erasing import EMPTIED
from apps.ingress.warehouse.facts import Facts
from apps.ingress.warehouse.reader import ask

AT_ONCE = 2_000
OF_VISITOR = "organization_id = {organization_id:UInt32} AND visitor_id = {visitor_id:UInt64}"
BEFORE = f"{OF_VISITOR} AND happened_at <= fromUnixTimestamp64Milli({{until:Int64}})"
MONTHS = """
SELECT toYYYYMM(happened_at) AS month, count() FROM {{table}} WHERE {{full}} GROUP BY month ORDER BY month
"""
# What enrichment changed again and is not merged yet would come back over what is emptied.
PATCHES = "ALTER TABLE {{table}} APPLY PATCHES IN PARTITION {{month}}"
EMPTY = "ALTER TABLE {{table}} UPDATE {{nothing}} IN PARTITION {{month}} WHERE {{full}}"
PAGE = """
SELECT {{columns}} FROM {{table}} WHERE {{visitor}} AND ({{key}}) > ({{after}}) ORDER BY {{key}} LIMIT {most:UInt32}
"""
A_MILLISECOND = timedelta(milliseconds=1)

TYPES: Mapping[str, str] = {
    "headers": "CAST([], 'Array(Tuple(LowCardinality(String), String))')",
    "withheld_headers": "CAST([], 'Array(LowCardinality(String))')",
    "parameters": "CAST(map(), 'Map(LowCardinality(String), String)')",
}


class Emptying(NamedTuple):
    """A table whose rows of a visitor are emptied: these columns, and `full` says which rows are not yet."""

    table: str
    columns: tuple[str, ...]
    full: str
    says: str = ""

    @property
    def nothing(self) -> str:
        emptied = [f"{name} = {TYPES.get(name, chr(39) * 2)}" for name in self.columns]
        return ", ".join([*emptied, self.says] if self.says else emptied)


EVENTS = Emptying(
    "events", EMPTIED, f"{BEFORE} AND privacy != '{Privacy.ERASED}'", says=f"privacy = '{Privacy.ERASED}'"
)


def emptying_of(facts: Facts) -> Emptying:
    """Of rows that copy their click. They do not say that they are emptied, so those are meant that have anything."""
    columns = tuple(name for name in EMPTIED if name in facts.columns)
    has = " OR ".join(f"notEmpty({name})" for name in columns)
    return Emptying(facts.table, columns, f"{OF_VISITOR} AND ({has})")


def months(what: Emptying, organization_id: int, visitor_id: int, until: datetime) -> dict[int, int]:
    """How many rows there are to empty, by month. Errors: WarehouseUnavailable. Cost: one column of the organization's rows."""
    _, found = ask(
        _filled(MONTHS, what), _parameters(organization_id, visitor_id, until), {"log_comment": "visitor_months"}
    )
    return dict(found)


def empty(what: Emptying, organization_id: int, visitor_id: int, until: datetime) -> int:
    """Empties the visitor's rows and returns how many they were; done again there are none. Errors: WarehouseUnavailable."""
    parameters = _parameters(organization_id, visitor_id, until)
    emptied = 0
    for month, rows in months(what, organization_id, visitor_id, until).items():
        settings = {"log_comment": "visitor_emptied", "mutations_sync": 1}
        with turns.mutating():
            for statement in (PATCHES, EMPTY) if what.table == "events" else (EMPTY,):
                ask(_filled(statement, what).replace("{{month}}", str(int(month))), parameters, settings)
        emptied += rows
    return emptied


def events_of(organization_id: int, visitor_id: int) -> Iterator[dict[str, Any]]:
    """The visitor's events whole, by the names of FIELDS, the oldest first. Errors: WarehouseUnavailable."""
    return rows_of("events", FIELDS, organization_id, visitor_id, key=("happened_at", "event_id"))


def rows_of(
    table: str, columns: Sequence[str], organization_id: int, visitor_id: int, *, key: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    """The visitor's rows of a table by column, in the order of `key`: a moment and a number. Errors: WarehouseUnavailable."""
    at, number = EPOCH, 0
    sql = PAGE.replace("{{columns}}", ", ".join(columns)).replace("{{table}}", table).replace("{{visitor}}", OF_VISITOR)
    sql = sql.replace("{{key}}", ", ".join(key))
    sql = sql.replace("{{after}}", "fromUnixTimestamp64Milli({at:Int64}), {number:UInt64}")
    while True:
        place = {"at": _milliseconds(at), "number": number, "most": AT_ONCE}
        parameters = {"organization_id": organization_id, "visitor_id": visitor_id, **place}
        _, found = ask(sql, parameters, {"log_comment": f"visitor_{table}"})
        for row in found:
            yield dict(zip(columns, map(_plain, row), strict=True))
        if len(found) < AT_ONCE:
            return
        last = dict(zip(columns, found[-1], strict=True))
        at, number = last[key[0]].replace(tzinfo=UTC), last[key[1]]


def _filled(sql: str, what: Emptying) -> str:
    for name, text in (("table", what.table), ("nothing", what.nothing), ("full", what.full)):
        sql = sql.replace(f"{{{{{name}}}}}", text)
    return sql


def _parameters(organization_id: int, visitor_id: int, until: datetime) -> dict[str, Any]:
    return {"organization_id": organization_id, "visitor_id": visitor_id, "until": _milliseconds(until)}


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // A_MILLISECOND


def _plain(value: Any) -> Any:
    """What JSON can say of it: bytes that were no UTF-8 stay as surrogates, moments are RFC 3339."""
    match value:
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case datetime():
            return value.replace(tzinfo=UTC).isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat()
        case dict():
            return {_plain(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value
