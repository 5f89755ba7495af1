"""How long events are kept: a column on each row that the table's TTL reads. ClickHouse itself deletes what is over."""

from dataclasses import dataclass

from clickhouse_driver.errors import Error as DriverError

from apps.ingress.event import Origin
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable

FOUND = """
SELECT organization_id, groupUniqArray(retention_days) FROM events WHERE origin != {imported:String} GROUP BY organization_id
"""
CHANGE = """
ALTER TABLE events UPDATE retention_days = {days:UInt32}
WHERE organization_id = {organization_id:UInt32} AND retention_days != {days:UInt32} AND origin != {imported:String}
"""


@dataclass(frozen=True)
class Retention:
    """The retentions found on an organization's stored events, in days; 0 is for ever."""

    organization_id: int
    days: frozenset[int]


def retentions() -> list[Retention]:
    """What every organization's events now carry. Imported history keeps what its importer said and is left out.

    Source: table events. Cost: two narrow columns of all rows. Errors: WarehouseUnavailable.
    """
    try:
        rows = client().execute(FOUND, {"imported": Origin.IMPORT.value})
    except (DriverError, OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error)) from error
    return [Retention(organization_id, frozenset(days)) for organization_id, days in rows]


def set_retention(organization_id: int, days: int) -> None:
    """Make all of an organization's events but imported ones live for so many days. Errors: WarehouseUnavailable.

    A mutation: ClickHouse rewrites one column in the background, and drops what is over with its next merges.
    """
    parameters = {"organization_id": organization_id, "days": days, "imported": Origin.IMPORT.value}
    try:
        client().execute(CHANGE, parameters, settings={"mutations_sync": 0})
    except (DriverError, OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error)) from error
