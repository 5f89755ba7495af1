"""The rules a store task labels by: the newest of each organization, some seconds old at most."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from apps.ingress.labelling import Line, dump
from apps.ingress.labelling.shelf import CHECK_EVERY, Shelf
from apps.ingress.models import LabelTable, StoredEvent
from apps.ingress.rules import EVERYTHING
from apps.ingress.store import store_lines
from tests.ingress.make import NOW, a_line, an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def published(organization_id: int, campaign_id: int, edition: int = 1) -> None:
    LabelTable.objects.create(
        organization_id=organization_id,
        edition=edition,
        document=dump([Line(campaign_id, EVERYTHING)]),
        published_at=NOW,
    )


def campaign_of(shelf: Shelf, organization_id: int) -> int:
    labels = shelf.of(organization_id)
    assert labels
    return labels.of(an_event(organization_id=organization_id)).label_campaign_id


def test_the_newest_rules_of_each_organization_are_in_force() -> None:
    ours, theirs, nobodys = an_organization_id(), an_organization_id(), an_organization_id()
    published(ours, 1)
    published(theirs, 2)
    published(ours, 3, edition=2)
    shelf = Shelf()

    shelf.refresh(NOW)

    assert [campaign_of(shelf, number) for number in (ours, theirs, nobodys)] == [3, 2, 0]


def test_what_is_published_is_in_force_after_some_seconds() -> None:
    ours = an_organization_id()
    published(ours, 1)
    shelf = Shelf()
    shelf.refresh(NOW)
    published(ours, 2, edition=2)

    shelf.refresh(NOW + CHECK_EVERY - timedelta(seconds=1))
    assert campaign_of(shelf, ours) == 1
    shelf.refresh(NOW + CHECK_EVERY)

    assert campaign_of(shelf, ours) == 2


def test_with_postgresql_away_the_last_rules_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = an_organization_id()
    published(ours, 1)
    shelf = Shelf()
    shelf.refresh(NOW)

    without_postgresql(monkeypatch, lambda: shelf.refresh(NOW + CHECK_EVERY))

    assert campaign_of(shelf, ours) == 1


def test_before_postgresql_ever_answered_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()

    without_postgresql(monkeypatch, lambda: shelf.refresh(NOW))

    assert shelf.of(an_organization_id()) is None


def test_the_store_task_labels_what_it_stores() -> None:
    ours, theirs = an_organization_id(), an_organization_id()
    published(ours, 17, edition=4)
    lines = [a_line(organization_id=number) for number in (ours, ours, theirs)]

    # Later than whatever this process has read.
    store_lines(f"labelled-{ours}", lines, now=NOW + timedelta(days=400))

    stored = StoredEvent.objects.filter(organization_id__in=(ours, theirs)).order_by("event_id")
    assert [labels_of(event) for event in stored] == [(17, 4, ""), (17, 4, ""), (0, 0, "no_rule")]


def labels_of(event: StoredEvent) -> tuple[Any, ...]:
    return event.label_campaign_id, event.label_edition, event.label_reason


def without_postgresql(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Done by a thread, whose connection is yet to be made: to where nobody listens."""
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", 1)
    thread = threading.Thread(target=deed)
    thread.start()
    thread.join()
