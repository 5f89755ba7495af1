"""Moves: each event whose label an order changes, from which label to which. Previews count them, runs write them down.

A question leaves open when: parameters of `span` say it. Columns of a move are `event_id`, `happened_at`, and those of both labels
with `old_` and `new_` before their names; a campaign of 0 is no label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.attribution.ledger.columns import LABEL
from apps.attribution.ledger.labels import labels
from apps.attribution.ledger.orders import Apply, Order, Revert
from apps.attribution.ledger.sql import AS_OF, WITHIN, filled, milliseconds
from apps.attribution.models import Policy
from apps.ingress.rules import where

APPLY = """
SELECT e.event_id AS event_id, e.happened_at AS happened_at,
       l.campaign_id AS old_campaign_id, l.run_id AS old_run_id, l.rule_version AS old_rule_version,
       {to_campaign:UInt64} AS new_campaign_id, {to_run:UInt64} AS new_run_id, {to_version:UInt32} AS new_rule_version{{both}}
FROM (
    SELECT event_id, happened_at{{own}} FROM events
    WHERE {{scope}} AND {{within}} AND stored_at > fromUnixTimestamp64Milli({since_ms:Int64})
      AND stored_at <= fromUnixTimestamp64Milli({watermark_ms:Int64}) AND ({{rule}})
) AS e
LEFT ANY JOIN ({{labels}}) AS l ON e.event_id = l.event_id
WHERE {{open}}
"""
OPEN = {Policy.FILL: "l.campaign_id = 0", Policy.OVERRIDE: "l.campaign_id != {to_campaign:UInt64}"}
# What a run named, whether that still shows or not.
NAMED = """
SELECT event_id, happened_at FROM attribution_entries
WHERE {{scope}} AND {{within}} AND campaign_id = {campaign_id:UInt64} AND run_id = {named_by:UInt64} AND sign = 1
LIMIT 1 BY event_id
"""
# Of each event the layers that stand, in the order in which they were laid: the newest is what shows. Live labels are of run 0.
TOPS = """
SELECT event_id, argMax((campaign_id, run_id, rule_version{{own}}), laid) AS top
FROM (
    SELECT event_id, campaign_id, run_id, rule_version, min(edition) AS laid{{any}} FROM attribution_entries
    WHERE {{scope}} AND {{within}} AND {{as_of}}
      AND sign = 1 AND (run_id = 0 OR run_id IN {standing:Array(UInt64)}) AND event_id IN (SELECT event_id FROM ({{named}}))
    GROUP BY event_id, campaign_id, run_id, rule_version
)
GROUP BY event_id
"""
REVERT = """
SELECT n.event_id AS event_id, n.happened_at AS happened_at,
       l.campaign_id AS old_campaign_id, l.run_id AS old_run_id, l.rule_version AS old_rule_version,
       t.top.1 AS new_campaign_id, t.top.2 AS new_run_id, t.top.3 AS new_rule_version{{both}}
FROM ({{named}}) AS n
LEFT ANY JOIN ({{labels}}) AS l ON n.event_id = l.event_id
LEFT ANY JOIN ({{tops}}) AS t ON n.event_id = t.event_id
WHERE (old_campaign_id, old_run_id) != (new_campaign_id, new_run_id)
"""


@dataclass(frozen=True)
class Moves:
    """A question for Warehouse, to be asked with the parameters of a span added. `takes` says whether some had a label before."""

    sql: str
    parameters: dict[str, Any]
    takes: bool = True


def moves(order: Order, columns: Sequence[str] = ()) -> Moves:
    """With `columns` of what an entry copies. An old label's are as the ledger has them, a new one's as the event has them now."""
    return _of_apply(order, columns) if isinstance(order, Apply) else _of_revert(order, columns)


def _of_apply(order: Apply, columns: Sequence[str]) -> Moves:
    condition = where(order.rule)
    takes = order.policy == Policy.OVERRIDE
    sql = filled(
        APPLY,
        both="".join(f", l.{name} AS old_{name}, e.{name} AS new_{name}" for name in columns)
        if takes
        else "".join(f", e.{name} AS new_{name}" for name in columns),
        own="".join(f", {name}" for name in columns),
        labels=labels(columns if takes else (), within=WITHIN),
        open=OPEN[Policy(order.policy)],
        within=WITHIN,
        rule=condition.sql,
    )
    parameters = {
        **condition.parameters,
        **order.base.parameters(),
        "to_campaign": order.campaign_id,
        "to_run": order.run_id,
        "to_version": order.rule_version,
        "since_ms": milliseconds(order.since),
        "watermark_ms": milliseconds(order.watermark),
    }
    return Moves(sql, parameters, takes)


def _of_revert(order: Revert, columns: Sequence[str]) -> Moves:
    places = enumerate(columns, start=len(LABEL) + 1)
    tops = filled(
        TOPS,
        own="".join(f", {name}" for name in columns),
        any="".join(f", any({name}) AS {name}" for name in columns),
    )
    sql = filled(
        REVERT,
        both="".join(f", l.{name} AS old_{name}, t.top.{place} AS new_{name}" for place, name in places),
        tops=tops,
        labels=labels(columns, within="{{within}} AND event_id IN (SELECT event_id FROM ({{named}}))"),
        named=NAMED,
        within=WITHIN,
        as_of=AS_OF,
    )
    parameters = {**order.base.parameters(), **order.named(), "standing": list(order.standing)}
    return Moves(sql, parameters)
