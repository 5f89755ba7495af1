"""What PostgreSQL itself refuses of runs and editions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.attribution.models import Edition, Run
from tests.attribution.ledger.make import Ledger
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def checked(deed: Callable[[], Any]) -> None:
    """With what PostgreSQL checks when a transaction ends."""
    with transaction.atomic():
        deed()
        connection.check_constraints()


def refused(run: Run, **changes: Any) -> bool:
    try:
        with transaction.atomic():
            Run.objects.filter(pk=run.pk).update(**changes)
            connection.check_constraints()
    except DatabaseError:
        return True
    return False


def test_an_edition_is_never_changed(ledger: Ledger) -> None:
    edition = ledger.applied().edition

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(words="Something else.")


def test_an_edition_goes_with_its_organization_only(ledger: Ledger) -> None:
    edition = ledger.applied().edition

    with pytest.raises(IntegrityError, match="with its organization only"):
        checked(edition.delete)


def test_an_organization_can_be_deleted_with_all_of_it(ledger: Ledger) -> None:
    ledger.reverted(ledger.applied())

    ledger.organization.delete()
    connection.check_constraints()

    assert not Run.objects.filter(campaign__in=[campaign.pk for campaign in ledger.campaigns]).exists()


def test_an_edition_is_of_a_run_that_is_done(ledger: Ledger) -> None:
    run = Worker(ledger.planned()).run

    with pytest.raises(IntegrityError, match="a run that is done"), transaction.atomic():
        Edition.objects.create(
            organization=ledger.organization, number=1, kind="applied", run=run, words="", created_at=timezone.now()
        )


def test_an_edition_has_the_number_of_its_run(ledger: Ledger) -> None:
    run = Worker(ledger.planned()).run
    run.finish({}, timezone.now())
    fields = {"organization": ledger.organization, "kind": "applied", "run": run, "created_at": timezone.now()}

    with pytest.raises(IntegrityError, match="edition_has_its_runs_number"):
        checked(lambda: Edition.objects.create(number=9, **fields))

    checked(lambda: Edition.objects.create(number=1, **fields))


def test_a_run_that_has_ended_is_never_changed(ledger: Ledger) -> None:
    run = ledger.applied()

    assert refused(run, state="running")
    assert refused(run, counts={"gained": {"1": 1}, "taken": {}})
    assert refused(run, rule={})
    assert not run.cancel(timezone.now())


def test_two_runs_of_an_organization_are_never_running(ledger: Ledger) -> None:
    Worker(ledger.planned())

    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.planned().begin(2, None, timezone.now())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{"state": "odd"}, {"policy": "odd"}, {"number": 0}, {"number": 1}, {"state": "done"}, {"state": "running"}],
)
def test_a_run_makes_sense(ledger: Ledger, changes: dict[str, Any]) -> None:
    assert refused(ledger.planned(), **changes)


def test_a_run_has_a_span(ledger: Ledger) -> None:
    run = ledger.planned()

    assert refused(run, end=run.start)


def test_a_run_is_for_a_campaign_of_its_organization(ledger: Ledger) -> None:
    assert refused(ledger.planned(), campaign=Ledger().spring)


def test_a_run_reverts_one_of_its_organization(ledger: Ledger) -> None:
    assert refused(ledger.planned(), reverts=Ledger().applied())


def test_numbers_of_runs_that_came_to_nothing_are_not_used_again(ledger: Ledger) -> None:
    Worker(ledger.planned()).cancel()

    run = ledger.applied()

    assert (run.number, str(run.edition)) == (2, "Edition 2")


def test_each_says_what_it_is(ledger: Ledger) -> None:
    run = ledger.applied()

    assert str(run) == "Spring: everything"
    assert str(ledger.reverted(run)) == "Revert of Spring: everything"
