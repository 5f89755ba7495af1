"""Labels as a part of other questions."""

import pytest

from apps.attribution.ledger import editions
from apps.attribution.ledger.editions import AsOf
from apps.attribution.ledger.labels import labels
from apps.attribution.ledger.sql import WITHIN, span
from apps.ingress.warehouse.reader import Warehouse
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_they_come_with_what_reports_group_by_and_with_the_run_that_gave_them(ledger: Ledger) -> None:
    click = ledger.click(country="DE", os="Linux")
    run = ledger.applied()

    found = Warehouse(ledger.organization.pk).table(labels(("country", "os")), AsOf(1).parameters(), name="test")

    assert found.columns == ["event_id", "campaign_id", "run_id", "rule_version", "country", "os"]
    assert found.rows == [[click.event_id, ledger.spring.pk, run.pk, 0, "DE", "Linux"]]


def test_they_are_asked_of_a_span_only(ledger: Ledger) -> None:
    clicks = [ledger.click(MONDAY + number * A_DAY) for number in range(3)]
    ledger.applied()
    when = span(MONDAY + A_DAY, MONDAY + 2 * A_DAY)

    found = Warehouse(ledger.organization.pk).table(
        labels(within=WITHIN), {**AsOf(1).parameters(), **when}, name="test"
    )

    assert [row[0] for row in found.rows] == [clicks[1].event_id]


def test_void_editions_are_named_up_to_the_one_that_is_asked_for(ledger: Ledger) -> None:
    Worker(ledger.planned()).cancel()
    ledger.applied()
    Worker(ledger.planned()).fail()
    number = ledger.organization.pk

    assert editions.newest(number) == editions.as_of(number, 2) == AsOf(2, (1,))
    assert editions.as_of(number, 0) == AsOf(0)
    ledger.applied()
    assert editions.newest(number) == AsOf(4, (1, 3))


def test_a_void_edition_is_none_to_ask_for(ledger: Ledger) -> None:
    Worker(ledger.planned()).cancel()

    with pytest.raises(editions.UnknownEdition):
        editions.as_of(ledger.organization.pk, 1)


def test_a_number_that_another_organization_has_used_is_free_here(ledger: Ledger) -> None:
    assert ledger.applied().number == 1
    assert Ledger().applied().number == 1


def test_runs_stand_until_they_are_reverted_and_again_when_that_is(ledger: Ledger) -> None:
    first, second = ledger.applied(), ledger.applied()
    revert = ledger.reverted(first)
    ledger.reverted(revert)
    number = ledger.organization.pk

    stand = [set(editions.standing(number, before=edition)) for edition in range(2, 6)]

    assert stand == [{first.pk}, {first.pk, second.pk}, {second.pk}, {first.pk, second.pk}]
