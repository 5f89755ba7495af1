"""What one process knows of caps: the totals of all processes as it last heard them, and what it counted itself since.

The redirect reads and counts in memory. A thread exchanges with Redis twice a second, and twenty times while a cap is about to
fill, so what goes over a limit is what the others send in between: docs/decisions/0014-caps-are-counted-in-memory.md.

No lock: each value has one writer. `counted` is written by whoever answers, everything else by the thread.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import structlog
from redis import Redis, RedisError

from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_mirror import CapMirror
from apps.ingress.plans.cap_totals import Heard, Increment
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import Cap

log = structlog.get_logger(__name__)

EXCHANGE_S = 0.5
# While a cap would fill within `SOON_S` at the pace of the last exchange, and for as long after.
HURRIED_S = 0.05
SOON_S = 2.0
# Having heard nothing for so long, a process takes it that the others count as much as itself.
CUT_OFF_MS = 2_000
FORGET_EVERY_S = 3_600.0
STOPPING_S = 1.0


class Tally:
    """What this process counted under one name since it began, and how much of that the totals contain."""

    __slots__ = ("counted", "end_ms", "limit", "name", "sent", "start_ms")

    def __init__(self, name: str, start_ms: int, end_ms: int, limit: int) -> None:
        self.name = name
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.limit = limit
        self.counted = 0
        self.sent = 0


class _Batch(NamedTuple):
    sequence: int
    increments: list[Increment]


class CapCounts(threading.Thread):
    """The `Caps` of an ingress process. Safe from several threads, but for `count`."""

    def __init__(self, redis: Redis, folder: Path) -> None:
        super().__init__(name="caps", daemon=True)
        self._redis = redis
        self._mirror = CapMirror(folder)
        self._me = secrets.token_hex(8)
        self._tallies: dict[Cap, Tally] = {}
        self._named: dict[str, Tally] = {}
        # By name, what was counted without the tally: the total less what this process sent to it.
        self._elsewhere: dict[str, int] = {}
        self._others = 0
        self._heard_ms = 0
        self._number = 0
        self._sequence = 0
        self._unanswered: _Batch | None = None
        self._exchanged_at = 0.0
        self._hurried_until = 0.0
        self._forget_at = time.monotonic() + FORGET_EVERY_S
        self._is_away = False
        self._ending = threading.Event()

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        """Whether as many as the limit were counted, as far as this process knows.

        Takes 0.14 µs, and 6 when a day is new (2026-11-23).
        """
        tally = self._tallies.get(cap)
        if tally is None or not tally.start_ms <= now_ms < tally.end_ms:
            tally = self._tally(cap, now_ms)
        counted = self._elsewhere.get(tally.name, 0) + tally.counted
        if now_ms - self._heard_ms > CUT_OFF_MS:
            counted += self._others * (tally.counted - tally.sent)
        return counted >= cap.limit

    def count(self, cap: Cap, now_ms: int) -> None:
        tally = self._tallies.get(cap)
        if tally is None or not tally.start_ms <= now_ms < tally.end_ms:
            tally = self._tally(cap, now_ms)
        tally.counted += 1

    def run(self) -> None:
        while not self._ending.wait(self.pause_s):
            self._round()
        self._round()

    def stop(self) -> None:
        """Send what is counted, unless Redis takes a second to answer, and end."""
        self._ending.set()
        self.join(timeout=STOPPING_S)

    def load_mirror(self) -> None:
        """Begin with the totals that some process of this host heard last, if there are any."""
        self._others, totals = self._mirror.load()
        self._elsewhere.update(totals)

    def exchange(self) -> None:
        """Send what was counted and hear the totals; with Redis away what is counted waits, and is sent later."""
        batch = self._unanswered or self._gathered()
        self._unanswered = batch if batch.increments else None
        try:
            heard = cap_totals.exchange(self._redis, self._me, batch.sequence, self._number, batch.increments)
        except RedisError as error:
            self._tell(str(error))
            return
        self._tell("")
        self._unanswered = None
        self._adopt(batch, heard)
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + FORGET_EVERY_S
            self.forget(time.time())
        self._mirror.keep(self._others, self._totals, changed=bool(heard.totals))

    def forget(self, now_s: float) -> None:
        """Drop the days that are over. All totals are read again then: it may have been the clock that ran ahead."""
        over = {name for name in (*self._elsewhere, *list(self._named)) if cap_totals.is_over(name, now_s)}
        for cap in [cap for cap, tally in list(self._tallies.items()) if tally.name in over]:
            del self._tallies[cap]
        for name in over:
            self._elsewhere.pop(name, None)
            self._named.pop(name, None)
        self._number = 0 if over else self._number

    def _round(self) -> None:
        try:
            self.exchange()
        except Exception:  # the outer edge of the thread: dead, it would leave caps open or closed for ever
            log.exception("a round of counting caps failed")

    @property
    def pause_s(self) -> float:
        return HURRIED_S if time.monotonic() < self._hurried_until else EXCHANGE_S

    def _tally(self, cap: Cap, now_ms: int) -> Tally:
        """The tally of the cap's window, which other versions of the campaign count in too."""
        window = window_of(cap, now_ms)
        name = cap_totals.name_of(cap, window)
        tally = self._named.setdefault(name, Tally(name, *window, cap.limit))
        tally.limit = cap.limit
        self._tallies[cap] = tally
        return tally

    def _gathered(self) -> _Batch:
        increments = [
            Increment(tally.name, self._total(tally.name), more)
            for tally in list(self._named.values())
            if (more := tally.counted - tally.sent)
        ]
        self._sequence += bool(increments)
        return _Batch(self._sequence, increments)

    def _adopt(self, batch: _Batch, heard: Heard) -> None:
        now = time.monotonic()
        if not heard.whole and self._fills_soon(heard.totals, now - self._exchanged_at):
            self._hurried_until = now + SOON_S
        for name, _, more in batch.increments:
            self._named[name].sent += more
        for name, total in heard.totals.items():
            tally = self._named.get(name)
            elsewhere = total - (tally.sent if tally else 0)
            # A Redis that was flushed tells less of clicks than this process knows.
            if cap_totals.only_grows(name):
                elsewhere = max(elsewhere, self._elsewhere.get(name, 0))
            self._elsewhere[name] = elsewhere
        self._exchanged_at = now
        self._number = heard.number
        self._others = heard.processes - 1
        self._heard_ms = int(time.time() * 1000)

    def _fills_soon(self, totals: Mapping[str, int], passed_s: float) -> bool:
        """Whether one of these will be at its limit soon, having grown in the time passed from what is known to this."""
        for name, total in totals.items():
            tally = self._named.get(name)
            left = tally.limit - total if tally else 0
            if left > 0 and (total - self._total(name)) * SOON_S >= left * passed_s:
                return True
        return False

    def _total(self, name: str) -> int:
        tally = self._named.get(name)
        return self._elsewhere.get(name, 0) + (tally.sent if tally else 0)

    def _totals(self) -> dict[str, int]:
        return {name: self._total(name) for name in list(self._elsewhere)}

    def _tell(self, trouble: str) -> None:
        """Once when Redis goes away, and once when it is back."""
        if trouble and not self._is_away:
            log.warning("caps are counted without the other processes", error=trouble)
        elif self._is_away and not trouble:
            log.info("caps are counted together again")
        self._is_away = bool(trouble)
