"""What PostgreSQL itself refuses, whoever asks: versions are written once, and what belongs together stays together."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.campaigns import editing
from apps.campaigns.models import Campaign, CampaignVersion, Link, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_link

pytestmark = pytest.mark.django_db


def test_postgresql_refuses_to_change_a_version() -> None:
    a_campaign(make.an_organization(), live=True)

    for change in ({"document": {}}, {"note": "better"}, {"number": 7}, {"created_at": "2020-01-01T00:00:00Z"}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            CampaignVersion.objects.update(**change)


def test_a_version_forgets_its_author_with_the_person() -> None:
    alice = make.alice()
    campaign = a_campaign(alice.organization)
    editing.publish(campaign.pk, seen=1, user=alice.user)

    alice.user.delete()

    assert CampaignVersion.objects.get().created_by is None


def test_a_version_does_not_get_another_author() -> None:
    campaign = a_campaign(make.an_organization())
    editing.publish(campaign.pk, seen=1, user=make.a_user())

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        CampaignVersion.objects.update(created_by=make.a_user())


def test_postgresql_refuses_to_delete_a_version() -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    Campaign.objects.filter(pk=campaign.pk).update(version=None, status=Status.DRAFT)

    with pytest.raises(DatabaseError, match="goes with its campaign"), a_transaction():
        CampaignVersion.objects.all().delete()


def test_an_organization_is_deleted_with_all_of_its_campaigns() -> None:
    campaign = a_campaign(make.an_organization(), live=True)

    with a_transaction():
        campaign.organization.delete()

    assert not CampaignVersion.objects.exists()
    assert not Link.objects.exists()


def test_a_campaign_with_links_is_not_deleted() -> None:
    campaign = a_campaign(make.an_organization())

    with pytest.raises(IntegrityError):
        campaign.delete()


def test_a_link_belongs_to_the_organization_of_its_campaign() -> None:
    campaign = a_campaign(make.an_organization("acme"))

    with pytest.raises(IntegrityError, match="link_of_its_campaigns_organization"), a_transaction():
        a_link(make.an_organization("other"), campaign=campaign)


def test_what_is_published_of_a_campaign_is_its_own() -> None:
    one, other = a_campaign(make.an_organization(), live=True), a_campaign(make.an_organization(), live=True)

    with pytest.raises(IntegrityError, match="campaign_publishes_its_own"), a_transaction():
        Campaign.objects.filter(pk=one.pk).update(version=other.version)


def test_a_live_campaign_has_a_version() -> None:
    a_campaign(make.an_organization())

    with pytest.raises(IntegrityError, match="campaign_live_is_published"), transaction.atomic():
        Campaign.objects.update(status=Status.ACTIVE)


def test_a_link_leads_somewhere() -> None:
    with pytest.raises(IntegrityError, match="link_leads_somewhere"), transaction.atomic():
        a_link(make.an_organization(), destination="")


@contextmanager
def a_transaction() -> Iterator[None]:
    """With what PostgreSQL asks at its end, though the test's own transaction goes on."""
    with transaction.atomic():
        yield
        connection.check_constraints()
