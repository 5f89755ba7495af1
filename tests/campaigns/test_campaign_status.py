"""Draft, active, paused, archived: from where to where."""

import pytest

from apps.campaigns import editing
from apps.campaigns.editing import NotPossible
from apps.campaigns.models import Campaign, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_definition

pytestmark = pytest.mark.django_db


def test_a_campaign_goes_live_only_when_something_is_published() -> None:
    campaign = a_campaign(make.an_organization())
    with pytest.raises(NotPossible, match="Nothing is published"):
        editing.activate(campaign.pk, user=None)

    editing.publish(campaign.pk, seen=1, user=None)

    assert editing.activate(campaign.pk, user=None).status == Status.ACTIVE


def test_a_live_campaign_is_paused_resumed_archived_and_taken_back() -> None:
    alice = make.alice()
    campaign = a_campaign(alice.organization, live=True)

    steps = (editing.pause, editing.resume, editing.archive, editing.unarchive)
    found = [step(campaign.pk, user=alice.user).status for step in steps]

    assert found == ["paused", "active", "archived", "paused"]
    assert Campaign.objects.get().status_by == alice.user


def test_doing_it_twice_is_doing_it_once() -> None:
    campaign = a_campaign(make.an_organization(), live=True)

    first = editing.pause(campaign.pk, user=None)
    again = editing.pause(campaign.pk, user=None)

    assert first.status_at == again.status_at


def test_a_live_campaign_does_not_come_from_the_archive() -> None:
    campaign = a_campaign(make.an_organization(), live=True)

    with pytest.raises(NotPossible, match="Only an archived"):
        editing.unarchive(campaign.pk, user=None)


@pytest.mark.parametrize("step", [editing.pause, editing.resume])
def test_a_draft_is_neither_paused_nor_resumed(step) -> None:  # type: ignore[no-untyped-def]
    campaign = a_campaign(make.an_organization())

    with pytest.raises(NotPossible, match="Only a"):
        step(campaign.pk, user=None)


def test_an_archived_campaign_is_not_edited_nor_published() -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    editing.archive(campaign.pk, user=None)

    with pytest.raises(NotPossible, match="archived"):
        editing.save_draft(campaign.pk, a_definition(zone="UTC"), seen=1, user=None)
    with pytest.raises(NotPossible, match="archived"):
        editing.publish(campaign.pk, seen=1, user=None)


def test_a_draft_that_was_archived_comes_back_as_a_draft() -> None:
    campaign = a_campaign(make.an_organization())
    editing.archive(campaign.pk, user=None)

    assert editing.unarchive(campaign.pk, user=None).status == Status.DRAFT
