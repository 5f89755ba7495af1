"""The demo organization: made once, complete, and never claiming to be real."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Organization, User
from apps.accounts.roles import Role
from apps.analytics.demo import filling
from apps.analytics.demo.earning import REPORTERS
from apps.analytics.demo.organization import KEY, LINKS, OWNER_EMAIL, VIEWER_EMAIL, found
from apps.attribution.models import CostUpload, Network
from apps.campaigns.models import Link
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.models import Postback
from apps.ingress.routing import LINK_UNIT
from apps.ingress.warehouse.connection import client as warehouse
from tests.accounts import make
from tests.ingress.make import an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


class Stored(NamedTuple):
    events: int
    ids: int
    origins: list[str]


@pytest.fixture(autouse=True)
def _new_redis() -> Iterator[None]:
    broker().flushdb()
    yield
    broker().flushdb()


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


def test_the_demo_can_be_signed_in_to(unused_ids: None, client: Client) -> None:
    report = run("--events", "300")

    assert f"Sign in as {OWNER_EMAIL} (owner) or {VIEWER_EMAIL} (viewer), password trellis-demo" in report
    assert client.login(email=OWNER_EMAIL, password="trellis-demo")
    assert EmailAddress.objects.filter(email=OWNER_EMAIL, verified=True, primary=True).exists()


def test_the_demo_says_that_it_is_generated(unused_ids: None) -> None:
    run("--events", "300")

    organization = Organization.objects.get(key=KEY)
    assert organization.is_generated
    assert "generated" in organization.name
    assert stored() == Stored(300, 300, ["demo"])


def test_the_demo_has_roles_and_links(unused_ids: None) -> None:
    run("--events", "300")

    members = dict(Organization.objects.get(key=KEY).memberships.values_list("user__email", "role"))
    assert members == {OWNER_EMAIL: Role.OWNER, VIEWER_EMAIL: Role.VIEWER}
    assert Link.objects.filter(organization__key=KEY).count() == len(LINKS)


def test_its_links_lead_on_as_soon_as_it_is_made(unused_ids: None) -> None:
    run("--events", "300")

    assert {f"{LINK_UNIT}{link.key}" for link in LINKS} <= routes.published_names(broker())


def test_clicks_name_the_links_they_followed(unused_ids: None) -> None:
    run("--events", "300")

    sql = "SELECT DISTINCT link_key, link_id FROM events WHERE organization_id = {id:UInt32} AND reason = 'link'"
    pairs = warehouse().execute(sql, {"id": Organization.objects.get(key=KEY).pk})
    assert set(pairs) <= set(Link.objects.values_list("key", "id"))


def test_running_it_again_adds_nothing(unused_ids: None) -> None:
    run("--events", "300")

    assert "is there already, with 300 generated clicks. Nothing was added." in run("--events", "300")
    assert stored().events == 300


def test_if_empty_says_nothing_when_it_is_there(unused_ids: None) -> None:
    run("--events", "300", "--if-empty")

    assert run("--events", "300", "--if-empty") == ""


def test_a_demo_that_was_cut_off_is_completed(unused_ids: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CHUNK_EVENTS", 100)
    organization = found(timezone.now(), password="x", staff=False)
    next(filling.fill(organization, 300))

    run("--events", "300")

    assert stored() == Stored(300, 300, ["demo"])


def test_in_production_the_password_is_nobody_s_guess_and_nobody_is_staff(
    unused_ids: None, settings: LazySettings
) -> None:
    settings.DEBUG = False

    report = run("--events", "300")

    assert "trellis-demo" not in report
    assert not User.objects.filter(is_staff=True).exists()


def test_somebody_else_s_organization_called_demo_is_left_alone(unused_ids: None) -> None:
    make.an_organization(KEY)

    with pytest.raises(CommandError, match="belongs to somebody"):
        run("--events", "300")

    assert stored().events == 0


def test_a_person_who_was_there_keeps_password_and_rights(unused_ids: None) -> None:
    person = make.a_user(OWNER_EMAIL)

    run("--events", "300")

    person.refresh_from_db()
    assert person.check_password(make.PASSWORD)
    assert not person.is_staff


def test_the_clicks_earn_and_cost_something(unused_ids: None) -> None:
    report = run("--events", "6000")

    organization = Organization.objects.get(key=KEY)
    assert "generated postbacks, booked; 2 files of costs." in report
    assert set(Network.objects.filter(organization=organization).values_list("name", flat=True)) == {
        reporter.name for reporter in REPORTERS
    }
    money = warehouse().execute(
        "SELECT sum(conversions) > 0, sum(revenue) > 0, uniq(currency) > 1, sumIf(revenue, rule_id > 0) > 0 FROM conversions "
        "WHERE organization_id = {id:UInt32}",
        {"id": organization.pk},
    )
    assert money == [(1, 1, 1, 1)]
    assert warehouse().execute(
        "SELECT sum(cost) > 0 FROM costs WHERE organization_id = {id:UInt32}", {"id": organization.pk}
    ) == [(1,)]


def test_nothing_is_earned_twice(unused_ids: None) -> None:
    run("--events", "2000")
    before = Postback.objects.count()

    run("--events", "2000")

    assert (Postback.objects.count(), CostUpload.objects.count()) == (before, 2)
