"""The made-up clicks: believable, and the same each time."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.demo.markets import MARKETS
from apps.analytics.demo.organization import LINKS
from apps.analytics.demo.sources import SOURCES
from apps.analytics.demo.traffic import Shop, Traffic
from apps.analytics.demo.visitors import draw_address, ranges
from apps.ingress.destination import parse
from apps.ingress.enrich.networks import Networks, built_in
from apps.ingress.enrich.places import load_places
from apps.ingress.enrich.snapshot import Tables, builtin_tables
from apps.ingress.event import Event, Kind, Origin, Reason
from stack.environment import COUNTRIES

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
SHOP = Shop(
    organization_id=1,
    retention_days=730,
    ingress_url="https://go.example.com",
    safe_url="https://example.org/not-found",
    default=parse("https://shop.example.com/"),
    links={link.key: (n, parse(link.destination)) for n, link in enumerate(LINKS, start=1)},
)


def traffic(count: int, *, seed: int = 1, now: datetime = NOW) -> list[Event]:
    return list(Traffic(SHOP, now, ZONE, tables(), seed=seed).events(count))


@cache
def tables() -> Tables:
    """As built in, with the geo data that `npm ci` brings for development."""
    return replace(builtin_tables(), places=load_places(str(COUNTRIES)), networks=Networks(built_in()))


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return traffic(20_000)


@pytest.fixture
def people(events: list[Event]) -> list[Event]:
    return [event for event in events if event.kind == Kind.HUMAN]


def day_of(event: Event) -> int:
    """0 is the first of the ninety days."""
    return 89 - (NOW.astimezone(ZONE).date() - event.happened_at.astimezone(ZONE).date()).days


def test_the_same_seed_makes_the_same_clicks() -> None:
    assert traffic(300) == traffic(300)
    assert traffic(300) != traffic(300, seed=2)


def test_there_are_as_many_as_asked_for_in_order_of_time(events: list[Event]) -> None:
    assert len(events) == 20_000
    assert all(a.happened_at <= b.happened_at for a, b in pairwise(events))


def test_every_click_has_an_id_of_its_own(events: list[Event]) -> None:
    assert len({event.event_id for event in events}) == len(events)


def test_they_cover_ninety_days_and_end_now(events: list[Event]) -> None:
    days = {day_of(event) for event in events}

    assert days == set(range(90))
    assert NOW - timedelta(hours=1) < events[-1].happened_at <= NOW


def test_right_after_midnight_there_is_no_click_from_the_future() -> None:
    now = datetime(2026, 11, 21, 23, 0, 1, tzinfo=UTC)

    assert max(event.happened_at for event in traffic(2_000, now=now)) <= now


def test_every_click_is_marked_as_generated(events: list[Event]) -> None:
    assert {event.origin for event in events} == {Origin.DEMO}


def test_every_kind_of_request_occurs_and_most_are_people(events: list[Event]) -> None:
    kinds = Counter(event.kind for event in events)

    assert set(kinds) == set(Kind)
    assert 0.75 < kinds[Kind.HUMAN] / len(events) < 0.9


def test_some_bots_have_no_agent(events: list[Event]) -> None:
    assert any(not event.user_agent for event in events if event.kind == Kind.BOT)


@pytest.mark.skipif(not COUNTRIES.exists(), reason="no geo data: npm ci")
def test_people_are_where_their_market_is(people: list[Event]) -> None:
    countries = Counter(event.country for event in people)

    assert set(countries) >= {market.country for market in MARKETS}
    assert countries["DE"] > 0.2 * len(people)


def test_people_speak_many_languages_on_many_devices(people: list[Event]) -> None:
    assert len({event.language for event in people}) >= 12
    assert {"phone", "tablet", "desktop", "tv", "console"} <= {event.device_type for event in people}
    assert len({(event.device_brand, event.device_model) for event in people}) >= 12


def test_people_come_by_every_kind_of_channel(people: list[Event]) -> None:
    channels = Counter(event.channel for event in people)

    assert len(channels) >= 10
    assert {"Email", "Paid Search", "Organic Search", "Paid Social", "AI Assistants", "Referral", "Direct"} <= set(
        channels
    )


def test_a_campaign_written_in_several_ways_is_one(people: list[Event]) -> None:
    newsletters = [event for event in people if event.utm_campaign == "autumn-sale" and event.utm_medium == "email"]

    assert {event.parameters.get("utm_campaign") for event in newsletters} >= {"autumn-sale", " autumn-sale", None}


def test_ad_clicks_are_known_by_their_ids(people: list[Event]) -> None:
    assert {"google", "microsoft", "meta", "tiktok", "pinterest", "linkedin"} <= {event.ad_network for event in people}


def test_what_was_searched_for_is_kept_where_engines_say_it(people: list[Event]) -> None:
    assert "terracotta pots" in {event.search_term for event in people}


def test_programs_come_from_data_centres(events: list[Event]) -> None:
    programs = [event for event in events if event.user_agent.startswith("python-requests")]

    assert programs
    assert {event.network_kind for event in programs} == {"hosting"}


def test_scrapers_that_look_like_browsers_come_from_data_centres(events: list[Event]) -> None:
    scrapers = [event for event in events if "Chrome/124." in event.user_agent]

    assert scrapers
    assert all("Accept-Language" not in dict(event.headers) for event in scrapers)
    assert {event.network_kind for event in scrapers} == {"hosting"}


@pytest.mark.parametrize("networks", [("203.0.113.0/24",), ("198.18.0.0/15", "192.0.2.0/24")])
def test_an_address_is_drawn_from_its_networks(networks: tuple[str, ...]) -> None:
    drawn = {draw_address(ranges(networks), 7_919 * n << 8 | n) for n in range(200)}

    assert len(drawn) > 50
    assert all(any(ip_address(one) in ip_network(network) for network in networks) for one in drawn)


def test_people_sleep_at_night(people: list[Event]) -> None:
    hours = Counter(event.happened_at.astimezone(ZONE).hour for event in people)

    assert hours[20] > 2 * hours[5]


def test_the_shop_grows(people: list[Event]) -> None:
    weeks = Counter(day_of(event) // 7 for event in people)

    assert weeks[10] > 1.8 * weeks[0]


def test_one_day_stands_out(people: list[Event]) -> None:
    guide = Counter(day_of(event) for event in people if event.link_key == "demo-guide")

    assert guide.most_common(1)[0][0] == 67
    assert guide[67] > 3 * guide[75]


def test_most_visitors_come_once_and_a_few_all_the_time(people: list[Event]) -> None:
    visits = Counter(Counter(event.visitor_id for event in people).values())

    assert visits[1] > visits[2] > visits[3] > 0
    assert max(visits) > 8


def test_a_visitor_is_new_once_and_keeps_the_browser(people: list[Event]) -> None:
    regular, _ = Counter(event.visitor_id for event in people).most_common(1)[0]
    visits = [event for event in people if event.visitor_id == regular]

    assert [event.visitor_is_new for event in visits[1:]] == [False] * (len(visits) - 1)
    assert len({event.user_agent for event in visits}) == 1


def test_campaigns_are_spelled_as_people_spell_them(people: list[Event]) -> None:
    spelled = {event.parameters.get("utm_campaign", "") for event in people}

    assert {"autumn-sale", "Autumn Sale", "autumn_sale", "AutumnSale"} <= spelled


def test_a_partner_without_a_link_can_be_found(people: list[Event]) -> None:
    partner = [event for event in people if event.parameters.get("src", "").startswith("cb-204")]

    assert {event.link_key for event in partner} == {""}
    assert {event.reason for event in partner} == {Reason.ORGANIZATION}
    assert 50 <= min(day_of(event) for event in partner) < 55
    assert any("couponbarn.example" in event.referrer for event in partner)


def test_the_partner_s_traffic_is_worth_finding(people: list[Event]) -> None:
    last_week = [event for event in people if day_of(event) >= 83]
    partner = [event for event in last_week if "src" in event.parameters]

    assert len(partner) > 0.05 * len(last_week)


def test_refused_clicks_got_the_safe_page(events: list[Event]) -> None:
    refused = [event for event in events if event.reason in (Reason.PAUSED, Reason.UNVERIFIED, Reason.UNKNOWN_KEY)]

    assert refused
    assert {event.destination for event in refused} == {SHOP.safe_url}


def test_an_event_agrees_with_itself(events: list[Event]) -> None:
    for event in islice(events, 500):
        headers = dict(event.headers)
        assert headers.get("User-Agent", "") == event.user_agent
        assert headers.get("Referer", "") == event.referrer
        assert event.path == (f"/in/{event.link_key}" if event.link_key else "/in")


def test_every_source_of_a_link_names_a_link_there_is() -> None:
    keys = {link.key for link in LINKS}

    assert {source.key for source in SOURCES if source.reason == Reason.LINK} <= keys
