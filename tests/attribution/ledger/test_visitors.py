"""Labels outlive their clicks; who clicked does not."""

from datetime import timedelta

import pytest

from apps.attribution.ledger.visitors import forget
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    for number in range(3):
        ledger.click(MONDAY + number * A_DAY, visitor_id=7 + number)
    ledger.applied()
    return ledger


def kept(ledger: Ledger, days: int) -> None:
    ledger.organization.retention_days = days
    ledger.organization.save()


def test_visitors_of_before_the_retention_are_forgotten_and_their_labels_kept(ledger: Ledger) -> None:
    kept(ledger, 30)
    labels = ledger.labels()

    forget(MONDAY + 31 * A_DAY + timedelta(hours=1))

    assert ledger.entries("visitor_id") == [(0,), (0,), (9,)]
    assert (ledger.labels(), ledger.hourly()) == (labels, {"Spring": 3})


def test_twice_is_once(ledger: Ledger) -> None:
    kept(ledger, 30)
    later = MONDAY + 40 * A_DAY

    assert forget(later) >= 1
    assert forget(later) == 0


def test_who_keeps_events_for_ever_keeps_visitors(ledger: Ledger) -> None:
    kept(ledger, 0)

    forget(MONDAY + 4_000 * A_DAY)

    assert ledger.entries("visitor_id") == [(7,), (8,), (9,)]


def test_what_was_named_before_its_visitor_was_forgotten_can_be_taken_back_after(ledger: Ledger) -> None:
    kept(ledger, 30)
    forget(MONDAY + 40 * A_DAY)

    ledger.taken_from_others()

    assert set(ledger.labels().values()) == {"Summer"}
    assert ledger.hourly() == {"Summer": 3}
