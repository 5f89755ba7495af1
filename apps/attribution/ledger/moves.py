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
# What a run named, whether that still shows or not; perhaps more than once.
NAMED = """
SELECT event_id, happened_at FROM attribution_entries
WHERE {{scope}} AND {{within}} AND campaign_id = {campaign_id:UInt64} AND run_id = {named_by:UInt64} AND sign = 1
"""
# Of each such event every label it ever had: how many times net, and since when.
LAYERS = """
SELECT event_id, {{label}}, any(happened_at) AS moment, sum(sign) AS signs, min(edition) AS laid{{any}} FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{as_of}} AND event_id IN (SELECT event_id FROM ({{named}}))
GROUP BY event_id, {{label}}
"""
# The newest layer that stands is what shows. Live labels of campaigns are of run 0.
REVERT = """
SELECT event_id, any(moment) AS happened_at,
       anyIf(({{label}}{{own}}), signs = 1) AS old,
       argMaxIf(({{label}}{{own}}), laid, run_id = 0 OR run_id IN {standing:Array(UInt64)}) AS new{{both}}
FROM ({{layers}})
GROUP BY event_id HAVING (old.1, old.2) != (new.1, new.2)
"""


@dataclass(frozen=True)
class Moves:
    """A question for Warehouse, to be asked with the parameters of a span added. `takes` says whether some had a label before."""

    sql: str
    parameters: dict[str, Any]
    takes: bool = True


def moves(order: Order, columns: Sequence[str] = ()) -> Moves:
    """With `columns` of what an entry copies. An old label's are as the ledger has them, a new one's as the event has them now."""
    return of_apply(order, columns) if isinstance(order, Apply) else _of_revert(order, columns)


def of_apply(order: Apply, columns: Sequence[str] = (), *, within: str = WITHIN) -> Moves:
    """The same, for those who read other events than those of a span: `within` is a condition on `happened_at`."""
    condition = where(order.rule)
    takes = order.policy == Policy.OVERRIDE
    sql = filled(
        APPLY,
        both="".join(f", l.{name} AS old_{name}, e.{name} AS new_{name}" for name in columns)
        if takes
        else "".join(f", e.{name} AS new_{name}" for name in columns),
        own="".join(f", {name}" for name in columns),
        labels=labels(columns if takes else (), within=within),
        open=OPEN[Policy(order.policy)],
        within=within,
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
    places = list(enumerate((*LABEL, *columns), start=1))
    sql = filled(
        REVERT,
        both="".join(f", {side}.{place} AS {side}_{name}" for side in ("old", "new") for place, name in places),
        layers=LAYERS,
        named=NAMED,
        any="".join(f", any({name}) AS {name}" for name in columns),
        own="".join(f", {name}" for name in columns),
        label=", ".join(LABEL),
        within=WITHIN,
        as_of=AS_OF,
    )
    parameters = {**order.base.parameters(), **order.named(), "standing": list(order.standing)}
    return Moves(sql, parameters)
