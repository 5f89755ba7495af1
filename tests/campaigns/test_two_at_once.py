"""Two people on one campaign in the same moment, each with a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.editing import ChangedMeanwhile
from apps.campaigns.models import Campaign, CampaignVersion, Link
from tests.accounts.make import a_user, an_organization
from tests.campaigns.make import a_campaign, a_definition

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 4


@pytest.fixture
def acme() -> Organization:
    return an_organization("acme")


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What each of four gets, or the error that each meets."""
    together = Barrier(PEOPLE)

    def one(number: int) -> Any:
        together.wait()
        try:
            return act(number)
        except (ChangedMeanwhile, ValidationError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as people:
        return list(people.map(one, range(PEOPLE)))


def test_of_those_who_save_one_is_first_and_the_others_are_told(acme: Organization) -> None:
    campaign, people = a_campaign(acme), [a_user() for _ in range(PEOPLE)]
    zones = ("UTC", "Asia/Tokyo", "Europe/Paris", "Europe/Rome")

    found = at_once(lambda n: editing.save_draft(campaign.pk, a_definition(zone=zones[n]), seen=1, user=people[n]))

    (saved,) = (each for each in found if isinstance(each, Campaign))
    told = [each for each in found if isinstance(each, ChangedMeanwhile)]
    campaign.refresh_from_db()
    assert (campaign.revision, campaign.draft) == (2, saved.draft)
    assert [(each.campaign.draft, each.who) for each in told] == [(saved.draft, str(saved.edited_by))] * (PEOPLE - 1)


def test_of_those_who_publish_all_get_the_one_version(acme: Organization) -> None:
    campaign = a_campaign(acme)

    found = at_once(lambda n: editing.publish(campaign.pk, seen=1, user=None))

    assert set(found) == {CampaignVersion.objects.get()}


def test_of_those_who_want_a_key_one_gets_it(acme: Organization) -> None:
    found = at_once(lambda n: editing.new_campaign(acme, None, f"Campaign {n}", key="spring"))

    refused = [each for each in found if isinstance(each, ValidationError)]
    assert [set(each.message_dict) for each in refused] == [{"key"}] * (PEOPLE - 1)
    assert (Campaign.objects.count(), Link.objects.count()) == (1, 1)


def test_a_campaign_and_a_link_that_want_one_key_do_not_both_get_it(acme: Organization) -> None:
    other = a_campaign(acme, "other")

    def act(number: int) -> object:
        if number % 2:
            return editing.new_campaign(acme, None, "Spring", key="spring")
        return editing.add_link(other.pk, user=None, name="Spring", key="spring")

    found = at_once(act)

    assert sum(isinstance(each, ValidationError) for each in found) == PEOPLE - 1
    assert Campaign.objects.filter(key="spring").exists() == (Link.objects.get(key="spring").campaign_id != other.pk)
