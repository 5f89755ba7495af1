"""Taking runs back, in any order."""

import pytest
from django.utils import timezone

from apps.attribution.ledger import reverting
from apps.attribution.ledger.orders import revert_now
from apps.attribution.ledger.preview import preview
from apps.attribution.models import Edition, Policy
from tests.attribution.ledger.make import MONDAY, Ledger, country
from tests.ingress.history import delete_events

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.mark.parametrize("policy", Policy)
def test_reverting_leaves_the_labels_as_they_were(ledger: Ledger, policy: Policy) -> None:
    german, french = ledger.click(country="DE"), ledger.click(country="FR")
    ledger.applied(country("DE"))
    before = ledger.labels()

    run = ledger.applied(campaign=ledger.summer, policy=policy)
    revert = ledger.reverted(run)

    assert ledger.labels() == before == {german.event_id: "Spring"}
    assert ledger.labels(run.number)[french.event_id] == "Summer"
    assert ledger.hourly() == {"Spring": 1}
    assert revert.edition.kind == Edition.Kind.REVERTED


def test_nothing_is_deleted(ledger: Ledger) -> None:
    click = ledger.click()
    ledger.reverted(ledger.applied())

    assert ledger.entries() == [
        (click.event_id, ledger.spring.pk, -1, 2),
        (click.event_id, ledger.spring.pk, 1, 1),
    ]


def test_what_was_taken_by_a_later_run_stays_with_it(ledger: Ledger) -> None:
    click = ledger.click()
    first = ledger.applied()
    ledger.taken_from_others()

    ledger.reverted(first)

    assert ledger.labels() == {click.event_id: "Summer"}


def test_what_was_taken_does_not_go_back_to_a_run_that_was_reverted_too(ledger: Ledger) -> None:
    ledger.click()
    first = ledger.applied()
    second = ledger.taken_from_others()
    ledger.reverted(first)

    ledger.reverted(second)

    assert ledger.labels() == {}


def test_it_goes_back_all_the_same_when_the_first_is_reverted_last(ledger: Ledger) -> None:
    click = ledger.click()
    first = ledger.applied()
    second = ledger.taken_from_others()

    ledger.reverted(second)
    assert ledger.labels() == {click.event_id: "Spring"}
    ledger.reverted(first)

    assert ledger.labels() == {}


def test_of_several_layers_the_newest_that_stands_shows() -> None:
    ledger = Ledger("Spring", "Summer", "Autumn", "Winter")
    click = ledger.click()
    runs = [ledger.applied(campaign=campaign, policy=Policy.OVERRIDE) for campaign in ledger.campaigns]
    _, summer, autumn, winter = runs

    ledger.reverted(winter)
    assert ledger.labels() == {click.event_id: "Autumn"}
    ledger.reverted(summer)
    ledger.reverted(autumn)
    assert ledger.labels() == {click.event_id: "Spring"}


def test_reverting_twice_is_reverting_once(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.applied()
    ledger.reverted(run)
    entries = ledger.entries()

    again = ledger.reverted(run)

    assert ledger.entries() == entries
    assert again.edition.words.endswith("Nothing changed.")


def test_reverting_the_revert_sets_the_run_up_again(ledger: Ledger) -> None:
    click = ledger.click()
    revert = ledger.reverted(ledger.applied())

    ledger.reverted(revert)

    assert ledger.labels() == {click.event_id: "Spring"}


def test_a_campaign_that_was_taken_from_twice_gets_back_what_was_its_own(ledger: Ledger) -> None:
    german, french = ledger.click(country="DE"), ledger.click(country="FR")
    ledger.applied(country("DE"))
    ledger.taken_from_others(country("DE"))
    back = ledger.applied(policy=Policy.OVERRIDE)
    assert set(ledger.labels().values()) == {"Spring"}

    ledger.reverted(back)

    assert ledger.labels() == {german.event_id: "Summer"}
    assert french.event_id not in ledger.labels()


def test_the_preview_of_a_revert_is_its_result(ledger: Ledger) -> None:
    for code in ("DE", "FR"):
        ledger.click(country=code)
    ledger.applied(country("DE"))
    run = ledger.taken_from_others()
    foreseen = preview(revert_now(run))

    revert = ledger.reverted(run)

    assert revert.counts == foreseen.counts
    assert foreseen.counts == {"gained": {str(ledger.spring.pk): 1}, "taken": {str(ledger.summer.pk): 2}}
    assert foreseen.by_day == {MONDAY.date(): 2}
    assert foreseen.entries == 3


def test_a_run_is_reverted_although_its_clicks_are_gone(ledger: Ledger) -> None:
    ledger.click()
    run = ledger.applied()
    delete_events("organization_id = {o:UInt32}", o=ledger.organization.pk)
    assert ledger.hourly() == {"Spring": 1}

    ledger.reverted(run)

    assert (ledger.labels(), ledger.hourly()) == ({}, {})


def test_only_what_is_done_can_be_reverted(ledger: Ledger) -> None:
    with pytest.raises(reverting.NotDone, match="planned"):
        reverting.plan(ledger.planned(), now=timezone.now())
