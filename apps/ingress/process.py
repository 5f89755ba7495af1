"""What one process needs to capture clicks, put together from the settings."""

import threading
import time
from dataclasses import dataclass

from django.conf import settings
from prometheus_client import REGISTRY

from apps.ingress import lease
from apps.ingress.answer import Answer, Desk
from apps.ingress.broker import broker
from apps.ingress.capture import Capture, Request
from apps.ingress.lease import Lease
from apps.ingress.metrics import ProcessMetrics
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from apps.ingress.shipper import STORE_QUEUE, Shipper
from apps.ingress.snowflake import Snowflakes, click_ids, visitor_ids
from apps.ingress.spool import Fsync, Spool
from apps.ingress.tasks import store_segment


@dataclass(frozen=True)
class Process:
    """The running parts. `answer_and_keep` is for servers with threads; the worker class has its own loop."""

    desk: Desk
    spool: Spool
    shipper: Shipper
    follower: Follower
    lease: Lease
    lock: threading.Lock

    @classmethod
    def start(cls) -> "Process":
        """Lease a number, load the mirrored routes, begin to ship and to follow. Raises NoWorkerNumber."""
        now_ms = int(time.time() * 1000)
        settings.TRELLIS_SPOOL_DIR.mkdir(parents=True, exist_ok=True)
        held = lease.take(settings.TRELLIS_SPOOL_DIR, node=settings.TRELLIS_NODE, now_ms=now_ms)
        ids = Snowflakes(held.number, start_ms=held.start_ms, reserve=held.reserve)
        spool = Spool(
            held.folder,
            new_id=lambda: f"{ids.next(int(time.time() * 1000)):016x}",
            fsync=Fsync(settings.TRELLIS_SPOOL_FSYNC),
        )
        table = RouteTable()
        follower = Follower(table, broker(), settings.TRELLIS_SPOOL_DIR)
        shipper = Shipper(
            spool,
            held,
            broker(),
            send=send_segment,
            limit_bytes=settings.TRELLIS_SPOOL_MAX_BYTES,
            routes_version=lambda: table.version,
        )
        capture = Capture(kept=settings.TRELLIS_KEPT_HEADERS, trusted_proxies=settings.TRUSTED_PROXIES)
        desk = Desk(table=table, capture=capture, ids=ids, click_ids=click_ids(), visitor_ids=visitor_ids())
        follower.load_mirror()
        follower.follow_once()
        follower.start()
        shipper.start()
        return cls(desk, spool, shipper, follower, held, threading.Lock())

    def answer_and_keep(self, request: Request) -> Answer:
        with self.lock:
            answer = self.desk.answer(request)
            self.spool.append([answer.line])
        return answer

    def stop(self) -> None:
        """Seal what is open and give the number back; a successor adopts what is not confirmed."""
        self.follower.stop()
        self.shipper.stop()
        self.lease.release()


_started: list[Process] = []
_starting = threading.Lock()


def this_process() -> Process:
    """The one of this operating-system process, started at its first use."""
    with _starting:
        if not _started:
            _started.append(Process.start())
            REGISTRY.register(ProcessMetrics(_started[0]))
        return _started[0]


def send_segment(segment_id: str) -> None:
    """Hand one segment to Celery, once: the shipper is what tries again. Errors: kombu OperationalError."""
    store_segment.apply_async((segment_id,), queue=STORE_QUEUE, retry=False, argsrepr="()", kwargsrepr="{}")
