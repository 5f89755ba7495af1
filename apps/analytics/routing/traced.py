"""Why one stored click went where it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any, NamedTuple

from apps.ingress.event import Event, Reason
from apps.ingress.models import ChangedHours
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.trace import Trace, trace
from apps.ingress.rules import columns
from apps.ingress.rules.text import from_bytes
from apps.ingress.warehouse.facts import clicks_by_ids
from apps.ingress.warehouse.reader import Warehouse

# Text may be any bytes, and the reader shows people those that are no UTF-8.
HEADERS = """
SELECT arrayMap(h -> (hex(h.1), hex(h.2)), headers) AS headers, arrayMap(name -> hex(name), withheld_headers) AS withheld
FROM events WHERE {{scope}} AND event_id = {event_id:UInt64} AND happened_at = fromUnixTimestamp64Milli({at:Int64})
"""
AGAIN = "What is known of this click was made again since ({columns}). By what is known now it comes to something else."
NOT_KNOWN = (
    "By what is known of this click now it comes to something else: the tables it was looked up in changed while it was being "
    "stored, or a condition could not be asked while the visitor waited."
)


@dataclass(frozen=True)
class Traced:
    """`trace` is by the version that decided, and by the row as it is now.

    `agrees` says that it comes to what was decided; where not, `why` is a sentence about it. `changed` are the columns that the
    rules of the version read and that were made again since, whether that changes anything or not.
    """

    event: Event
    trace: Trace
    agrees: bool
    changed: tuple[str, ...] = ()
    why: str = ""


class _Headers(NamedTuple):
    headers: list[tuple[str, str]]
    withheld: list[str]


def stored_click(warehouse: Warehouse, event_id: int) -> Event | None:
    """The whole row, text byte for byte; None when the organization has no such event. Its `routed_campaign_id` and
    `routed_version` say which version `traced` wants; 0 is a click that no campaign decided.

    Source: table events. Errors: those of Warehouse.rows. Cost: two hours of rows, for an imported one a column of all of them.
    """
    event = clicks_by_ids(warehouse.organization_id, [event_id]).get(event_id)
    if event is None:
        return None
    at = round(event.happened_at.timestamp() * 1000)
    rows = warehouse.rows(HEADERS, _Headers, {"event_id": event_id, "at": at}, name="headers_of_click")
    pairs = [(_text(name), _text(value)) for row in rows for name, value in row.headers]
    return event._replace(headers=pairs, withheld_headers=[_text(name) for row in rows for name in row.withheld])


def traced(event: Event, unit: Mapping[str, Any]) -> Traced:
    """`unit` is what was published: {"organization_id", "key", "version", "status", "document"}; its status is that of the click.

    Errors: BadPlan. Cost: one query to PostgreSQL.
    """
    status = "paused" if event.reason == Reason.PAUSED else "active"
    plan = Plan.read(event.routed_campaign_id, {**unit, "status": status})
    found = trace(plan, event, has_default=event.reason == Reason.ORGANIZATION)
    read = {column for rule in plan.rules for column in columns(rule.rule)}
    changed = tuple(sorted(read & _made_again(event)))
    agrees = _agrees(found, event)
    why = "" if agrees else AGAIN.format(columns=", ".join(changed)) if changed else NOT_KNOWN
    return Traced(event, found, agrees, changed, why)


def _agrees(found: Trace, event: Event) -> bool:
    """The reason is compared where the campaign chose; else it may also be the address' or the organization's."""
    chose = found.reason in (Reason.RULE, Reason.FALLBACK)
    return (
        found.rule_id == event.rule_id
        and found.destination_id == event.destination_id
        and isclose(found.propensity, event.propensity, abs_tol=1e-9)
        and (found.reason == event.reason or not chose)
    )


def _made_again(event: Event) -> set[str]:
    """Columns that a job of the enrichment has made again since the row was stored."""
    changes = ChangedHours.objects.filter(
        organization_id=event.organization_id,
        start__lte=event.happened_at,
        end__gt=event.happened_at,
        job__heartbeat_at__gt=event.stored_at,
    )
    return {column for fields in changes.values_list("fields", flat=True) for column in fields}


def _text(digits: str) -> str:
    return from_bytes(bytes.fromhex(digits))
