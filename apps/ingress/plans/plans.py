"""The campaigns of one process by their number, each read when a click asks for it; those that were asked for lately stay read.

With all of ten thousand campaigns of ten rules a worker took half a gigabyte, and 40 s to come up on a busy machine, longer than it
may be silent (2026-11-23); and most of its campaigns have no visitor today.
"""

import threading
import zlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import orjson
import structlog

from apps.ingress.plans.plan import BadPlan, Plan

log = structlog.get_logger(__name__)

# A campaign of ten rules takes 20 kB when it is read, and a fifth of its 4 kB of JSON packed. Where more than these are busy at a
# time nearly every click reads one, 1 ms: with 1,000 kept and 8,900 busy a click took 1,077 µs instead of 150 (2026-11-29).
READ_MAX = 10_000


class Plans(MutableMapping[int, Plan]):
    """One thread puts, those who answer clicks get. What cannot be read is not there."""

    def __init__(self, read_max: int = READ_MAX) -> None:
        self._read_max = read_max
        # In the order in which they were read.
        self._read: dict[int, Plan] = {}
        # What is in force, and behind what nobody has read yet the one it took the place of.
        self._packed: dict[int, tuple[bytes, ...]] = {}
        self._reading = threading.Lock()

    def put(self, campaign_id: int, unit: Mapping[str, Any]) -> None:
        """What was published: read at once where clicks ask for it, else with the next click.

        What cannot be read leaves the one before in force; of a campaign that is read it is said at once. Errors: BadPlan.
        """
        plan = Plan.read(campaign_id, unit) if campaign_id in self._read else None
        packed = zlib.compress(orjson.dumps(unit), level=1)
        with self._reading:
            if plan:
                self._packed[campaign_id] = (packed,)
                self._keep(campaign_id, plan)
            else:
                self._packed[campaign_id] = (packed, *self._packed.get(campaign_id, ())[-1:])

    def get(self, campaign_id: int, default: Any = None) -> Any:
        """The plan. Cost: 1 ms for a campaign that is not read, else nothing."""
        return self._read.get(campaign_id) or self._first(campaign_id) or default

    def __getitem__(self, campaign_id: int) -> Plan:
        if plan := self.get(campaign_id):
            return plan  # type: ignore[no-any-return]
        raise KeyError(campaign_id)

    def __setitem__(self, campaign_id: int, plan: Plan) -> None:
        """In force as it is, until the next one is put."""
        with self._reading:
            self._read[campaign_id] = plan
            self._packed.pop(campaign_id, None)

    def __delitem__(self, campaign_id: int) -> None:
        with self._reading:
            packed = self._packed.pop(campaign_id, None)
            if self._read.pop(campaign_id, None) is None and packed is None:
                raise KeyError(campaign_id)

    def __contains__(self, campaign_id: object) -> bool:
        return campaign_id in self._packed or campaign_id in self._read

    def __iter__(self) -> Iterator[int]:
        return iter(self._packed.keys() | self._read.keys())

    def __len__(self) -> int:
        return len(self._packed.keys() | self._read.keys())

    def _first(self, campaign_id: int) -> Plan | None:
        # Alone: a version that is put meanwhile must not be covered by the one that is being read.
        with self._reading:
            if campaign_id in self._read:
                return self._read[campaign_id]
            for packed in self._packed.get(campaign_id, ()):
                try:
                    plan = Plan.read(campaign_id, orjson.loads(zlib.decompress(packed)))
                except BadPlan as error:
                    log.error("a published campaign cannot be read; its links go on as before", error=str(error))
                else:
                    self._packed[campaign_id] = (packed,)
                    self._keep(campaign_id, plan)
                    return plan
            self._packed.pop(campaign_id, None)
            return None

    def _keep(self, campaign_id: int, plan: Plan) -> None:
        """A busy campaign that has to make room is read again with its next click: once in so many readings of others."""
        self._read[campaign_id] = plan
        if len(self._read) > self._read_max:
            oldest = next((one for one in self._read if one in self._packed and one != campaign_id), None)
            if oldest is not None:
                del self._read[oldest]
