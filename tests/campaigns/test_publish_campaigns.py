"""Campaigns on their way down: all of what belongs together at once, never an older version over a newer one, whatever is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Link
from apps.campaigns.publish import publish_changed, publish_everything, published_campaigns
from apps.campaigns.tasks import COMPARED, RECENT, publish_routes
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from tests.accounts.make import an_organization
from tests.campaigns.make import a_campaign, a_definition, in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_broker() -> Iterator[None]:
    broker().delete(*routes.KEYS, COMPARED)
    yield
    broker().delete(*routes.KEYS, COMPARED)


@pytest.fixture
def acme() -> Organization:
    organization = an_organization("acme")
    publish_everything()
    return organization


@pytest.fixture
def follower(tmp_path_factory: pytest.TempPathFactory) -> Follower:
    return Follower(RouteTable(), broker(), tmp_path_factory.mktemp("routes"))


def published(campaign: Campaign) -> dict[str, Any]:
    """What the ingress processes are told about the campaign; empty when nothing."""
    name = f"campaign:{campaign.pk}"
    document: dict[str, Any] = routes.published(broker(), [name]).get(name, {})
    return document


def test_a_published_campaign_is_in_force_with_its_links(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        campaign = a_campaign(acme, "spring", live=True)

    assert published(campaign) == {
        "organization_id": acme.pk,
        "key": "spring",
        "version": 1,
        "status": "active",
        "document": a_definition(),
    }
    link = Link.objects.get()
    assert in_force("spring") == {
        "organization_id": acme.pk,
        "link_id": link.pk,
        "campaign_id": campaign.pk,
        "destination": "",
        "paused": False,
    }


def test_what_belongs_together_is_one_publication(acme: Organization) -> None:
    campaign = a_campaign(acme, "spring", live=True)
    before = broker().get(routes.NUMBER)

    publish_changed(campaign.links.all(), [acme], published_campaigns())

    changed = broker().zrangebyscore(routes.CHANGES, f"({before.decode()}", "+inf", withscores=True)
    assert {name for name, _ in changed} == {f"campaign:{campaign.pk}".encode(), b"link:spring"}
    assert len({number for _, number in changed}) == 1


def test_a_campaign_without_a_version_is_not_in_force_but_its_link_is_known(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        campaign = a_campaign(acme, "spring")

    assert published(campaign) == {}
    assert in_force("spring")["campaign_id"] == campaign.pk


def test_saving_a_draft_puts_nothing_in_force(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        campaign = a_campaign(acme, live=True)
        editing.save_draft(campaign.pk, a_definition(sticky="address"), seen=1, user=None)
    publish_everything()

    assert published(campaign)["document"]["sticky"] == "visitor"


def test_a_change_of_status_is_in_force(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        campaign = a_campaign(acme, live=True)
        editing.pause(campaign.pk, user=None)

    assert published(campaign)["status"] == "paused"


def test_a_transaction_that_fails_puts_nothing_in_force(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    campaign = a_campaign(acme)

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(editing.ChangedMeanwhile):
        editing.publish(campaign.pk, seen=7, user=None)

    assert published(campaign) == {}


def test_an_ingress_process_follows(acme: Organization, follower: Follower) -> None:
    campaign = a_campaign(acme, "spring", live=True)

    publish_everything()
    follower.follow_once()

    assert follower.table.campaigns[campaign.pk].version == 1
    assert follower.table.links["spring"].campaign_id == campaign.pk


def test_with_redis_away_publishing_works_and_the_beat_puts_it_in_force(
    acme: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    publish_routes()
    with redis_away(), django_capture_on_commit_callbacks(execute=True):
        campaign = a_campaign(acme, live=True)
    assert published(campaign) == {}

    publish_routes()

    assert published(campaign)["status"] == "active"


def test_what_changed_in_a_long_outage_of_redis_is_put_in_force_by_the_next_round(acme: Organization) -> None:
    campaign, long_ago = a_campaign(acme, live=True), timezone.now() - timedelta(hours=3)
    Campaign.objects.update(updated_at=long_ago)
    Link.objects.update(updated_at=long_ago)
    broker().set(COMPARED, (long_ago - timedelta(minutes=1)).isoformat())

    publish_routes()

    assert published(campaign)
    assert in_force(campaign.key)


def test_a_round_looks_at_what_changed_lately_only(acme: Organization) -> None:
    publish_routes()
    campaign = a_campaign(acme, live=True)
    Campaign.objects.update(updated_at=timezone.now() - RECENT - timedelta(minutes=1))

    publish_routes()
    assert published(campaign) == {}

    publish_routes(everything=True)
    assert published(campaign)


def test_a_flushed_redis_gets_every_campaign_back(acme: Organization) -> None:
    campaign = a_campaign(acme, live=True)
    Campaign.objects.update(updated_at=timezone.now() - timedelta(days=30))
    broker().delete(*routes.KEYS)

    publish_routes()

    assert published(campaign)


def test_a_deleted_campaign_is_withdrawn(acme: Organization) -> None:
    campaign = a_campaign(acme, live=True)
    publish_everything()

    Link.objects.all().delete()
    Campaign.objects.all().delete()
    publish_everything()

    assert published(campaign) == {}


@pytest.mark.parametrize("publish", [publish_everything, lambda: publish_changed([], [], published_campaigns())])
def test_whoever_read_an_older_version_does_not_leave_it_in_force(
    acme: Organization, publish: Callable[[], int]
) -> None:
    campaign = a_campaign(acme, live=True)
    publish_everything()
    asked: list[str] = []

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Between our reading and our publishing, somebody else publishes a newer version."""
        answer = execute(sql, *rest)
        if not asked and 'FROM "campaigns_campaign"' in sql:
            asked.append(sql)
            a_newer_version(campaign)
            publish_changed([], [], published_campaigns())
        return answer

    editing.pause(campaign.pk, user=None)
    with connection.execute_wrapper(meanwhile):
        publish()

    assert (published(campaign)["version"], published(campaign)["status"]) == (2, "paused")


def test_publishing_everything_again_publishes_nothing(acme: Organization) -> None:
    a_campaign(acme, live=True)

    assert publish_everything() == 2
    assert publish_everything() == 0


def test_publishing_asks_as_often_for_many_campaigns_as_for_one(
    acme: Organization, django_assert_num_queries: Any
) -> None:
    a_campaign(acme, live=True)
    with django_assert_num_queries(6):
        publish_everything()
    for _ in range(5):
        a_campaign(acme, live=True)

    with django_assert_num_queries(6):
        publish_everything()


def a_newer_version(campaign: Campaign) -> None:
    editing.save_draft(campaign.pk, a_definition(sticky="address"), seen=1, user=None)
    editing.publish(campaign.pk, seen=2, user=None)


@contextmanager
def redis_away() -> Iterator[None]:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        broker.cache_clear()
        yield
    broker.cache_clear()
