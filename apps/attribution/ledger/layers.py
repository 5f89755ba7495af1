"""Reverts as SQL: what a run named, and which label each of those events has without it, or with it again.

Most of them have this one entry: their label goes, and there is nothing under it. The others have layers, and the newest label that
stands is what shows.
"""

from collections.abc import Sequence
from typing import Any

from apps.attribution.ledger.columns import LABEL
from apps.attribution.ledger.orders import Revert
from apps.attribution.ledger.sql import AS_OF, WITHIN, filled

# What a run named, whether that still shows or not; perhaps more than once.
NAMED = "campaign_id = {campaign_id:UInt64} AND run_id = {named_by:UInt64} AND sign = 1"
WITH_LAYERS = """
SELECT event_id FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{as_of}}
  AND event_id IN (SELECT event_id FROM attribution_entries WHERE {{scope}} AND {{within}} AND {{named}})
GROUP BY event_id HAVING count() > 1
"""
# Of a million and a half events this took 0.7 s, and to ask for layers of all of them 4.4 s (two busy cores, 2026-11-29).
SINGLE = """
SELECT {{taken}} FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{as_of}} AND {{named}} AND event_id NOT IN ({{with_layers}})
"""
BARE = "SELECT * FROM attribution_entries WHERE {{scope}} AND {{within}} AND {{as_of}} AND {{named}}"
# Of each other event every label it ever had: how many times net, and since when.
LAYERS = """
SELECT event_id, {{label}}, any(happened_at) AS moment, sum(sign) AS signs, min(edition) AS laid{{any}} FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{as_of}} AND event_id IN ({{with_layers}})
GROUP BY event_id, {{label}}
"""
# Live labels of campaigns are of run 0. Column by column: as tuples they took four times as long.
LAYERED = """
SELECT event_id, any(moment) AS happened_at{{sides}} FROM ({{layers}})
GROUP BY event_id HAVING (old_campaign_id, old_run_id) != (new_campaign_id, new_run_id)
"""
OLD = "anyIf({{name}}, signs = 1)"
NEW = "argMaxIf({{name}}, laid, run_id = 0 OR run_id IN {standing:Array(UInt64)})"


def single(taken: str = "*") -> str:
    """Entries that go, each its event's only one. Of no order that sets a run up again."""
    return _filled(SINGLE, taken=taken)


def bare() -> str:
    """The same where there is nothing else: no event is looked for twice."""
    return _filled(BARE)


def moves_single(columns: Sequence[str] = ()) -> str:
    """The same as moves, with columns as `moves` has them."""
    sides = (f"{name} AS old_{name}, defaultValueOfArgumentType({name}) AS new_{name}" for name in (*LABEL, *columns))
    return single(", ".join(("event_id", "happened_at", *sides)))


def moves_layered(columns: Sequence[str] = ()) -> str:
    """Moves of events that have several entries."""
    sides = "".join(
        f", {OLD} AS old_{name}, {NEW} AS new_{name}".replace("{{name}}", name) for name in (*LABEL, *columns)
    )
    return _filled(LAYERED, sides=sides, layers=LAYERS, any="".join(f", any({name}) AS {name}" for name in columns))


def parameters(order: Revert) -> dict[str, Any]:
    """Of all of them, but for those of a span."""
    return {**order.base.parameters(), **order.named(), "standing": list(order.standing)}


def _filled(sql: str, **parts: str) -> str:
    return filled(
        sql, **parts, with_layers=WITH_LAYERS, named=NAMED, label=", ".join(LABEL), within=WITHIN, as_of=AS_OF
    )
