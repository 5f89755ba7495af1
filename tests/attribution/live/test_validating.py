"""Labels are asked again: of all events in ClickHouse, of some in Python, and what differs is named."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.attribution import tasks
from apps.attribution.ledger import running
from apps.attribution.live.checking import check_day
from apps.attribution.live.publishing import bring_into_force
from apps.attribution.live.validating import Checked, check
from apps.attribution.models import LabelCheck
from apps.ingress.warehouse import connection
from tests.accounts.make import signed_in, staff
from tests.attribution.ledger.make import MONDAY, Ledger, country
from tests.attribution.live.test_publishing import CAR, GERMANS, live

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(0))


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger("Spring", "Summer", "Autumn")
    live(ledger.spring, GERMANS)
    live(ledger.summer)
    live(ledger.campaigns[2], CAR)
    bring_into_force(ledger.organization.pk, timezone.now())
    return ledger


def arrived(ledger: Ledger) -> None:
    ledger.arrives(country="DE", routed_campaign_id=ledger.summer.pk)
    ledger.arrives(country="FR", routed_campaign_id=ledger.summer.pk)
    ledger.arrives(country="FR", utm_source="汽车")
    ledger.arrives(country="FR")


def test_labels_that_are_right_agree_in_both(ledger: Ledger) -> None:
    arrived(ledger)

    assert check(ledger.organization.pk, MONDAY.date()) == Checked(events=4, read_again=4)


def test_labels_of_earlier_editions_are_asked_by_the_rules_of_those(ledger: Ledger) -> None:
    arrived(ledger)
    live(ledger.spring, CAR)
    bring_into_force(ledger.organization.pk, timezone.now())
    arrived(ledger)

    assert check(ledger.organization.pk, MONDAY.date()) == Checked(events=8, read_again=8)


def test_labels_of_a_run_that_went_live_agree(ledger: Ledger) -> None:
    ledger.applied(country("FR"), goes_live=True, campaign=ledger.spring)
    arrived(ledger)

    assert check(ledger.organization.pk, MONDAY.date()) == Checked(events=4, read_again=4)


def test_a_label_that_is_wrong_is_found_by_both_and_named(ledger: Ledger) -> None:
    arrived(ledger)
    wrong = ledger.arrives(country="FR")
    connection.client().execute(
        f"ALTER TABLE events UPDATE label_campaign_id = {ledger.spring.pk} WHERE event_id = {wrong.event_id}",
        settings={"mutations_sync": 1},
    )

    found = check(ledger.organization.pk, MONDAY.date())

    assert (found.events, found.disagreements, set(found.examples)) == (5, 2, {wrong.event_id})


def test_events_of_before_there_were_rules_are_not_asked_about(ledger: Ledger) -> None:
    ledger.click(country="DE")

    assert check(ledger.organization.pk, MONDAY.date()) == Checked()


def test_every_night_yesterday_is_checked_and_the_answer_kept(ledger: Ledger) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    ledger.arrives(yesterday, country="DE")

    assert (tasks.check_labels(), tasks.check_labels()) == (0, 0)

    kept = LabelCheck.objects.get(organization=ledger.organization)
    assert (kept.day, kept.events, kept.disagreements) == (yesterday.date(), 1, 0)


def test_staff_see_what_disagrees(ledger: Ledger, client: Client) -> None:
    arrived(ledger)
    check_day(MONDAY.date(), timezone.now())
    LabelCheck.objects.filter(organization=ledger.organization).update(disagreements=2, examples=["17"])

    page = signed_in(client, staff()).get("/system/labels").content.decode()

    assert ledger.organization.name in page
    assert "2 disagree" in page
    assert "17" in page
