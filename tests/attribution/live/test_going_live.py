"""Runs that label what comes as well: nothing is missed at the seam, nothing is labelled twice, and all of it can be taken back."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.attribution.ledger import reverting, running
from apps.attribution.ledger.checking import violations
from apps.attribution.ledger.reverting import NotDone
from apps.attribution.live import publishing
from apps.attribution.models import Edition, Policy, Run
from apps.campaigns import editing
from apps.ingress.event import Event
from apps.ingress.models import Job
from apps.ingress.warehouse.writer import store_events
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger, country, done, ids
from tests.attribution.ledger.workers import Worker
from tests.attribution.live.test_publishing import GERMANS, live

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
GERMAN = country("DE")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WAITS_S", 0.0)
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(0))
    monkeypatch.setattr(publishing, "SETTLED_AFTER", timedelta(0))


def went_live(ledger: Ledger, **how: object) -> Run:
    run = ledger.applied(GERMAN, goes_live=True, **how)
    ledger.caught_up(run)
    return run


def done_when_it_lands(worker: Worker, event: Event, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The worker's run, where the event was taken before it began and shows when all that was there has been written."""
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(hours=1))
    for _ in range(4):
        worker.job.cursor = running.do_slice(worker.job, worker.job.cursor)
    store_events([event], token=uuid4().hex)
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(0))
    return worker.finish()


