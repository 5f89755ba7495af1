"""Which caps are in force, and how much of each is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Organization
from apps.campaigns.caps import caps_in_force
from apps.campaigns.models import Campaign, Status
from apps.ingress.event import Kind
from apps.ingress.plans.caps import Cap, Of, Per
from tests.accounts.make import an_organization
from tests.analytics.make import a_click, stored
from tests.campaigns.cap_cast import (
    DESTINATION,
    HOUR,
    NO_RULE,
    NOON,
    NOON_MS,
    RULE,
    a_campaign,
    a_conversion,
    a_document,
    a_limit,
    clicks,
    ids,
    stored_counts,
)
from tests.ingress.make import an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def acme() -> Organization:
    return an_organization("acme", id=an_organization_id())


# Which there are


def test_caps_of_campaigns_rules_and_destinations_are_found(
    acme: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    campaign = a_campaign(
        acme,
        a_document(
            "Europe/Berlin",
            campaign=[a_limit(1), a_limit(2, "conversions", "ever")],
            rule=[a_limit(3)],
            destination=[a_limit(4)],
        ),
    )

    with django_assert_num_queries(2):
        in_force = caps_in_force()
    with django_assert_num_queries(1):
        assert caps_in_force() == in_force, "documents are read once"

    since_ms = NOON_MS - 86_400_000
    assert {(each.cap, each.organization_id, each.since_ms) for each in in_force} == {
        (Cap(campaign.pk, owner_id, of, per, limit, "Europe/Berlin"), acme.pk, since_ms)
        for owner_id, of, per, limit in (
            (0, Of.CLICKS, Per.DAY, 1),
            (0, Of.CONVERSIONS, Per.EVER, 2),
            (RULE, Of.CLICKS, Per.DAY, 3),
            (DESTINATION, Of.CLICKS, Per.DAY, 4),
        )
    }


def test_what_is_published_counts_and_not_what_is_being_written(acme: Organization) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(1)]))
    campaign.draft = a_document(campaign=[a_limit(2)], rule=[a_limit(3)])
    campaign.save()

    assert [each.cap.limit for each in caps_in_force()] == [1]


def test_a_campaign_that_is_not_published_or_archived_has_no_caps(acme: Organization) -> None:
    Campaign.objects.create(organization=acme, name="New", draft=a_document(campaign=[a_limit(5)]))
    a_campaign(acme, a_document(campaign=[a_limit(6)]), status=Status.PAUSED)
    a_campaign(acme, a_document(campaign=[a_limit(7)]), status=Status.ARCHIVED)

    assert [each.cap.limit for each in caps_in_force()] == [6]


def test_without_campaigns_there_are_no_caps() -> None:
    assert caps_in_force() == ()


# Clicks


def test_clicks_are_counted_for_the_campaign_the_rule_and_the_destination(acme: Organization) -> None:
    limit = [a_limit(10)]
    campaign = a_campaign(acme, a_document(campaign=limit, rule=limit, destination=limit))
    clicks(campaign, 3)
    clicks(campaign, 2, rule_id=NO_RULE)
    clicks(campaign, 4, destination_id=9)

    assert stored_counts() == [9, 7, 5]


def test_only_clicks_of_people_that_were_sent_to_a_destination_count(acme: Organization) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10)]))
    clicks(campaign, 1)
    clicks(campaign, 1, kind=Kind.BOT)
    clicks(campaign, 1, kind=Kind.PREFETCH)
    clicks(campaign, 1, rule_id=0, destination_id=0, reason="full")

    assert stored_counts() == [1]


def test_a_click_of_another_campaign_is_not_this_one_s(acme: Organization) -> None:
    one = a_campaign(acme, a_document(rule=[a_limit(10)]))
    other = a_campaign(acme, a_document(rule=[a_limit(10)]))
    clicks(one, 2)
    clicks(other, 3)
    stored(a_click(NOON, organization=acme.pk))

    assert stored_counts() == [2, 3]


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("UTC", NOON, 3),
        ("America/Los_Angeles", NOON, 2),
        ("Asia/Kolkata", NOON, 5),
        ("Asia/Tokyo", NOON + 4 * HOUR, 0),
    ],
)
def test_a_day_is_that_of_the_campaign_s_zone(acme: Organization, zone: str, now: datetime, today: int) -> None:
    """Clicks at 20 o'clock UTC (2), at three (1) and at ten (2); midnight is at 8:00, 18:30 and 15:00 UTC."""
    campaign = a_campaign(acme, a_document(zone, campaign=[a_limit(10)]))
    clicks(campaign, 2, NOON - 16 * HOUR)
    clicks(campaign, 1, NOON - 9 * HOUR)
    clicks(campaign, 2, NOON - 2 * HOUR)

    assert stored_counts(now) == [today]


def test_a_day_of_25_hours_is_counted_whole(acme: Organization) -> None:
    campaign = a_campaign(acme, a_document("Europe/Berlin", campaign=[a_limit(10)]))
    begins = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for at in (begins - timedelta(milliseconds=1), begins, begins + 25 * HOUR - timedelta(milliseconds=1)):
        clicks(campaign, 1, at)
    clicks(campaign, 5, begins + 25 * HOUR)

    assert stored_counts(begins + 12 * HOUR) == [2]


def test_what_counts_for_ever_counts_since_the_campaign_began(acme: Organization) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10, per="ever")]))
    clicks(campaign, 2, NOON - 20 * HOUR)
    clicks(campaign, 3)

    assert stored_counts() == [5]


# Conversions


def test_conversions_count_less_what_was_rejected(acme: Organization) -> None:
    limit = [a_limit(10, "conversions")]
    campaign = a_campaign(acme, a_document(campaign=limit, rule=limit, destination=limit))
    a_conversion(campaign)
    a_conversion(campaign, rule_id=NO_RULE)
    a_conversion(campaign, conversion_id=(rejected := next(ids)))
    a_conversion(campaign, conversion_id=rejected, change=2, sign=-1, conversions=-1, sales=-1)
    a_conversion(campaign, NOON - 24 * HOUR)

    assert stored_counts() == [2, 1, 2]


def test_conversions_of_other_campaigns_and_orphans_count_for_nobody(acme: Organization) -> None:
    campaign = a_campaign(acme, a_document(campaign=[a_limit(10, "conversions")]))
    a_conversion(campaign, routed_campaign_id=0, rule_id=0, destination_id=0)
    a_conversion(campaign, routed_campaign_id=campaign.pk + 1)

    assert stored_counts() == [0]
