"""What one process needs to capture clicks and postbacks, put together from the settings."""

import threading
import time
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from prometheus_client import REGISTRY

from apps.ingress import lease
from apps.ingress.answer import Answer, Desk
from apps.ingress.broker import broker
from apps.ingress.capture import Capture, Request
from apps.ingress.enrich.following import TablesFollower
from apps.ingress.enrich.tables import Shelf
from apps.ingress.lease import Lease
from apps.ingress.metrics import ProcessMetrics
from apps.ingress.plans.cap_counts import CapCounts
from apps.ingress.postbacks.door import Body, PostbackDesk
from apps.ingress.postbacks.repeats import Repeats, hasty_redis
from apps.ingress.postbacks.reply import NOT_KEPT, Reply
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from apps.ingress.shipper import STORE_QUEUE, Shipper
from apps.ingress.snowflake import Snowflakes, click_ids, visitor_ids
from apps.ingress.spool import Fsync, Spool
from apps.ingress.tasks import store_segment


@dataclass(frozen=True)
class Process:
    """The running parts. `answer_and_keep` is for servers with threads; the worker class has its own loop.

    `postbacks_answered` counts them by the word of their answer.
    """

    desk: Desk
    spool: Spool
    shipper: Shipper
    follower: Follower
    tables: TablesFollower
    caps: CapCounts
    lease: Lease
    lock: threading.Lock
    postback_desk: PostbackDesk
    repeats: Repeats
    postbacks_answered: Counter[str]

    @classmethod
    def start(cls) -> "Process":
        """Lease a number, load what is mirrored, begin to ship and to follow. Raises NoWorkerNumber."""
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
        answered: Counter[str] = Counter()
        shipper = Shipper(
            spool,
            held,
            broker(),
            send=send_segment,
            limit_bytes=settings.TRELLIS_SPOOL_MAX_BYTES,
            routes_version=lambda: table.version,
            postbacks=lambda: answered,
        )
        capture = Capture(kept=settings.TRELLIS_KEPT_HEADERS, trusted_proxies=settings.TRUSTED_PROXIES)
        shelf = Shelf(settings.TRELLIS_GEOIP_PATH)
        caps = CapCounts(broker(), settings.TRELLIS_SPOOL_DIR)
        desk = Desk(
            table=table,
            capture=capture,
            ids=ids,
            click_ids=click_ids(),
            visitor_ids=visitor_ids(),
            tables=shelf.held(),
            caps=caps,
        )
        tables = TablesFollower(shelf, settings.TRELLIS_SPOOL_DIR, put=desk.put_tables)
        postback_desk = PostbackDesk(table=table, capture=capture, ids=ids)
        tables.load_mirror()
        caps.load_mirror()
        follower.load_mirror()
        follower.follow_once()
        caps.exchange()
        for thread in (follower, shipper, tables, caps):
            thread.start()
        repeats = Repeats(hasty_redis())
        return cls(
            desk, spool, shipper, follower, tables, caps, held, threading.Lock(), postback_desk, repeats, answered
        )

    def answer_and_keep(self, request: Request) -> Answer:
        with self.lock:
            answer = self.desk.answer(request)
            self.spool.append([answer.line])
        return answer

    def take_postback(self, request: Request, body: Body) -> Reply:
        """The answer to a postback, which is kept by then. The adapter counts it once it knows whether it is a repeat."""
        with self.lock:
            reply = self.postback_desk.answer(request, body)
            return reply if self.spool.append([reply.line]) else NOT_KEPT

    def count(self, reply: Reply) -> None:
        self.postbacks_answered[reply.result] += 1

    def stop(self) -> None:
        """Seal what is open and give the number back; a successor adopts what is not confirmed."""
        self.follower.stop()
        self.tables.stop()
        self.caps.stop()
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
