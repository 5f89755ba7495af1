"""The demo's campaigns: live, with a history, and their clicks went where their rules say."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.models import Organization
from apps.analytics.demo.campaigns import CAMPAIGNS, plans_of
from apps.analytics.demo.organization import KEY, LINKS, found
from apps.analytics.demo.traffic import Shop, Traffic
from apps.campaigns.definition import parse
from apps.campaigns.models import Campaign, Link
from apps.ingress.destination import parse as parse_destination
from apps.ingress.enrich.networks import Networks
from apps.ingress.enrich.places import load_places
from apps.ingress.enrich.snapshot import builtin_tables
from apps.ingress.event import Event
from apps.ingress.plans.trace import trace
from stack.environment import COUNTRIES
from tests.accounts.make import an_organization
from tests.campaigns.make import a_link

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.fixture
def demo() -> Organization:
    return found(timezone.now(), password="x", staff=False)


def clicks(organization: Organization, count: int) -> list[Event]:
    """Those that followed a link of a campaign."""
    plans = plans_of(organization)
    default = parse_destination(organization.default_destination)
    keys = {link.key: (link.pk, default) for link in Link.objects.filter(organization=organization)}
    shop = Shop(organization.pk, 730, "https://go.example.com", organization.safe_url, default, keys, plans)
    tables = replace(builtin_tables(), places=load_places(str(COUNTRIES)), networks=Networks(()))
    made = Traffic(shop, NOW, ZoneInfo("Europe/Berlin"), tables, seed=1).events(count)
    return [event for event in made if event.link_key in plans]


def test_the_demo_has_live_campaigns_with_a_history(demo: Organization) -> None:
    campaigns = Campaign.objects.filter(organization=demo)

    assert {campaign.key for campaign in campaigns} == set(CAMPAIGNS)
    assert {(campaign.status, campaign.version.number, campaign.is_published) for campaign in campaigns} == {
        ("active", 2, True)
    }
    assert all(campaign.version.changes for campaign in campaigns)


def test_the_demo_has_its_links_all_the_same(demo: Organization) -> None:
    assert set(demo.links.values_list("key", flat=True)) == {link.key for link in LINKS}


@pytest.mark.parametrize("key", CAMPAIGNS)
def test_a_campaign_of_the_demo_asks_for_what_can_be_known(key: str) -> None:
    assert parse(CAMPAIGNS[key], an_organization())


def test_clicks_went_where_the_rules_say(demo: Organization) -> None:
    plans = {plan.campaign_id: plan for plan in plans_of(demo).values()}

    events = clicks(demo, 3_000)

    assert {event.routed_campaign_id for event in events} == set(plans)
    for event in events:
        told = trace(plans[event.routed_campaign_id], event)
        assert (event.reason, event.rule_id, event.destination_id, event.propensity) == told[:4]


def test_every_destination_is_somebodys(demo: Organization) -> None:
    events = clicks(demo, 3_000)

    seen = {(event.link_key, event.destination_id) for event in events}
    assert seen == {(key, each["id"]) for key, campaign in CAMPAIGNS.items() for each in campaign["destinations"]}
    assert {event.landing_page for event in events} >= {"shop.example.com/quick", "shop.example.com/autumn"}


def test_a_key_that_another_organization_has_is_left_to_it() -> None:
    a_link(an_organization("other"), "demo-search")

    demo = found(timezone.now(), password="x", staff=False)

    assert set(Campaign.objects.values_list("key", flat=True)) == {"demo-social"}
    assert demo.key == KEY
