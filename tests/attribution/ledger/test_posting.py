"""What is left of a run is found and written, once, however often that is asked."""

import pytest
from django.utils import timezone

from apps.attribution.ledger import chunks, pieces, running
from apps.attribution.ledger.posting import complete, days_left, post
from apps.ingress import jobs
from tests.attribution.ledger.make import Ledger, country, ids
from tests.attribution.ledger.test_running import week
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture(autouse=True)
def a_chunk_for_each_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", 1)


def test_what_is_whole_is_left_alone(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    days = worker.chunks()

    assert days_left(worker.posting) == [day.first for day in days]
    assert [complete(worker.posting, day) for day in days] == [True] * 5
    assert [complete(worker.posting, day) for day in days] == [False] * 5

    assert days_left(worker.posting) == []


def test_what_arrives_late_time_after_time_is_named_each_time(ledger: Ledger) -> None:
    clicks = [ledger.click()]
    run = ledger.planned()
    worker = Worker(run)
    (chunk,) = worker.chunks()
    post(worker.posting, chunk)

    for _ in range(5):
        clicks.append(ledger.click(stored_at=run.created_at))
        assert complete(worker.posting, chunk)

    worker.finish()
    assert ledger.labels() == ids(clicks, "Spring")
    assert len(ledger.entries()) == len(clicks)


def test_a_day_that_has_fewer_entries_than_events_is_whole_when_the_others_had_a_label(ledger: Ledger) -> None:
    german, french = ledger.click(country="DE"), ledger.click(country="FR")
    ledger.applied(country("DE"), campaign=ledger.summer)
    worker = Worker(ledger.planned())
    (chunk,) = worker.chunks()

    assert days_left(worker.posting) == [chunk.first]
    post(worker.posting, chunk)
    assert days_left(worker.posting) == []

    worker.finish()
    assert ledger.labels() == {german.event_id: "Summer", french.event_id: "Spring"}


def test_it_gives_a_sign_of_life_before_each_piece_it_asks_about(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_EVENTS", 1)
    week(ledger)
    worker = Worker(ledger.planned())
    signs: list[str] = []

    days_left(worker.posting, lambda: signs.append("alive"))

    assert len(signs) >= 5


def test_asking_what_is_left_stops_where_the_job_was_cancelled(ledger: Ledger) -> None:
    week(ledger)
    worker = Worker(ledger.planned())
    worker.write_every_chunk_twice()
    jobs.cancel(worker.job, timezone.now())

    with pytest.raises(jobs.Stopped):
        running._complete_all(worker.job, worker.posting, worker.chunks())
