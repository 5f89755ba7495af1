"""The state of this host's ingress processes for Prometheus, read when it is asked for and never on the redirect's way.

They share a port, so whoever is asked answers for all: for itself first hand, for the others from what they said in Redis.
"""

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import RedisError

from apps.ingress.broker import broker
from apps.ingress.heartbeat import heartbeats

if TYPE_CHECKING:
    from apps.ingress.process import Process

WORKER = ("worker",)


class _State(NamedTuple):
    worker: int
    kept: int
    lost: int
    waiting: int
    alarm: bool
    postbacks: Mapping[str, int]


class ProcessMetrics(Collector):
    """What the ingress processes of this host have kept, lost and not yet stored. With Redis away, only this one."""

    def __init__(self, process: "Process") -> None:
        self._process = process

    def describe(self) -> list[Metric]:
        """Nothing: else registering would collect, and the start of a process would wait for Redis."""
        return []

    def collect(self) -> Iterator[Metric]:
        kept = CounterMetricFamily("trellis_clicks_kept", "Clicks and postbacks written to the spool.", labels=WORKER)
        lost = CounterMetricFamily(
            "trellis_clicks_lost", "Clicks answered, and postbacks refused, that could not be kept.", labels=WORKER
        )
        waiting = GaugeMetricFamily("trellis_segments_waiting", "Sealed segments not yet confirmed.", labels=WORKER)
        alarm = GaugeMetricFamily("trellis_spool_alarm", "1 while the alarm of the spool rings.", labels=WORKER)
        postbacks = CounterMetricFamily(
            "trellis_postbacks", "Postbacks by the word of their answer.", labels=(*WORKER, "result")
        )
        for state in (self._own(), *self._others()):
            label = (str(state.worker),)
            kept.add_metric(label, state.kept)
            lost.add_metric(label, state.lost)
            waiting.add_metric(label, state.waiting)
            alarm.add_metric(label, state.alarm)
            for result, count in sorted(state.postbacks.items()):
                postbacks.add_metric((*label, result), count)
        heard = GaugeMetricFamily(
            "trellis_routes_fresh_timestamp_seconds", "When published routes were last heard.", labels=WORKER
        )
        heard.add_metric((str(self._process.lease.number),), self._process.follower.fresh_at)
        yield from (kept, lost, waiting, alarm, heard, postbacks)

    def _own(self) -> _State:
        process = self._process
        spool, shipper, answered = process.spool, process.shipper, dict(process.postbacks_answered)
        return _State(process.lease.number, spool.kept, spool.lost, shipper.unstored, bool(shipper.alarm), answered)

    def _others(self) -> list[_State]:
        here, now, own = socket.gethostname(), datetime.now(UTC), self._process.lease.number
        try:
            beats = heartbeats(broker())
        except RedisError:
            return []
        return [
            _State(beat.worker, beat.kept, beat.lost, beat.segments_waiting, bool(beat.alarm), beat.postbacks)
            for beat in beats
            if beat.host == here and beat.worker != own and not beat.silent(now)
        ]
