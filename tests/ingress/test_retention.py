import time

import pytest

from apps.ingress.event import Event, Origin
from apps.ingress.models import StoredEvent
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.retention import Retention, retentions, set_retention
from apps.ingress.warehouse.writer import store_events
from tests.ingress.make import NOW, an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

UNDER_WAY = (
    "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'events' AND NOT is_done"
)
LONG_AGO = NOW.replace(year=2025)


def stored(organization_id: int, *events: Event) -> None:
    store_events(events, token=f"retention-{organization_id}-{len(events)}")


def wait_for_mutations() -> None:
    while client().execute(UNDER_WAY)[0][0]:
        time.sleep(0.05)


def test_the_retentions_found_on_stored_events_are_told() -> None:
    organization_id = an_organization_id()
    stored(
        organization_id,
        an_event(organization_id=organization_id, retention_days=30_000),
        an_event(organization_id=organization_id, retention_days=0),
        an_event(organization_id=organization_id, retention_days=5, origin=Origin.IMPORT, happened_at=NOW),
    )

    assert Retention(organization_id, frozenset({0, 30_000})) in retentions()


def test_a_shorter_retention_reaches_what_is_stored() -> None:
    organization_id, other = an_organization_id(), an_organization_id()
    for each in (organization_id, other):
        stored(each, an_event(organization_id=each, happened_at=LONG_AGO, retention_days=30_000))

    set_retention(organization_id, 30)
    wait_for_mutations()
    client().execute(f"OPTIMIZE TABLE events PARTITION {LONG_AGO:%Y%m} FINAL")

    assert not StoredEvent.objects.filter(organization_id=organization_id).exists()
    assert StoredEvent.objects.filter(organization_id=other).exists()


def test_imported_history_keeps_what_its_importer_said() -> None:
    organization_id = an_organization_id()
    stored(
        organization_id,
        an_event(organization_id=organization_id, happened_at=LONG_AGO, retention_days=0, origin=Origin.IMPORT),
    )

    set_retention(organization_id, 30)
    wait_for_mutations()
    client().execute(f"OPTIMIZE TABLE events PARTITION {LONG_AGO:%Y%m} FINAL")

    assert StoredEvent.objects.get(organization_id=organization_id).retention_days == 0
