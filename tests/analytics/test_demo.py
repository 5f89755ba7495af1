"""The demo organization: believable, the same each time, made once, and never claiming to be real."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import islice, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Organization, User
from apps.accounts.roles import Role
from apps.analytics.demo import filling
from apps.analytics.demo.organization import KEY, LINKS, OWNER_EMAIL, VIEWER_EMAIL, found
from apps.analytics.demo.sources import SOURCES
from apps.analytics.demo.traffic import Shop, Traffic
from apps.campaigns.models import Link
from apps.ingress.destination import parse
from apps.ingress.event import Event, Kind, Origin, Reason
from apps.ingress.warehouse.connection import client as warehouse
from tests.accounts import make
from tests.ingress.make import an_organization_id

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
NOBODYS = [ip_network(network) for network in ("198.18.0.0/15", "203.0.113.0/24", "2001:db8::/32")]
stores = pytest.mark.django_db(databases=["default", "clickhouse"])


class Stored(NamedTuple):
    events: int
    ids: int
    origins: list[str]


def traffic(count: int, *, seed: int = 1, now: datetime = NOW) -> list[Event]:
    return list(Traffic(SHOP, now, ZONE, seed=seed).events(count))


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return traffic(20_000)


@pytest.fixture
def people(events: list[Event]) -> list[Event]:
    return [event for event in events if event.kind == Kind.HUMAN]


@pytest.fixture
def unused_ids(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo organization gets a number that no other test has stored events under."""
    create = Organization.objects.create
    monkeypatch.setattr(Organization.objects, "create", lambda **fields: create(id=an_organization_id(), **fields))
    settings.DEBUG = True


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def stored() -> Stored:
    organization = Organization.objects.get(key=KEY)
    sql = "SELECT count(), uniqExact(event_id), groupUniqArray(origin) FROM events WHERE organization_id = {id:UInt32}"
    return Stored(*warehouse().execute(sql, {"id": organization.pk})[0])


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


def test_addresses_belong_to_nobody(events: list[Event]) -> None:
    assert all(any(ip_address(event.ip) in network for network in NOBODYS) for event in events[:2_000])


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
    assert max(visits) > 15


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


@stores
def test_the_demo_can_be_signed_in_to(unused_ids: None, client: Client) -> None:
    report = run("--events", "300")

    assert f"Sign in as {OWNER_EMAIL} (owner) or {VIEWER_EMAIL} (viewer), password trellis-demo" in report
    assert client.login(email=OWNER_EMAIL, password="trellis-demo")
    assert EmailAddress.objects.filter(email=OWNER_EMAIL, verified=True, primary=True).exists()


@stores
def test_the_demo_says_that_it_is_generated(unused_ids: None) -> None:
    run("--events", "300")

    assert "generated" in Organization.objects.get(key=KEY).name
    assert stored() == Stored(300, 300, ["demo"])


@stores
def test_the_demo_has_roles_and_links(unused_ids: None) -> None:
    run("--events", "300")

    members = dict(Organization.objects.get(key=KEY).memberships.values_list("user__email", "role"))
    assert members == {OWNER_EMAIL: Role.OWNER, VIEWER_EMAIL: Role.VIEWER}
    assert Link.objects.filter(organization__key=KEY).count() == len(LINKS)


@stores
def test_clicks_name_the_links_they_followed(unused_ids: None) -> None:
    run("--events", "300")

    sql = "SELECT DISTINCT link_key, link_id FROM events WHERE organization_id = {id:UInt32} AND reason = 'link'"
    pairs = warehouse().execute(sql, {"id": Organization.objects.get(key=KEY).pk})
    assert set(pairs) <= set(Link.objects.values_list("key", "id"))


@stores
def test_running_it_again_adds_nothing(unused_ids: None) -> None:
    run("--events", "300")

    assert "is there already, with 300 generated clicks. Nothing was added." in run("--events", "300")
    assert stored().events == 300


@stores
def test_if_empty_says_nothing_when_it_is_there(unused_ids: None) -> None:
    run("--events", "300", "--if-empty")

    assert run("--events", "300", "--if-empty") == ""


@stores
def test_a_demo_that_was_cut_off_is_completed(unused_ids: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CHUNK_EVENTS", 100)
    organization = found(timezone.now(), password="x", staff=False)
    next(filling.fill(organization, 300))

    run("--events", "300")

    assert stored() == Stored(300, 300, ["demo"])


@stores
def test_in_production_the_password_is_nobody_s_guess_and_nobody_is_staff(
    unused_ids: None, settings: LazySettings
) -> None:
    settings.DEBUG = False

    report = run("--events", "300")

    assert "trellis-demo" not in report
    assert not User.objects.filter(is_staff=True).exists()


@stores
def test_somebody_else_s_organization_called_demo_is_left_alone(unused_ids: None) -> None:
    make.an_organization(KEY)

    with pytest.raises(CommandError, match="belongs to somebody"):
        run("--events", "300")

    assert stored().events == 0


@stores
def test_a_person_who_was_there_keeps_password_and_rights(unused_ids: None) -> None:
    person = make.a_user(OWNER_EMAIL)

    run("--events", "300")

    person.refresh_from_db()
    assert person.check_password(make.PASSWORD)
    assert not person.is_staff
