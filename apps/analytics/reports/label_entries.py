"""Everything the ledger says of one event."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.attribution.ledger.editions import AsOf
from apps.attribution.ledger.sql import AS_OF, filled, milliseconds
from apps.ingress.event import EPOCH
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT campaign_id, run_id, rule_version, sign, edition, live, toUnixTimestamp64Milli(recorded_at) AS recorded_ms
FROM attribution_entries
WHERE {{scope}} AND event_id = {event_id:UInt64} AND happened_at = fromUnixTimestamp64Milli({at_ms:Int64}) AND {{as_of}}
ORDER BY edition, sign, recorded_ms
"""


@dataclass(frozen=True)
class LabelEntry:
    """The event came to the campaign (`sign` 1) or went from it (-1). `run_id` is the run whose label it is.

    A `live` entry is as old as the stored event.
    """

    campaign_id: int
    run_id: int
    rule_version: int
    sign: int
    edition: int
    live: bool
    recorded_ms: int

    @property
    def recorded_at(self) -> datetime:
        return EPOCH + timedelta(milliseconds=self.recorded_ms)


def label_entries(warehouse: Warehouse, event_id: int, happened_at: datetime, as_of: AsOf) -> list[LabelEntry]:
    """In the order in which they were made, without those of runs that came to nothing; none if it never had a label.

    Errors: those of Warehouse.rows. Source: table attribution_entries. Cost: one month of entries, by their moment.
    """
    parameters = {"event_id": event_id, "at_ms": milliseconds(happened_at), **as_of.parameters()}
    return warehouse.rows(filled(SQL, as_of=AS_OF), LabelEntry, parameters, name="label_entries")
