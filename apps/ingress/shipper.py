"""From the spool to the store: sealed segments go to Celery, and are deleted only when the store has confirmed them.

The segment's bytes lie in Redis under its id while a task carries the id; the spool on disk, not the broker, is what
guarantees. So a segment that is not confirmed is sent again, and sending twice stores once.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

import structlog
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from apps.ingress import heartbeat, lease
from apps.ingress.lease import Lease
from apps.ingress.spool import SEGMENT_SECONDS, Segment, Spool, adopt

log = structlog.get_logger(__name__)

PAYLOAD = "trellis:segment:"
CONFIRMED = "trellis:stored:"
PAYLOAD_SECONDS = 3_600
STORE_QUEUE = "store"
# So many segments of one process are with the broker at a time: what bounds Redis' memory when the store is down.
IN_FLIGHT = 24
TICK_S = 0.05
RESEND_S = 5.0
RESEND_MAX_S = 60.0
BROKER_PAUSE_S = 1.0
ADOPT_EVERY_S = 5.0
HEARTBEAT_EVERY_S = 1.0
# From here on the alarm rings; at the limit itself lines are refused.
SPOOL_WARNING = 0.8


@dataclass
class _Sent:
    segment: Segment
    due_at: float
    wait_s: float


class Shipper(threading.Thread):
    """Ships one process' segments, and those a dead process left behind."""

    def __init__(
        self,
        spool: Spool,
        held: Lease,
        redis: Redis,
        *,
        send: Callable[[str], None],
        limit_bytes: int,
        routes_version: Callable[[], str],
        postbacks: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        super().__init__(name="shipper", daemon=True)
        self._spool = spool
        self._lease = held
        self._redis = redis
        self._send = send
        self._limit_bytes = limit_bytes
        self._routes_version = routes_version
        self._postbacks = postbacks
        # Before the spool begins a segment of its own in the same folder.
        self._waiting = list(adopt(held.folder, held.folder))
        self._sent: dict[str, _Sent] = {}
        self._ending = threading.Event()
        self._broker_back_at = 0.0
        self._adopt_at = 0.0
        self._beat_at = 0.0
        self._bytes = 0
        self._lost_told = 0
        self._dead: set[int] = set()
        self._rival = ""
        self._said: heartbeat.Heartbeat | None = None

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self.turn()
            except OSError as error:
                log.error("the spool cannot be read", error=str(error))
            except Exception:  # the outer edge of the thread: dead, it would ship nothing until a restart
                log.exception("a round of the shipper failed")
            self._ending.wait(TICK_S)

    def stop(self) -> None:
        """Stop after sealing what is open; what is not confirmed stays on disk for whoever comes next."""
        self._ending.set()
        self.join(timeout=5)
        self._spool.seal()

    def turn(self) -> None:
        """One round: seal, adopt, confirm, ship, say how it stands."""
        now = time.monotonic()
        self._spool.seal(at_least_seconds=SEGMENT_SECONDS)
        self._waiting += self._spool.take_sealed()
        if now >= self._adopt_at:
            self._adopt_at = now + ADOPT_EVERY_S
            self._adopt()
        if now >= self._broker_back_at:
            try:
                self._confirm()
                self._ship(now)
                if now >= self._beat_at:
                    self._beat_at = now + HEARTBEAT_EVERY_S
                    self._measure()
                    self._beat()
            except (RedisError, OperationalError) as error:
                self._broker_back_at = now + BROKER_PAUSE_S
                self._measure()
                log.warning(
                    "the broker does not answer, segments wait on disk", error=str(error), waiting=self.unstored
                )

    @property
    def unstored(self) -> int:
        """Sealed segments that the store has not confirmed."""
        return len(self._waiting) + len(self._sent)

    @property
    def alarm(self) -> str:
        """What somebody must see to, in words; empty when all is well."""
        return self._spool.alarm or self._rival or self._nearly_full()

    def _unstored(self) -> Iterator[Segment]:
        return chain(self._waiting, (sent.segment for sent in self._sent.values()))

    def _confirm(self) -> None:
        if not self._sent:
            return
        ids = list(self._sent)
        answers = self._redis.mget([CONFIRMED + segment_id for segment_id in ids])
        confirmed = [segment_id for segment_id, answer in zip(ids, answers, strict=True) if answer]
        for segment_id in confirmed:
            self._sent.pop(segment_id).segment.path.unlink(missing_ok=True)
        if confirmed:
            self._redis.delete(*(CONFIRMED + segment_id for segment_id in confirmed))

    def _ship(self, now: float) -> None:
        overdue = [sent for sent in self._sent.values() if sent.due_at <= now]
        # What still lies in the queue is not lost, only late: sending it again would make it later.
        if overdue and self._redis.llen(STORE_QUEUE) < len(self._sent):
            for sent in overdue:
                sent.wait_s = min(sent.wait_s * 2, RESEND_MAX_S)
                sent.due_at = now + sent.wait_s
                self._send_one(sent.segment)
                log.info("segment sent again", segment=sent.segment.id)
        while self._waiting and len(self._sent) < IN_FLIGHT:
            segment = self._waiting[0]
            self._send_one(segment)
            self._sent[segment.id] = _Sent(segment, now + RESEND_S, RESEND_S)
            del self._waiting[0]

    def _send_one(self, segment: Segment) -> None:
        try:
            payload = segment.path.read_bytes()
        except FileNotFoundError:
            log.error("a segment was removed from the spool before it was confirmed", segment=segment.id)
            self._sent.pop(segment.id, None)
            return
        except OSError as error:
            # It is tried again like one that got lost on the way. The others must not wait for it.
            log.error("a segment cannot be read", segment=segment.id, error=str(error))
            return
        self._redis.set(PAYLOAD + segment.id, payload, ex=PAYLOAD_SECONDS)
        self._send(segment.id)

    def _adopt(self) -> None:
        """Take over the folders that no living process holds."""
        for folder in self._lease.folder.parent.glob("w[0-9][0-9][0-9][0-9]"):
            # The lock first: it is cheap, and a living neighbour's folder may hold a hundred thousand files.
            held = None if folder == self._lease.folder else lease.lock(folder, number=int(folder.name[1:]))
            if held is None:
                continue
            before = len(self._waiting)
            try:
                self._waiting.extend(adopt(folder, self._lease.folder))
            finally:
                held.release()
            self._dead.add(held.number)
            if adopted := len(self._waiting) - before:
                log.info("adopted what a dead worker left", worker=folder.name, segments=adopted)

    def _measure(self) -> None:
        """Refuse lines while this process' part of the spool is over its limit."""
        self._bytes = self._spool.growing_bytes() + sum(segment.size for segment in self._unstored())
        if self._spool.lost > self._lost_told:
            self._lost_told = self._spool.lost
            log.error(
                "visitors are sent on but their clicks are not kept", lost=self._spool.lost, why=self._spool.alarm
            )
        full = self._bytes >= self._limit_bytes
        if full or self._spool.refusing:
            self._spool.refuse(f"the spool has reached its limit of {self._limit_bytes:,} bytes" if full else "")

    def _beat(self) -> None:
        open_since = self._spool.waiting_since()
        began = chain((segment.began_at for segment in self._unstored()), (open_since,) if open_since else ())
        oldest = min(began, default=None)
        said = heartbeat.Heartbeat(
            worker=self._lease.number,
            host=socket.gethostname(),
            pid=os.getpid(),
            at=datetime.now(UTC),
            spool_bytes=self._bytes,
            spool_limit_bytes=self._limit_bytes,
            segments_waiting=self.unstored,
            oldest_waiting_at=datetime.fromtimestamp(oldest, UTC) if oldest else None,
            kept=self._spool.kept,
            lost=self._spool.lost,
            routes_version=self._routes_version(),
            alarm=self.alarm,
            postbacks=dict(self._postbacks()),
        )
        # What this process has adopted from, it speaks for itself.
        heartbeat.forget(self._redis, self._dead)
        self._dead.clear()
        self._look_for_rival(heartbeat.beat(self._redis, said))
        self._said = said

    def _look_for_rival(self, before: heartbeat.Heartbeat | None) -> None:
        """Whether somebody has spoken under our number since we did. Its ids are ours: clicks get lost among each other."""
        self._rival = ""
        if before and self._said and (before.host, before.pid) != (self._said.host, self._said.pid):
            self._rival = f"{before.host} has the same worker number: give each host its own TRELLIS_NODE"
            log.error("two processes share a worker number", worker=before.worker, host=before.host, pid=before.pid)

    def _nearly_full(self) -> str:
        if self._bytes < SPOOL_WARNING * self._limit_bytes:
            return ""
        return f"the spool is at {self._bytes / self._limit_bytes:.0%} of its limit"
