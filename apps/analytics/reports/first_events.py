"""Whether anything has come in yet, and through which door."""

from dataclasses import dataclass
from datetime import datetime

from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT origin, min(happened_at) AS first_at, count() AS events
FROM events WHERE {{scope}} GROUP BY origin ORDER BY origin
"""


@dataclass(frozen=True)
class FirstEvent:
    origin: str
    first_at: datetime
    events: int


def first_events(warehouse: Warehouse) -> dict[str, FirstEvent]:
    """By origin (`live`, `import`, `demo`): the first event and how many there are; an unused door is absent.

    Units: counts of events. Errors: those of Warehouse.rows. Source: table events, every kind.
    Cost: two columns of all the organization's rows.
    """
    return {row.origin: row for row in warehouse.rows(SQL, FirstEvent, name="first_events")}
