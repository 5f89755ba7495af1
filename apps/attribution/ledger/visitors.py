"""Forgetting visitors: labels outlive their clicks, who clicked does not. See docs/decisions/0016-the-ledger-keeps-layers.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts.models import Organization
from apps.attribution.ledger.sql import filled, milliseconds
from apps.ingress.warehouse.reader import SCOPE, Warehouse
from apps.ingress.warehouse.upkeep import change

OLD = """
{{scope}} AND visitor_id != 0 AND happened_at < fromUnixTimestamp64Milli({until_ms:Int64})
"""
ANY = "SELECT 1 AS one FROM attribution_entries WHERE {{old}} LIMIT 1"
FORGET = "ALTER TABLE attribution_entries UPDATE visitor_id = 0 WHERE {{old}}"


@dataclass(frozen=True)
class _One:
    one: int


def forget(now: datetime) -> int:
    """Of every organization, as long ago as it keeps events; returns of how many there was any. Errors: WarehouseUnavailable.

    Cost: one mutation of one column for each organization that has any, in the months that are old enough.
    """
    found = 0
    for organization in Organization.objects.exclude(retention_days=0):
        until = {"until_ms": milliseconds(now - timedelta(days=organization.retention_days))}
        if Warehouse(organization.pk, 60).rows(filled(ANY, old=OLD), _One, until, name="ledger_old_visitors"):
            parameters = {**until, "organization_id": organization.pk}
            change(filled(FORGET, old=OLD, scope=SCOPE), parameters, name="ledger_forget_visitors")
            found += 1
    return found
