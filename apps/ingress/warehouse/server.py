"""What ClickHouse says of itself and of the table of events: of all organizations, so for staff and probes only."""

from dataclasses import dataclass
from datetime import datetime

from clickhouse_driver.errors import Error as DriverError

from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable

SQL = """
SELECT version(), sum(bytes_on_disk), sumIf(rows, table = 'events'), sumIf(bytes_on_disk, table = 'events'),
       toTimeZone(maxIf(modification_time, table = 'events'), 'UTC')
FROM system.parts WHERE active AND database = currentDatabase()
"""


@dataclass(frozen=True)
class Server:
    """`written_at` is when a part of the events was last written or merged; None while there are none. Sizes are bytes on disk."""

    version: str
    size_bytes: int
    events: int
    events_bytes: int
    written_at: datetime | None


def server() -> Server:
    """Errors: WarehouseUnavailable, with the first line of what was said. Cost: metadata only."""
    try:
        version, size, events, events_size, written_at = client().execute(SQL)[0]
    except (DriverError, OSError, EOFError) as error:
        # The driver appends the server's stack trace to the sentence.
        raise WarehouseUnavailable(next(iter(str(error).strip().splitlines()), type(error).__name__)) from error
    return Server(version, size, events, events_size, written_at if events else None)
