"""How long until a click can be queried: sampled clicks are looked for, through the product's own reader, until they are found."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.ingress.warehouse.reader import Warehouse
from bench.publishing import event_of, moment_of
from bench.traffic import ORGANIZATION_ID

# Freshness is measured no finer than this; looking more often would load what is measured.
LOOK_EVERY_S = 0.2
FIND = """
SELECT event_id FROM events
WHERE {{scope}} AND happened_at >= {since:DateTime64(3)} AND event_id IN {ids:Array(UInt64)}
"""
COUNT = "SELECT count() AS rows FROM events WHERE {{scope}} AND happened_at >= {since:DateTime64(3)}"
IDS = """
SELECT event_id FROM events
WHERE {{scope}} AND happened_at >= {since:DateTime64(3)} AND event_id % {parts:UInt8} = {part:UInt8}
"""
# The reader refuses answers of more than 100,000 rows.
ROWS_A_QUERY = 80_000


@dataclass(frozen=True)
class Found:
    event_id: int


@dataclass(frozen=True)
class Count:
    rows: int


class Lookout(threading.Thread):
    """Looks for clicks until each is found. `ages_s` has, for each, how old it was then, in the order of finding."""

    def __init__(self) -> None:
        super().__init__(name="lookout", daemon=True)
        self.ages_s: list[float] = []
        self._wanted: set[int] = set()
        self._lock = threading.Lock()
        self._finished = threading.Event()

    def want(self, click_id: str) -> None:
        with self._lock:
            self._wanted.add(event_of(click_id))

    def run(self) -> None:
        while not self._finished.wait(LOOK_EVERY_S):
            self._look()

    def finish(self, limit_s: float) -> None:
        """Stop when everything wanted is found, or after the limit; then what is left counts as old as it is."""
        deadline = time.monotonic() + limit_s
        while self._wanted and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)
        self._finished.set()
        self.join()
        self.ages_s += [time.time() - moment_of(event_id) for event_id in self._wanted]

    def _look(self) -> None:
        with self._lock:
            wanted = list(self._wanted)
        if not wanted:
            return
        # Reading no further back than needed keeps the looking cheap.
        parameters = {"since": datetime.fromtimestamp(moment_of(min(wanted)), UTC), "ids": wanted}
        found = Warehouse(ORGANIZATION_ID).rows(FIND, Found, parameters, name="bench.lookout")
        now = time.time()
        self.ages_s += [now - moment_of(row.event_id) for row in found]
        with self._lock:
            self._wanted -= {row.event_id for row in found}


def stored_since(since: datetime) -> int:
    """Rows of the benchmark's organization since then."""
    (answer,) = Warehouse(ORGANIZATION_ID).rows(COUNT, Count, {"since": since}, name="bench.count")
    return answer.rows


def ids_stored_since(since: datetime) -> list[int]:
    """The id of each of those rows, repeats and all."""
    parts = min(stored_since(since) // ROWS_A_QUERY + 1, 255)
    found: list[int] = []
    for part in range(parts):
        rows = Warehouse(ORGANIZATION_ID).rows(
            IDS, Found, {"since": since, "parts": parts, "part": part}, name="bench.ids"
        )
        found += [row.event_id for row in rows]
    return found
