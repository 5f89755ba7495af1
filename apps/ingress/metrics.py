"""This process' state for Prometheus, read when it is asked for and never on the redirect's way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from apps.ingress.process import Process


class ProcessMetrics(Collector):
    """What one ingress process has kept, lost and not yet stored."""

    def __init__(self, process: "Process") -> None:
        self._process = process

    def collect(self) -> Iterator[Metric]:
        spool, shipper = self._process.spool, self._process.shipper
        yield CounterMetricFamily("trellis_clicks_kept", "Clicks written to the spool.", spool.kept)
        yield CounterMetricFamily("trellis_clicks_lost", "Clicks answered that could not be kept.", spool.lost)
        yield GaugeMetricFamily("trellis_segments_waiting", "Sealed segments not yet confirmed.", shipper.unstored)
        yield GaugeMetricFamily("trellis_spool_alarm", "1 while the spool cannot keep clicks.", bool(spool.alarm))
        yield GaugeMetricFamily(
            "trellis_routes_fresh_timestamp_seconds",
            "When published routes were last heard.",
            self._process.follower.fresh_at,
        )
