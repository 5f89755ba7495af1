"""What a run writes at a time: planned once, and the same whatever arrives meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.attribution.ledger import chunks, reverting, running
from apps.attribution.ledger.checking import violations
from apps.attribution.models import Policy
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger, country
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_small_days_of_a_month_are_one_chunk_and_a_large_day_is_several_parts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", 4)
    for day, events in {0: 1, 1: 3, 2: 1, 4: 9, 20: 2, 21: 1}.items():
        for number in range(events):
            ledger.click(MONDAY + day * A_DAY + timedelta(minutes=number))

    found = Worker(ledger.planned(span=(MONDAY, MONDAY + 30 * A_DAY))).chunks()

    assert [(str(chunk), chunk.days, chunk.parts) for chunk in found] == [
        ("2026-11-16-2026-11-17", 2, 1),
        ("2026-11-18", 1, 1),
        ("2026-11-20", 1, 3),
        ("2026-12-06-2026-12-07", 2, 1),
    ]
    assert [chunk.words for chunk in found][:2] == ["16 to 17 November 2026", "18 November 2026"]


def test_chunks_are_no_larger_than_what_memory_holds_of_labels(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", 10)
    monkeypatch.setattr(chunks, "PIECE_EVENTS", 2)
    for number in range(4):
        ledger.click(MONDAY + number * A_DAY, country="DE" if number else "FR")

    found = Worker(ledger.planned(country("DE"))).chunks()

    assert [(chunk.first.day, chunk.last.day, chunk.days) for chunk in found] == [(16, 17, 1), (18, 19, 2)]


def test_what_was_on_its_way_when_chunks_were_planned_is_named_as_well(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", 1)
    ledger.click(MONDAY + A_DAY)
    run = ledger.planned()
    worker = Worker(run)
    worker.job.cursor = running.do_slice(worker.job, None)
    clicks = [ledger.click(MONDAY + number * A_DAY, stored_at=run.created_at) for number in range(3)]

    worker.finish()

    assert {click.event_id for click in clicks} < ledger.labels().keys()
    assert ledger.hourly() == {"Spring": 4}
    assert violations(ledger.organization.pk) == []


def test_a_chunk_keeps_its_token_whatever_arrives(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.planned()
    worker = Worker(run)
    cursor = running.do_slice(worker.job, None)
    ledger.click(MONDAY + A_DAY, stored_at=run.created_at)

    assert [str(chunk) for chunk in worker.chunks()] == ["2026-11-16-2026-11-17"]
    assert cursor == {"chunks": [["2026-11-16", "2026-11-16", 1, 1, False]], "posted": 0}
    assert running.do_slice(worker.job, cursor) == {**cursor, "posted": 1}


def test_a_chunk_is_bare_where_nothing_else_was_ever_named(ledger: Ledger) -> None:
    ledger.click()
    ledger.click(MONDAY + A_DAY, country="FR")
    run = ledger.applied()

    assert [chunk.is_bare for chunk in Worker(reverting.plan(run, now=timezone.now())).chunks()] == [True]


@pytest.mark.parametrize("what", ["before", "after", "reverted"])
def test_a_chunk_with_another_label_before_or_after_is_not_bare(ledger: Ledger, what: str) -> None:
    ledger.click()
    if what == "before":
        ledger.applied(campaign=ledger.summer)
    run = ledger.applied(policy=Policy.OVERRIDE)
    if what == "after":
        ledger.taken_from_others()
    if what == "reverted":
        run = ledger.reverted(run)

    assert [chunk.is_bare for chunk in Worker(reverting.plan(run, now=timezone.now())).chunks()] == [False]


def test_a_bare_chunk_is_the_inverse_of_what_was_named(ledger: Ledger) -> None:
    clicks = [ledger.click(MONDAY + number * A_DAY, country="DE", utm_campaign="скидки") for number in range(3)]
    run = ledger.applied()

    ledger.reverted(run)

    assert ledger.entries() == sorted(
        (click.event_id, ledger.spring.pk, sign, edition) for click in clicks for sign, edition in ((-1, 2), (1, 1))
    )
    assert violations(ledger.organization.pk) == []


def test_what_a_run_that_came_to_nothing_named_again_makes_no_chunk_bare(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.applied()
    revert = ledger.reverted(run)
    setting_it_up_again = Worker(reverting.plan(revert, now=timezone.now()))
    setting_it_up_again.write_a_chunk()
    setting_it_up_again.cancel()
    before = ledger.entries()

    again = Worker(reverting.plan(run, now=timezone.now()))
    assert [chunk.is_bare for chunk in again.chunks()] == [False]
    again.finish()

    assert ledger.entries() == before
    assert ledger.labels() == {}
