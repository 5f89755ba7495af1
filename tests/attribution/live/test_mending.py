"""What a server left out that died between the events and their view is added once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.attribution import tasks
from apps.attribution.ledger.checking import violations
from apps.attribution.ledger.lock import pen
from apps.attribution.live.mending import mend, sum_up
from apps.attribution.live.publishing import bring_into_force
from apps.attribution.models import Policy
from apps.ingress.event import Event
from apps.ingress.warehouse.connection import client
from tests.attribution.ledger.make import Ledger, ids
from tests.attribution.ledger.workers import Worker
from tests.attribution.live.test_publishing import GERMANS, live

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
# Nothing that was stored in a test is on its way any more.
SOON = timedelta(minutes=5)
AROUND = (timezone.now() - timedelta(days=2), timezone.now() + timedelta(days=1))


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    live(ledger.spring, GERMANS)
    bring_into_force(ledger.organization.pk, timezone.now())
    return ledger


def arrived(ledger: Ledger, number: int = 3) -> list[Event]:
    now = timezone.now()
    return [ledger.arrives(now - timedelta(minutes=place), country="DE") for place in range(number)]


@contextmanager
def held_elsewhere(ledger: Ledger) -> Iterator[None]:
    """The ledger's pen in the hand of another session."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with pen(ledger.organization.pk):
            held.set()
            release.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    yield
    release.set()
    thread.join()


def lose(ledger: Ledger, table: str, condition: str = "1") -> None:
    """As a server that died before it wrote them."""
    sql = f"DELETE FROM {table} WHERE organization_id = {ledger.organization.pk} AND {condition}"
    client().execute(sql, settings={"mutations_sync": 1})


def lose_all_of(ledger: Ledger, event: Event) -> None:
    lose(ledger, "attribution_entries", f"event_id = {event.event_id}")
    lose(ledger, "attribution_hourly")
    for day in {event.happened_at.date(), timezone.now().date()}:
        sum_up(ledger.organization.pk, day)


def mended(ledger: Ledger) -> int:
    now = timezone.now()
    return mend(now.date() - timedelta(days=1), now + SOON)


def test_entries_that_are_missing_are_added_with_their_sums(ledger: Ledger) -> None:
    events = arrived(ledger)
    lose(ledger, "attribution_entries", f"event_id = {events[0].event_id}")
    lose(ledger, "attribution_hourly")

    assert mended(ledger) == 1
    assert mended(ledger) == 0

    assert ledger.labels() == ids(events, "Spring")
    assert ledger.hourly() == {"Spring": 3}
    assert violations(ledger.organization.pk) == []


def test_where_nothing_is_missing_nothing_is_added(ledger: Ledger) -> None:
    arrived(ledger)

    assert mended(ledger) == 0
    assert len(ledger.entries()) == 3


def test_what_was_taken_back_meanwhile_is_not_missing(ledger: Ledger) -> None:
    arrived(ledger)
    ledger.applied(campaign=ledger.summer, policy=Policy.OVERRIDE, span=AROUND)

    assert mended(ledger) == 0


def test_an_event_that_a_run_named_while_its_entry_was_missing_has_that_label_alone(ledger: Ledger) -> None:
    named, lost = arrived(ledger, 2)
    lose_all_of(ledger, named)
    run = ledger.applied(campaign=ledger.summer, span=AROUND)
    lose(ledger, "attribution_entries", f"event_id = {lost.event_id}")

    assert [mended(ledger), mended(ledger)] == [1, 0]
    assert ledger.labels() == {named.event_id: "Summer", lost.event_id: "Spring"}

    ledger.reverted(run)
    assert mended(ledger) == 0
    assert violations(ledger.organization.pk) == []


def test_what_a_run_that_came_to_nothing_had_named_is_missing_when_it_has_ended(ledger: Ledger) -> None:
    (event,) = arrived(ledger, 1)
    lose_all_of(ledger, event)
    worker = Worker(ledger.planned(campaign=ledger.summer, span=AROUND))
    worker.write_a_chunk()
    assert mended(ledger) == 0

    worker.cancel()

    assert mended(ledger) == 1
    assert ledger.labels() == ids([event], "Spring")
    assert violations(ledger.organization.pk) == []


def test_what_may_be_on_its_way_is_left_alone(ledger: Ledger) -> None:
    arrived(ledger)
    lose(ledger, "attribution_entries")

    assert tasks.mend_labels() == 0
    assert mended(ledger) == 3


def test_a_ledger_that_is_being_written_waits(ledger: Ledger) -> None:
    arrived(ledger)
    lose(ledger, "attribution_entries")

    with held_elsewhere(ledger):
        assert mended(ledger) == 0

    assert mended(ledger) == 3


def test_sums_that_are_off_are_put_right(ledger: Ledger) -> None:
    arrived(ledger)
    lose(ledger, "attribution_hourly")

    for day in {timezone.now().date(), (timezone.now() - timedelta(minutes=2)).date()}:
        sum_up(ledger.organization.pk, day)

    assert ledger.hourly() == {"Spring": 3}
