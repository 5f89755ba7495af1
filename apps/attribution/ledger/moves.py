"""Moves: each event whose label an order changes, from which label to which. Previews count them, runs write them down.

A question leaves open when: parameters of `span` say it. Columns of a move are `event_id`, `happened_at`, and those of both labels
with `old_` and `new_` before their names; a campaign of 0 is no label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.attribution.ledger import layers
from apps.attribution.ledger.labels import labels
from apps.attribution.ledger.orders import Apply, Order
from apps.attribution.ledger.sql import WITHIN, filled, milliseconds
from apps.attribution.models import Policy
from apps.ingress.rules import where

APPLY = """
SELECT e.event_id AS event_id, e.happened_at AS happened_at,
       l.campaign_id AS old_campaign_id, l.run_id AS old_run_id, l.rule_version AS old_rule_version,
       {to_campaign:UInt64} AS new_campaign_id, {to_run:UInt64} AS new_run_id, {to_version:UInt32} AS new_rule_version{{both}}
FROM ({{fitting}}) AS e
LEFT ANY JOIN ({{labels}}) AS l ON e.event_id = l.event_id
WHERE l.campaign_id != {to_campaign:UInt64}
"""
FILL = """
SELECT event_id, happened_at, toUInt64(0) AS old_campaign_id, toUInt64(0) AS old_run_id, toUInt32(0) AS old_rule_version,
       {to_campaign:UInt64} AS new_campaign_id, {to_run:UInt64} AS new_run_id, {to_version:UInt32} AS new_rule_version{{new}}
FROM ({{fitting}})
WHERE event_id NOT IN (SELECT event_id FROM ({{labels}}))
"""
FITTING = """
SELECT event_id, happened_at{{own}} FROM events
WHERE {{scope}} AND {{within}} AND stored_at > fromUnixTimestamp64Milli({since_ms:Int64})
  AND stored_at <= fromUnixTimestamp64Milli({watermark_ms:Int64}) AND ({{rule}})
"""


@dataclass(frozen=True)
class Moves:
    """A question for Warehouse, to be asked with the parameters of a span added. `takes` says whether some had a label before."""

    sql: str
    parameters: dict[str, Any]
    takes: bool = True


def moves(order: Order, columns: Sequence[str] = ()) -> Moves:
    """With `columns` of what an entry copies. An old label's are as the ledger has them, a new one's as the event has them now."""
    if isinstance(order, Apply):
        return of_apply(order, columns)
    found = layers.moves_layered(columns)
    if order.takes_back:
        found = f"{layers.moves_single(columns)} UNION ALL {found}"
    return Moves(found, layers.parameters(order))


def of_apply(order: Apply, columns: Sequence[str] = (), *, within: str = WITHIN) -> Moves:
    """The same, for those who read other events than those of a span: `within` is a condition on `happened_at`."""
    condition = where(order.rule)
    takes = order.policy == Policy.OVERRIDE
    sql = filled(
        APPLY if takes else FILL,
        fitting=FITTING,
        both="".join(f", l.{name} AS old_{name}, e.{name} AS new_{name}" for name in columns),
        new="".join(f", {name} AS new_{name}" for name in columns),
        own="".join(f", {name}" for name in columns),
        labels=labels(columns if takes else (), within=within),
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