def test_a_new_click_is_an_entry_of_the_ledger(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    publishing.bring_into_force(ledger.organization.pk, timezone.now())

    named, unnamed = ledger.arrives(country="DE"), ledger.arrives(country="FR")

    assert ledger.labels() == ids([named], "Spring")
    assert ledger.hourly() == {"Spring": 1}
    assert unnamed.label_reason == "no_key"
    assert violations(ledger.organization.pk) == []


def test_a_run_that_goes_live_names_history_and_what_comes(ledger: Ledger) -> None:
    before = ledger.click(country="DE")
    run = went_live(ledger)

    later = ledger.arrives(MONDAY + 30 * A_DAY, country="DE")

    assert ledger.labels() == ids([before, later], "Spring")
    assert (later.label_run_id, later.label_edition) == (run.pk, run.number)


def test_what_was_stored_while_it_ran_is_neither_missed_nor_named_twice(ledger: Ledger) -> None:
    before = ledger.click(country="DE")
    worker = Worker(ledger.planned(GERMAN, goes_live=True))
    meanwhile = ledger.arrives(country="DE")
    run = worker.finish()
    seam = ledger.arrives(country="DE")

    second = ledger.caught_up(run)

    assert ledger.labels() == ids([before, meanwhile, seam], "Spring")
    assert len(ledger.entries()) == 3
    assert second.edition.words.startswith("Clicks that were stored while edition 1 was made were named Spring.")
    assert ledger.labels(1) == ids([before, seam], "Spring")


def test_what_lands_after_all_was_written_is_named_by_the_run_that_began_after_it_was_taken(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, late = ledger.click(country="DE"), ledger.taken_to_be_stored(country="DE")

    run = done_when_it_lands(Worker(ledger.planned(GERMAN, goes_live=True)), late, monkeypatch)
    ledger.caught_up(run)

    assert ledger.labels() == ids([before, late], "Spring")


def test_what_lands_after_catching_up_had_written_all_is_caught_up_with(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(ledger.planned(GERMAN, goes_live=True))
    meanwhile, late = ledger.arrives(country="DE"), ledger.taken_to_be_stored(country="DE")

    done_when_it_lands(Worker(worker.finish().caught_up_by.get()), late, monkeypatch)

    assert ledger.labels() == ids([meanwhile, late], "Spring")


def test_what_lands_with_its_label_after_a_revert_had_written_all_is_taken_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.click(country="DE")
    run = went_live(ledger)
    late = ledger.taken_to_be_stored(country="DE")
    assert late.label_run_id == run.pk

    done_when_it_lands(Worker(reverting.plan(run, now=timezone.now())), late, monkeypatch)

    assert ledger.labels() == {}
    assert violations(ledger.organization.pk) == []


def test_nothing_missed_is_no_edition(ledger: Ledger) -> None:
    ledger.click(country="DE")
    run = ledger.applied(GERMAN, goes_live=True)

    second = ledger.caught_up(run)

    assert (second.state, Edition.objects.filter(organization=ledger.organization).count()) == (Run.State.CANCELLED, 1)
    assert second.job
    assert Job.objects.get(pk=second.job.pk).status != Job.Status.FAILED


def test_catching_up_waits_until_every_store_task_has_the_rule(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "SETTLED_AFTER", timedelta(hours=1))
    run = ledger.applied(GERMAN, goes_live=True)
    second = run.caught_up_by.get()
    assert second.job
    Job.objects.filter(pk=second.job.pk).update(status=Job.Status.RUNNING)

    running.do_slice(second.job, None)

    second.refresh_from_db()
    assert second.state == Run.State.PLANNED


def test_a_run_that_was_cancelled_never_went_live(ledger: Ledger) -> None:
    ledger.click(country="DE")
    worker = Worker(ledger.planned(GERMAN, goes_live=True))

    worker.cancel()
    publishing.bring_into_force(ledger.organization.pk, timezone.now())

    assert ledger.arrives(country="DE").label_campaign_id == 0
    assert ledger.labels() == {}


def test_a_revert_takes_back_what_came_since_and_what_comes_stays_unnamed(ledger: Ledger) -> None:
    ledger.click(country="DE")
    run = went_live(ledger)
    ledger.arrives(MONDAY + 40 * A_DAY, country="DE")
    before = ledger.labels()

    ledger.reverted(run)

    assert ledger.labels() == {}
    assert ledger.arrives(country="DE").label_reason == "no_key"
    assert ledger.labels(run.number) == before
    assert violations(ledger.organization.pk) == []


def test_a_revert_that_is_cancelled_leaves_the_rule_in_force(ledger: Ledger) -> None:
    run = went_live(ledger)
    worker = Worker(reverting.plan(run, now=timezone.now()))
    assert ledger.arrives(country="DE").label_campaign_id == 0

    worker.cancel()
    publishing.bring_into_force(ledger.organization.pk, timezone.now())

    assert ledger.arrives(country="DE").label_campaign_id == ledger.spring.pk


def test_setting_a_run_up_again_names_its_clicks_and_none_that_come(ledger: Ledger) -> None:
    ledger.click(country="DE")
    run = went_live(ledger)
    ledger.arrives(country="DE")
    before = ledger.labels()

    ledger.reverted(ledger.reverted(run))

    assert ledger.labels() == before
    assert ledger.arrives(country="DE").label_campaign_id == 0


def test_live_labels_can_be_overridden_and_come_back(ledger: Ledger) -> None:
    run = went_live(ledger)
    click = ledger.arrives(country="DE")
    taken = ledger.taken_from_others(GERMAN)
    assert ledger.labels() == ids([click], "Summer")

    ledger.reverted(taken)

    assert ledger.labels() == ids([click], "Spring")
    assert ledger.labels(run.number) == ids([click], "Spring")


def test_what_caught_up_is_reverted_with_its_run_only(ledger: Ledger) -> None:
    worker = Worker(ledger.planned(GERMAN, goes_live=True))
    ledger.arrives(country="DE")
    run = worker.finish()
    second = ledger.caught_up(run)

    with pytest.raises(NotDone, match="revert that one"):
        reverting.plan(second, now=timezone.now())
    ledger.reverted(run)

    assert ledger.labels() == {}


def test_the_first_campaign_keeps_what_two_want(ledger: Ledger) -> None:
    went_live(ledger)
    went_live(ledger, campaign=ledger.summer)

    assert ledger.arrives(country="DE").label_campaign_id == ledger.spring.pk


@pytest.mark.parametrize("stop", [editing.pause, editing.archive])
def test_a_campaign_that_was_stopped_meanwhile_gets_its_history_and_nothing_that_comes(
    ledger: Ledger, stop: Callable[..., object]
) -> None:
    click = ledger.click(country="FR")
    live(ledger.spring, GERMANS)
    stop(ledger.spring.pk, user=None)

    run = ledger.applied(country("FR"), goes_live=True)

    assert ledger.labels(run.number) == ids([click], "Spring")
    publishing.bring_into_force(ledger.organization.pk, timezone.now())
    assert ledger.arrives(country="FR").label_campaign_id == 0


def test_only_a_run_that_applies_goes_live(ledger: Ledger) -> None:
    run = done(ledger.planned(GERMAN, policy=Policy.OVERRIDE, goes_live=True))

    assert run.edition.words.endswith("Nothing changed.")
    assert not ledger.reverted(run).goes_live
