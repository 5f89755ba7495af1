"""Which rules label what comes, and the editions that say so."""

from typing import Any

import pytest
from django.utils import timezone

from apps.attribution.ledger import numbers
from apps.attribution.ledger.lock import pen
from apps.attribution.live.publishing import bring_into_force, is_settled, publish_changed, publish_now
from apps.attribution.live.wanted import wanted
from apps.attribution.models import Edition
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from apps.ingress.models import LabelTable
from tests.accounts.make import a_user
from tests.attribution.ledger.make import A_DAY, Ledger, country
from tests.attribution.ledger.workers import Worker
from tests.attribution.make import an_organization_of_its_own
from tests.campaigns.make import a_definition, a_link

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
GERMANS = {"field": "country", "op": "is", "value": "DE"}
CAR = {"field": "utm_source", "op": "is", "value": "汽车"}


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def live(campaign: Campaign, membership: Any = None) -> Campaign:
    """Published and active."""
    campaign.refresh_from_db()
    campaign = editing.save_draft(campaign.pk, a_definition(membership=membership), seen=campaign.revision, user=None)
    editing.publish(campaign.pk, seen=campaign.revision, user=None)
    return editing.activate(campaign.pk, user=None)


def publish(ledger: Ledger) -> bool:
    return bring_into_force(ledger.organization.pk, timezone.now())


def editions(ledger: Ledger) -> list[tuple[int, str]]:
    found = Edition.objects.filter(organization=ledger.organization).order_by("number")
    return list(found.values_list("number", "words"))


def rules(ledger: Ledger, part: str = "lines") -> list[tuple[str, Any]]:
    names = {campaign.pk: campaign.name for campaign in ledger.campaigns}
    return [(names[line["campaign"]], line["rule"]) for line in wanted(ledger.organization.pk)[part]]


def test_an_active_campaign_claims_what_its_membership_says_or_else_what_it_routed(ledger: Ledger) -> None:
    spring, summer = live(ledger.spring, GERMANS), live(ledger.summer)

    routed = {"field": "routed_campaign_id", "op": "is", "value": summer.pk}
    assert rules(ledger) == [(spring.name, GERMANS), (summer.name, routed)]


def test_a_draft_claims_nothing_and_a_paused_campaign_says_what_it_would(ledger: Ledger) -> None:
    live(ledger.summer, GERMANS)
    editing.pause(ledger.summer.pk, user=None)

    assert (rules(ledger), rules(ledger, "paused")) == ([], [("Summer", GERMANS)])


def test_an_archived_campaign_claims_nothing(ledger: Ledger) -> None:
    live(ledger.summer, GERMANS)
    editing.archive(ledger.summer.pk, user=None)

    assert (rules(ledger), rules(ledger, "paused")) == ([], [])


def test_campaigns_claim_by_their_priority(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    live(ledger.summer, CAR)
    Campaign.objects.filter(pk=ledger.summer.pk).update(priority=1)

    assert rules(ledger) == [("Summer", CAR), ("Spring", GERMANS)]


def test_keys_of_campaigns_and_of_their_links_are_known(ledger: Ledger) -> None:
    a_link(ledger.organization, key="Led-To-It", campaign=ledger.spring)
    a_link(ledger.organization, key="plain")

    keys = wanted(ledger.organization.pk)["keys"]

    assert {"led-to-it", ledger.spring.key.lower()} <= set(keys)
    assert "plain" not in keys


def test_a_campaign_that_goes_live_makes_an_edition_that_says_so(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)

    assert publish(ledger)
    assert not publish(ledger)

    assert editions(ledger) == [(1, "New clicks are named Spring where country is Germany.")]
    table = LabelTable.objects.get(organization_id=ledger.organization.pk)
    assert (table.edition, table.document) == (1, wanted(ledger.organization.pk))


def test_changes_are_told_in_words(ledger: Ledger) -> None:
    spring = live(ledger.spring, GERMANS)
    publish(ledger)
    live(spring, CAR)
    publish(ledger)
    editing.pause(spring.pk, user=None)
    publish(ledger)

    assert [words for _, words in editions(ledger)[1:]] == [
        "New clicks are named Spring where UTM source is 汽车, no longer where country is Germany.",
        "New clicks are no longer named Spring where UTM source is 汽车.",
    ]


def test_clicks_that_a_campaign_routed_are_told_so(ledger: Ledger) -> None:
    live(ledger.summer)

    publish(ledger)

    assert editions(ledger) == [(1, "New clicks are named Summer where it routed them.")]


def test_the_edition_says_who_did_it_when_it_was_one_campaign(ledger: Ledger) -> None:
    alice = a_user()
    spring = live(ledger.spring, GERMANS)
    publish(ledger)
    editing.pause(spring.pk, user=alice)
    publish(ledger)

    found = Edition.objects.filter(organization=ledger.organization).order_by("number")
    assert [edition.created_by for edition in found] == [None, alice]


def test_what_names_no_other_clicks_makes_no_edition(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    publish(ledger)
    a_link(ledger.organization, key="second", campaign=ledger.spring)

    assert publish(ledger)

    assert len(editions(ledger)) == 1
    assert [table.edition for table in LabelTable.objects.filter(organization_id=ledger.organization.pk)] == [1, 1]


def test_an_organization_without_campaigns_publishes_nothing() -> None:
    assert not bring_into_force(an_organization_of_its_own().pk, timezone.now())


def test_a_run_on_its_way_is_waited_for(ledger: Ledger) -> None:
    ledger.click()
    worker = Worker(ledger.planned())
    live(ledger.spring, GERMANS)

    assert not publish(ledger)
    worker.finish()
    publish(ledger)

    assert [number for number, _ in editions(ledger)] == [1, 2]


def test_a_run_takes_a_number_that_no_edition_has(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    publish(ledger)
    ledger.click()

    assert ledger.applied().number == 2
    assert numbers.newest(ledger.organization.pk) == 2


def test_labels_are_written_under_the_newest_edition(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    publish(ledger)
    ledger.click(country="FR")
    ledger.applied(country("FR"), campaign=ledger.summer)

    event = ledger.arrives(country="DE")

    assert (event.label_campaign_id, event.label_edition) == (ledger.spring.pk, 2)


def test_the_beat_publishes_what_changed_and_leaves_others_their_time(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)
    with pen(ledger.organization.pk):
        pass
    now = timezone.now()

    assert publish_changed(now) >= 1
    assert publish_changed(now) == 0
    assert publish_changed(now + A_DAY, everything=True) == 0


def test_who_needs_the_rules_now_publishes_them_once(ledger: Ledger) -> None:
    live(ledger.spring, GERMANS)

    publish_now(ledger.organization.pk, timezone.now())
    publish_now(ledger.organization.pk, timezone.now())

    assert len(editions(ledger)) == 1


def test_every_store_task_labels_by_it_after_some_seconds(ledger: Ledger) -> None:
    now = timezone.now()
    assert is_settled(ledger.organization.pk, now)
    live(ledger.spring, GERMANS)
    publish(ledger)

    assert not is_settled(ledger.organization.pk, timezone.now())
    assert is_settled(ledger.organization.pk, timezone.now() + A_DAY)
