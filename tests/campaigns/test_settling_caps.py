"""What caps have counted is brought up to what is stored: clicks that went missing on their way, and every conversion."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis

from apps.accounts.models import Organization
from apps.campaigns.cap_tasks import settle_caps
from apps.campaigns.caps import CHECK_DAYS_S, settle
from apps.campaigns.models import CampaignVersion
from apps.ingress.broker import broker
from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_totals import Increment, name_of
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import THE_CAMPAIGN, Of, Per
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.accounts.make import an_organization
from tests.campaigns.cap_cast import (
    NOON_MS,
    RULE,
    a_campaign,
    a_cap,
    a_conversion,
    a_document,
    a_limit,
    clicks,
    ids,
    total,
)
from tests.ingress.make import an_organization_id
from tests.ingress.plans.cap_cast import clean

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def acme() -> Organization:
    return an_organization("acme", id=an_organization_id())


@pytest.fixture
def redis() -> Iterator[Redis]:
    clean(broker())
    yield broker()
    clean(broker())


def test_clicks_that_went_missing_are_put_back_and_more_is_left_alone(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10)], rule=[a_limit(10)]))
    clicks(campaign, 5)
    for owner_id, counted in ((THE_CAMPAIGN, 3), (RULE, 8)):
        cap = a_cap(campaign, owner_id)
        name = name_of(cap, window_of(cap, NOON_MS))
        cap_totals.exchange(redis, f"p{owner_id}", 1, 0, [Increment(name, 0, counted)])

    assert settle(redis, NOON_MS) == 1
    assert (total(campaign), total(campaign, RULE)) == (5, 8)


def test_settling_twice_changes_nothing_the_second_time(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10), a_limit(10, "conversions")]))
    clicks(campaign, 5)
    a_conversion(campaign)

    assert [settle(redis, NOON_MS) for _ in range(2)] == [2, 0]


def test_conversions_are_looked_at_every_time_and_clicks_once_a_minute(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10), a_limit(10, "conversions")]))
    settle(redis, NOON_MS)
    clicks(campaign, 1)
    a_conversion(campaign)

    settle(redis, NOON_MS + 5_000)
    soon = total(campaign), total(campaign, of=Of.CONVERSIONS)
    settle(redis, NOON_MS + CHECK_DAYS_S * 1_000)

    assert (soon, total(campaign)) == ((0, 1), 1)


def test_a_cap_that_is_new_counts_what_came_before_it(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10)]))
    clicks(campaign, 4)
    settle(redis, NOON_MS)

    campaign.version = CampaignVersion.objects.create(
        campaign=campaign, number=2, document=a_document(campaign=[a_limit(10)], rule=[a_limit(10)])
    )
    campaign.save()
    settle(redis, NOON_MS + 5_000)

    assert total(campaign, RULE) == 4


def test_after_a_flush_everything_is_put_back_at_once(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10), a_limit(10, per="ever")]))
    clicks(campaign, 4)
    settle(redis, NOON_MS)

    clean(redis)
    settle(redis, NOON_MS + 1_000)

    assert (total(campaign), total(campaign, per=Per.EVER)) == (4, 4)


def test_a_clock_that_ran_ahead_does_not_keep_anything_from_being_looked_at(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10, per="ever")]))
    settle(redis, NOON_MS + 365 * 86_400_000)
    clicks(campaign, 4)

    settle(redis, NOON_MS)

    assert total(campaign, per=Per.EVER) == 4


def test_a_conversion_that_is_rejected_makes_room_again(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(1, "conversions")]))
    a_conversion(campaign, conversion_id=(sale := next(ids)))
    settle(redis, NOON_MS)
    full = total(campaign, of=Of.CONVERSIONS)

    a_conversion(campaign, conversion_id=sale, change=2, sign=-1, conversions=-1, sales=-1)
    settle(redis, NOON_MS + 5_000)

    assert (full, total(campaign, of=Of.CONVERSIONS)) == (1, 0)


@pytest.mark.usefixtures("clickhouse_away")
def test_without_clickhouse_totals_stay_and_it_is_said(acme: Organization, redis: Redis) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10)]))
    cap = a_cap(campaign)
    cap_totals.exchange(redis, "p", 1, 0, [Increment(name_of(cap, window_of(cap, NOON_MS)), 0, 3)])

    with pytest.raises(WarehouseUnavailable):
        settle(redis, NOON_MS)

    assert total(campaign) == 3


@pytest.mark.usefixtures("redis")
def test_the_task_settles_by_the_clock_of_today(acme: Organization) -> None:
    now = datetime.now(UTC)
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10, per="ever")]))
    clicks(campaign, 2, now)

    assert settle_caps() == 1
    assert settle_caps() == 0


@pytest.mark.usefixtures("redis")
def test_without_any_cap_nobody_is_asked(acme: Organization, clickhouse_away: None) -> None:
    a_campaign(acme, a_document())

    assert settle_caps() == 0
