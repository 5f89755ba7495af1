"""Policies as a store task knows them: from when on, for how long, and what it does before it knows any."""

from datetime import timedelta

import pytest
from celery.signals import worker_process_init
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from apps.ingress.models import AddressKey, PrivacyPolicy, StoredEvent
from apps.ingress.models.privacy import KEYS_KEPT
from apps.ingress.privacy import shelf
from apps.ingress.store import store_lines
from apps.ingress.tasks import learn_policies
from tests.ingress.labelling.test_shelf import without_postgresql
from tests.ingress.make import NOW, a_line, an_event
from tests.ingress.privacy.make import PEER, a_policy, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def test_tomorrow_the_same_address_is_another_number() -> None:
    organization_id = a_policy("hashed")
    days = [an_event(organization_id=organization_id, ip=PEER, happened_at=NOW + timedelta(days=n)) for n in (0, 0, 1)]

    first, again, tomorrow = [shelf.current(NOW).kept(event).ip for event in days]

    assert first == again != tomorrow


def test_a_key_is_gone_after_a_week_and_with_it_the_way_back() -> None:
    organization_id = a_policy("hashed")
    stored(organization_id)
    made_at = AddressKey.objects.get(organization_id=organization_id).made_at

    assert AddressKey.forget(made_at + KEYS_KEPT - timedelta(seconds=1)) == 0
    assert AddressKey.forget(made_at + KEYS_KEPT) == 1


def test_the_newest_policy_is_in_force_and_only_for_what_comes() -> None:
    organization_id = a_policy("none")
    first = stored(organization_id)
    PrivacyPolicy.objects.create(organization_id=organization_id, address="truncated")
    shelf.fresh(NOW)

    store_lines(f"later-{organization_id}", [a_line(organization_id=organization_id)], now=NOW)

    kept = StoredEvent.objects.filter(organization_id=organization_id).exclude(event_id=first.event_id)
    assert [(event.ip, event.privacy) for event in kept] == [("203.0.113.0", "truncated")]


def test_before_a_policy_was_ever_read_nothing_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    began, raised = shelf.Shelf(), []

    def deed() -> None:
        try:
            began.refresh(NOW)
        except OperationalError as error:
            raised.append(error)

    without_postgresql(monkeypatch, deed)

    assert len(raised) == 1


def test_a_worker_begins_by_learning_what_may_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    organization_id = a_policy("none")
    monkeypatch.setattr(shelf, "_shelf", shelf.Shelf())

    worker_process_init.send(sender=None)

    assert not shelf._shelf.keeps_everything(organization_id)


def test_a_worker_begins_without_postgresql_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_shelf", shelf.Shelf())

    without_postgresql(monkeypatch, learn_policies)

    assert shelf._shelf._policies is None


def test_while_postgresql_is_away_the_last_policy_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    organization_id = a_policy("none")
    kept = []

    def deed() -> None:
        later = shelf.fresh(NOW + timedelta(hours=1))
        kept.append(later.kept(an_event(organization_id=organization_id, ip=PEER)).ip)

    without_postgresql(monkeypatch, deed)

    assert kept == [""]


def test_policies_are_asked_for_every_few_seconds_and_not_for_each_segment() -> None:
    shelf.fresh(NOW)

    with CaptureQueriesContext(connection) as within:
        for second in range(5):
            shelf.current(NOW + timedelta(seconds=second))
    with CaptureQueriesContext(connection) as after:
        shelf.current(NOW + shelf.CHECK_EVERY)

    assert (len(within), len(after)) == (0, 2)
