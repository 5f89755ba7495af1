"""The statement that writes moves down as entries: +1 for a label that comes, -1 for one that goes."""

from apps.attribution.ledger import layers
from apps.attribution.ledger.columns import COPIED, ENTRY, LABEL
from apps.attribution.ledger.moves import Moves, moves
from apps.attribution.ledger.orders import Order, Revert
from apps.attribution.ledger.sql import AS_OF, WITHIN, filled

SIGNS = """
CAST(arrayConcat(if(old_campaign_id = 0, [], [-1]), if(new_campaign_id = 0, [], [1])), 'Array(Int8)')
"""
THERE = "SELECT event_id, sign FROM attribution_entries WHERE {{scope}} AND {{within}} AND edition = {edition:UInt32} AND NOT live"
LACKING = "WHERE ({{event}}, {{sign}}) NOT IN ({{there}})"
MOVES = "FROM (SELECT *, {{signs}} AS sign FROM ({{moves}})) AS m {{lacking}}"
COUNT = "SELECT count() AS entries {{from}}"
INSERT = "INSERT INTO attribution_entries ({{columns}}) SELECT {{values}} {{from}}"
# What goes back to a label, or away from one, was written down with it before: read as it stands there, with one row of each in the
# smaller table. Grouping them for those columns took 352 MB for half a million entries instead of 203 (2026-11-29).
FROM_LEDGER = """
SELECT {{values}} FROM (
    SELECT event_id, {{label}}, {{copied}} FROM attribution_entries WHERE {{scope}} AND {{within}} AND {{as_of}} AND sign = 1
) AS e
ANY RIGHT JOIN (
    SELECT m.event_id AS event_id, m.happened_at AS happened_at, m.sign AS sign, {{either}} {{from}}
) AS m
ON e.event_id = m.event_id AND e.campaign_id = m.campaign_id AND e.run_id = m.run_id AND e.rule_version = m.rule_version
"""
# The join took nine times as long as copying does: 0.9 s of processor for 240,000 entries, and 0.1 s (2026-11-29).
INVERSE = "SELECT {{values}} FROM ({{single}}) AS c {{lacking}}"
FIXED = {
    "organization_id": "{organization_id:UInt32}",
    "edition": "{edition:UInt32}",
    "recorded_at": "fromUnixTimestamp64Milli({recorded_ms:Int64})",
}


def missing(order: Order) -> Moves:
    """How many entries are not there, as `entries`. Parameters: those of a span, and `edition`."""
    asked = moves(order)
    return Moves(_filled(COUNT, asked), asked.parameters)


def insert(order: Order, *, is_bare: bool = False) -> Moves:
    """Writes them. Parameters: those of a span, `organization_id`, `edition` and `recorded_ms`. `is_bare` as Chunk has it."""
    if isinstance(order, Revert):
        return _of_revert(order, is_bare and order.takes_back)
    asked = moves(order, COPIED)
    values = {name: _either(name, asked) for name in (*LABEL, *COPIED)}
    return Moves(_filled(INSERT, asked, _values("m", values)), asked.parameters)


def _of_revert(order: Revert, is_bare: bool) -> Moves:
    """One statement, as a chunk is one block: the inverse of single entries, and what becomes of events that have layers."""
    asked = Moves(layers.moves_layered(), layers.parameters(order))
    single = layers.bare() if is_bare else layers.single()
    inverse = _filled(INVERSE, asked, _values("c", {"sign": "-1"}), single=single, event="c.event_id", sign="-1")
    others = _filled(FROM_LEDGER, asked, _values("m", {name: f"e.{name}" for name in COPIED}))
    rows = [inverse] * order.takes_back + [others] * (not is_bare)
    return Moves(f"INSERT INTO attribution_entries ({', '.join(ENTRY)}) {' UNION ALL '.join(rows)}", asked.parameters)


def _filled(
    sql: str, asked: Moves, values: str = "", *, single: str = "", event: str = "m.event_id", sign: str = "m.sign"
) -> str:
    return filled(
        sql,
        single=single,
        columns=", ".join(ENTRY),
        values=values,
        label=", ".join(LABEL),
        copied=", ".join(COPIED),
        either=", ".join(f"{_either(name, asked)} AS {name}" for name in LABEL),
        **{"from": MOVES},
        lacking=LACKING,
        event=event,
        sign=sign,
        signs=f"arrayJoin({SIGNS})" if asked.takes else "toInt8(1)",
        moves=asked.sql,
        there=THERE,
        within=WITHIN,
        as_of=AS_OF,
    )


def _values(side: str, given: dict[str, str]) -> str:
    return ", ".join(FIXED.get(name) or given.get(name, f"{side}.{name}") for name in ENTRY)


def _either(name: str, asked: Moves) -> str:
    """A column of the label that goes or of the one that comes."""
    return f"if(m.sign < 0, m.old_{name}, m.new_{name})" if asked.takes else f"m.new_{name}"
