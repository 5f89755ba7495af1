"""The statement that writes moves down as entries: +1 for a label that comes, -1 for one that goes."""

from apps.attribution.ledger.columns import COPIED, ENTRY, LABEL
from apps.attribution.ledger.moves import Moves, moves
from apps.attribution.ledger.orders import Apply, Order
from apps.attribution.ledger.sql import AS_OF, WITHIN, filled

SIGNS = """
CAST(arrayConcat(if(old_campaign_id = 0, [], [-1]), if(new_campaign_id = 0, [], [1])), 'Array(Int8)')
"""
THERE = "SELECT event_id, sign FROM attribution_entries WHERE {{scope}} AND {{within}} AND edition = {edition:UInt32} AND NOT live"
MISSING = """
FROM (SELECT *, arrayJoin({{signs}}) AS sign FROM ({{moves}})) AS m
WHERE (m.event_id, m.sign) NOT IN ({{there}})
"""
COUNT = "SELECT count() AS entries " + MISSING
INSERT = "INSERT INTO attribution_entries ({{columns}}) SELECT {{values}} "
# What goes back to a label, or away from one, was written down with it before: read as it stands there, with one row of each in the
# smaller table. Grouping them for those columns took 352 MB for half a million entries instead of 203 (2026-11-29).
FROM_LEDGER = """
FROM (
    SELECT event_id, {{label}}, {{copied}} FROM attribution_entries WHERE {{scope}} AND {{within}} AND {{as_of}} AND sign = 1
) AS e
ANY RIGHT JOIN (
    SELECT m.event_id AS event_id, m.happened_at AS happened_at, m.sign AS sign, {{either}} {{missing}}
) AS m
ON e.event_id = m.event_id AND e.campaign_id = m.campaign_id AND e.run_id = m.run_id AND e.rule_version = m.rule_version
"""
FIXED = {
    "organization_id": "{organization_id:UInt32}",
    "edition": "{edition:UInt32}",
    "recorded_at": "fromUnixTimestamp64Milli({recorded_ms:Int64})",
}


def missing(order: Order) -> Moves:
    """How many entries are not there, as `entries`. Parameters: those of a span, and `edition`."""
    asked = moves(order)
    return Moves(filled(COUNT, signs=SIGNS, moves=asked.sql, there=THERE, within=WITHIN), asked.parameters)


def insert(order: Order) -> Moves:
    """Writes them. Parameters: those of a span, `organization_id`, `edition` and `recorded_ms`."""
    if isinstance(order, Apply):
        asked = moves(order, COPIED)
        values = {name: _either(name, asked) for name in (*LABEL, *COPIED)}
        sql = INSERT + MISSING
    else:
        asked = moves(order)
        values = {name: f"e.{name}" for name in COPIED}
        sql = INSERT + FROM_LEDGER
    values |= FIXED
    sql = filled(
        sql,
        columns=", ".join(ENTRY),
        values=", ".join(values.get(name, f"m.{name}") for name in ENTRY),
        label=", ".join(LABEL),
        copied=", ".join(COPIED),
        either=", ".join(f"{_either(name, asked)} AS {name}" for name in LABEL),
        missing=MISSING,
        signs=SIGNS,
        moves=asked.sql,
        there=THERE,
        within=WITHIN,
        as_of=AS_OF,
    )
    return Moves(sql, asked.parameters)


def _either(name: str, asked: Moves) -> str:
    """A column of the label that goes or of the one that comes."""
    return f"if(m.sign < 0, m.old_{name}, m.new_{name})" if asked.takes else f"m.new_{name}"
