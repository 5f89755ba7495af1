"""The sums of the ledger by hour: what a server that died between table and view left out is added."""

from apps.attribution.ledger.sql import filled
from apps.ingress.warehouse.reader import SCOPE
from apps.ingress.warehouse.upkeep import change

# By month and campaign as both tables are sorted; of one edition, or of many.
DIFFERENCES = """
SELECT campaign_id, hour, edition, kind, sum(entries) AS difference
FROM (
    SELECT campaign_id, toStartOfHour(happened_at, 'UTC') AS hour, edition, kind, toInt64(sign) AS entries
    FROM attribution_entries WHERE {{scope}} AND edition IN {editions:Array(UInt32)}
    UNION ALL
    SELECT campaign_id, hour, edition, kind, -entries
    FROM attribution_hourly WHERE {{scope}} AND edition IN {editions:Array(UInt32)}
)
GROUP BY campaign_id, hour, edition, kind HAVING difference != 0
"""
MEND = """
INSERT INTO attribution_hourly (organization_id, campaign_id, hour, edition, kind, entries)
SELECT {organization_id:UInt32}, campaign_id, hour, edition, kind, difference FROM ({{differences}})
"""


def mend(organization_id: int, edition: int) -> None:
    """Make the sums of an edition those of its entries; whoever calls holds the organization's lock. Errors: WarehouseUnavailable.

    Cost: the organization's entries, four columns.
    """
    sql = filled(MEND, differences=DIFFERENCES, scope=SCOPE)
    # No token: a second mending is another one, and adds nothing where nothing is missing.
    parameters = {"organization_id": organization_id, "editions": [edition]}
    change(sql, parameters, name=f"ledger_mend org={organization_id}", settings={"insert_deduplicate": 0})
