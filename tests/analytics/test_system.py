"""The System page: what the machinery says of itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from apps.analytics.freshness import freshness_of, redis
from apps.ingress.enrich import tables
from apps.ingress.heartbeat import PREFIX, Heartbeat, beat
from apps.ingress.models import DeadLetter
from tests.accounts import make
from tests.analytics.make import NOON

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def a_heartbeat(at: datetime, worker: int = 901, **fields: object) -> Heartbeat:
    given: dict[str, object] = {
        "host": "test-host",
        "pid": 4321,
        "spool_bytes": 0,
        "spool_limit_bytes": 1000,
        "segments_waiting": 0,
        "oldest_waiting_at": None,
        "kept": 0,
        "lost": 0,
        "routes_version": "v1",
        "alarm": "",
    }
    return Heartbeat(worker=worker, at=at, **{**given, **fields})  # type: ignore[arg-type]


@pytest.fixture
def staff(client: Client) -> Client:
    yield make.signed_in(client, make.staff())
    redis().delete(f"{PREFIX}test-host:901")


def test_every_service_tells_its_version(staff: Client):
    answer = staff.get("/system/services")

    assert [service.name for service in answer.context["services"]] == ["PostgreSQL", "Redis", "ClickHouse"]
    assert all(service.up and service.version and service.ms >= 0 for service in answer.context["services"])


def test_an_ingress_process_is_shown_with_its_alarm(staff: Client):
    beat(redis(), a_heartbeat(timezone.now(), alarm="the spool is 90 % full", lost=17, segments_waiting=3))

    answer = staff.get("/system/pipeline")

    assert "test-host" in answer.text
    assert "the spool is 90 % full" in answer.text
    assert ">17<" in answer.text


def test_a_process_that_went_silent_is_said_so(staff: Client):
    beat(redis(), a_heartbeat(timezone.now() - timedelta(minutes=9)))

    assert "last heard of 9 min ago" in staff.get("/system/pipeline").text


def test_waiting_dead_letters_are_counted_and_can_be_opened(staff: Client):
    DeadLetter.objects.create(
        segment_id="s", position=1, line=b"x", reason="bad", created_at=timezone.now(), organization_id=0
    )
    DeadLetter.objects.create(
        segment_id="s",
        position=2,
        line=b"x",
        reason="bad",
        created_at=timezone.now(),
        organization_id=0,
        status="replayed",
    )

    assert "1 waiting" in staff.get("/system/pipeline").text


def test_queues_are_named(staff: Client):
    assert set(staff.get("/system/pipeline").context["pipeline"].queues) == {"store", "default"}


def test_no_worker_answering_is_said(staff: Client):
    answer = staff.get("/system/workers")

    assert answer.context["workers"] == []
    assert "No worker answered" in answer.text


def test_data_is_fresh_until_the_oldest_moment_still_waiting():
    waiting = a_heartbeat(NOON, segments_waiting=2, oldest_waiting_at=NOON - timedelta(seconds=4))

    found = freshness_of([waiting, a_heartbeat(NOON, worker=902)], NOON)

    assert found.until == NOON - timedelta(seconds=4)
    assert not found.stale


def test_old_data_is_stale():
    waiting = a_heartbeat(NOON, segments_waiting=2, oldest_waiting_at=NOON - timedelta(minutes=4))

    assert freshness_of([waiting], NOON).stale


def test_without_any_process_freshness_is_unknown():
    found = freshness_of([], datetime(2026, 11, 22, tzinfo=UTC))

    assert found.until is None
    assert found.why


def test_the_age_of_rates_and_places_is_told(staff: Client):
    html = staff.get("/system/data").content.decode()

    assert "European Central Bank" in html
    assert "Places of addresses" in html


def test_without_geo_files_the_page_says_what_is_missing(staff: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "_shelf", tables.Shelf(""))

    assert "clicks have no country" in staff.get("/system/data").content.decode()


def test_a_damaged_geo_file_is_named_and_not_used(staff: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "broken-City.mmdb").write_bytes(b"no database")
    monkeypatch.setattr(tables, "_shelf", tables.Shelf(str(tmp_path)))

    html = staff.get("/system/data").content.decode()

    assert "broken-City.mmdb" in html
    assert "Not used" in html
