from collections.abc import Iterator

import pytest
from redis import Redis

from apps.ingress.broker import broker
from apps.ingress.models import DeadLetter, StoredEvent
from apps.ingress.shipper import CONFIRMED, PAYLOAD
from apps.ingress.tasks import store_segment
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.ingress.make import a_line, an_organization_id
from trellis.celery import app

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def segment() -> Iterator[tuple[str, int]]:
    """A segment of three clicks and a torn line, as a shipper puts it into Redis; and its organization."""
    organization_id = an_organization_id()
    segment_id = f"task-{organization_id}"
    lines = [a_line(organization_id=organization_id) + b"\n" for _ in range(3)]
    redis: Redis = broker()
    redis.set(PAYLOAD + segment_id, b"".join([*lines, b'{"torn']))
    yield segment_id, organization_id
    redis.delete(PAYLOAD + segment_id, CONFIRMED + segment_id)


def test_a_segment_is_stored_and_confirmed(segment: tuple[str, int]) -> None:
    segment_id, organization_id = segment

    store_segment(segment_id)

    assert StoredEvent.objects.filter(organization_id=organization_id).count() == 3
    assert DeadLetter.objects.get(segment_id=segment_id).position == 4
    assert broker().get(CONFIRMED + segment_id)
    assert broker().get(PAYLOAD + segment_id) is None


def test_a_message_that_comes_twice_stores_once(segment: tuple[str, int]) -> None:
    segment_id, organization_id = segment
    payload = broker().get(PAYLOAD + segment_id)

    store_segment(segment_id)
    broker().set(PAYLOAD + segment_id, payload or b"")
    store_segment(segment_id)

    assert StoredEvent.objects.filter(organization_id=organization_id).count() == 3
    assert DeadLetter.objects.filter(segment_id=segment_id).count() == 1


def test_without_its_payload_a_message_does_nothing(segment: tuple[str, int]) -> None:
    store_segment("never-sent")

    assert broker().get(CONFIRMED + "never-sent") is None


@pytest.mark.usefixtures("clickhouse_away")
def test_while_clickhouse_is_away_nothing_is_confirmed_and_nothing_thrown_away(segment: tuple[str, int]) -> None:
    segment_id, _ = segment

    with pytest.raises(WarehouseUnavailable):
        store_segment(segment_id)

    assert broker().get(CONFIRMED + segment_id) is None
    assert broker().get(PAYLOAD + segment_id)


def test_a_task_that_hangs_is_ended_before_its_message_comes_again() -> None:
    """A database that takes a question and never answers would hold every worker, one after another."""
    assert 0 < app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]
