"""The campaigns of one process by their number, each read when the first click asks for it.

With all of ten thousand campaigns of ten rules a worker took half a gigabyte, and 40 s to come up on a busy machine, longer than it
may be silent (2026-11-23); and most of its campaigns have no visitor today.
"""

import threading
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import orjson
import structlog

from apps.ingress.plans.plan import BadPlan, Plan

log = structlog.get_logger(__name__)


class Plans(MutableMapping[int, Plan]):
    """One thread puts, those who answer clicks get. What cannot be read is not there."""

    def __init__(self) -> None:
        self._read: dict[int, Plan] = {}
        self._unread: dict[int, bytes] = {}
        self._reading = threading.Lock()

    def put(self, campaign_id: int, unit: Mapping[str, Any]) -> None:
        """What was published. Errors: BadPlan, of a new version; the one before stays in force."""
        if campaign_id in self:
            self[campaign_id] = Plan.read(campaign_id, unit)
        else:
            self._unread[campaign_id] = orjson.dumps(unit)

    def get(self, campaign_id: int, default: Any = None) -> Any:
        """The plan. Cost: 1 ms for the first click of a campaign, then nothing."""
        return self._read.get(campaign_id) or self._first(campaign_id) or default

    def __getitem__(self, campaign_id: int) -> Plan:
        if plan := self.get(campaign_id):
            return plan  # type: ignore[no-any-return]
        raise KeyError(campaign_id)

    def __setitem__(self, campaign_id: int, plan: Plan) -> None:
        with self._reading:
            self._read[campaign_id] = plan
            self._unread.pop(campaign_id, None)

    def __delitem__(self, campaign_id: int) -> None:
        with self._reading:
            unread = self._unread.pop(campaign_id, None)
            if self._read.pop(campaign_id, None) is None and unread is None:
                raise KeyError(campaign_id)

    def __contains__(self, campaign_id: object) -> bool:
        return campaign_id in self._read or campaign_id in self._unread

    def __iter__(self) -> Iterator[int]:
        return iter([*self._read, *self._unread])

    def __len__(self) -> int:
        return len(self._read) + len(self._unread)

    def _first(self, campaign_id: int) -> Plan | None:
        # Alone: a version that is put meanwhile must not be covered by the one that is being read.
        with self._reading:
            unit = self._unread.pop(campaign_id, None)
            if unit is None:
                return self._read.get(campaign_id)
            try:
                self._read[campaign_id] = Plan.read(campaign_id, orjson.loads(unit))
            except BadPlan as error:
                log.error("a published campaign cannot be read; its links go on without it", error=str(error))
            return self._read.get(campaign_id)
