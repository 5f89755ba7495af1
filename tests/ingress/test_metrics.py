import socket
from datetime import timedelta

from django.utils import timezone

from apps.ingress import heartbeat
from apps.ingress.broker import broker
from apps.ingress.metrics import ProcessMetrics
from apps.ingress.process import this_process
from tests.ingress.test_shipper import a_beat


def samples() -> dict[tuple[str, str], float]:
    metrics = ProcessMetrics(this_process())
    return {
        (sample.name, sample.labels["worker"]): sample.value
        for metric in metrics.collect()
        for sample in metric.samples
    }


def test_whichever_worker_is_asked_answers_for_all_of_its_host() -> None:
    now = timezone.now()
    here = socket.gethostname()
    beats = (
        a_beat(worker=1001, host=here, at=now, kept=9, lost=2, segments_waiting=3, alarm="full"),
        a_beat(worker=1002, host="elsewhere", at=now),
        a_beat(worker=1003, host=here, at=now - timedelta(minutes=1)),
    )
    for beat in beats:
        heartbeat.beat(broker(), beat)

    found = samples()

    assert found["trellis_clicks_kept_total", "1001"] == 9
    assert found["trellis_clicks_lost_total", "1001"] == 2
    assert found["trellis_segments_waiting", "1001"] == 3
    assert found["trellis_spool_alarm", "1001"] == 1
    assert found["trellis_clicks_lost_total", str(this_process().lease.number)] == 0
    assert not {"1002", "1003"} & {worker for _, worker in found}
    heartbeat.forget(broker(), {beat.worker for beat in beats})


def test_postbacks_of_the_other_workers_are_counted_by_their_answer() -> None:
    beat = a_beat(worker=1004, host=socket.gethostname(), at=timezone.now(), postbacks={"accepted": 5})
    heartbeat.beat(broker(), beat)

    found = samples()

    assert found["trellis_postbacks_total", "1004"] == 5
    heartbeat.forget(broker(), {1004})
