"""The ways in to the upkeep of the roll-up: the command and the beat."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from apps.accounts.models import Membership
from apps.analytics import rollups
from apps.analytics.query import Query, answer
from apps.analytics.query import rollup as reading
from apps.analytics.query.answers import Source
from apps.analytics.span import Span
from apps.analytics.tasks import mend_rollups, reconcile_rollups
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from tests.analytics.make import NOON, a_click, stored
from trellis.celery import app

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

SPAN = Span.between(NOON.date() - timedelta(days=7), NOON.date(), now=NOON + timedelta(days=1), zone=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "SETTLE_S", 0.0)


@pytest.fixture
def warehouse(alice: Membership) -> Warehouse:
    """Of Alice's organization, with a click that the roll-up has lost."""
    stored(a_click(NOON, organization=alice.organization_id))
    of_alice = {"o": alice.organization_id}
    change("DELETE FROM events_hourly WHERE organization_id = {o:UInt32}", of_alice, name="test")
    return Warehouse(alice.organization_id)


def clicks(warehouse: Warehouse) -> object:
    reading._marked.cache_clear()
    found = answer(warehouse, Query(SPAN))
    assert found.source is Source.ROLLUP
    return found.totals.values["clicks"]


def test_the_command_builds_an_organization_again(warehouse: Warehouse, alice: Membership):
    assert clicks(warehouse) == 0

    call_command("rebuild_rollups", organization=alice.organization.key)

    assert clicks(warehouse) == 1


def test_the_command_builds_what_differs(warehouse: Warehouse):
    call_command("rebuild_rollups")

    assert clicks(warehouse) == 1


def test_the_command_knows_its_organizations(db: None):
    with pytest.raises(CommandError, match="nobody"):
        call_command("rebuild_rollups", organization="nobody")


@pytest.mark.usefixtures("clickhouse_is_down")
def test_the_command_says_when_clickhouse_is_away(db: None):
    with pytest.raises(CommandError, match="does not answer"):
        call_command("rebuild_rollups")


def test_the_beat_finds_and_mends(warehouse: Warehouse):
    reconcile_rollups(everything=True)
    mend_rollups()

    assert clicks(warehouse) == 1


def test_the_beat_knows_both_tasks(settings: LazySettings):
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert {mend_rollups.name, reconcile_rollups.name} <= named


def test_days_that_retention_has_touched_are_not_built_again(warehouse: Warehouse, alice: Membership):
    alice.organization.retention_days = 1
    alice.organization.save()

    assert rollups.rebuild(warehouse.organization_id, NOON - timedelta(days=30), NOON - timedelta(days=20)) == []
    assert clicks(warehouse) == 0
