from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from apps.accounts.models import Domain, Organization
from apps.campaigns.destination import ValidationError, validate_destination
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_changed, publish_everything, publish_link
from apps.campaigns.tasks import publish_routes
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.event import Reason
from apps.ingress.routes import Follower
from apps.ingress.routing import Decision, RouteTable, decide
from tests.accounts.make import an_organization

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_broker() -> Iterator[None]:
    keys = (routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)
    broker().delete(*keys)
    yield
    broker().delete(*keys)


@pytest.fixture
def follower(tmp_path_factory: pytest.TempPathFactory) -> Follower:
    return Follower(RouteTable(), broker(), tmp_path_factory.mktemp("routes"))


def a_link(organization: Organization, key: str = "spring", **fields: object) -> Link:
    return Link.objects.create(
        **{
            "organization": organization,
            "key": key,
            "name": "Spring",
            "destination": "https://shop.example.com/",
            **fields,
        }
    )


def decision(follower: Follower, key: str = "", **parameters: str) -> Decision:
    follower.follow_once()
    return decide(follower.table, key=key, host="", parameters=parameters, now_s=0)


def test_the_first_publication_brings_everything(follower: Follower) -> None:
    organization = an_organization(key="acme", retention_days=90)
    a_link(organization)

    publish_everything()

    found = decision(follower, "spring")
    assert (found.reason, found.organization.key, found.organization.retention_days) == (Reason.LINK, "acme", 90)


def test_publishing_again_publishes_nothing() -> None:
    a_link(an_organization())

    assert publish_everything() > 0
    assert publish_everything() == 0


def test_a_saved_link_is_in_force_once_its_transaction_is_through(
    follower: Follower, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    organization = an_organization()
    publish_everything()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        publish_link(a_link(organization))
        assert decision(follower, "spring").reason is Reason.UNKNOWN_KEY

    assert decision(follower, "spring").reason is Reason.LINK


def test_a_paused_link_stops_leading_anywhere(follower: Follower) -> None:
    link = a_link(an_organization())
    publish_everything()

    link.pause(timezone.now())
    publish_routes()
    assert decision(follower, "spring").reason is Reason.PAUSED

    link.resume()
    publish_routes()
    assert decision(follower, "spring").reason is Reason.LINK


def test_what_changed_without_saying_so_is_found(follower: Follower) -> None:
    organization = an_organization(key="acme")
    publish_everything()

    Domain.objects.create(organization=organization, name="example.com", verified_at=datetime(2026, 1, 1, tzinfo=UTC))
    Domain.objects.create(organization=organization, name="unverified.example")
    publish_routes()

    assert decision(follower, org="acme", to="https://www.example.com/").reason is Reason.VERIFIED
    assert decision(follower, org="acme", to="https://unverified.example/").reason is Reason.UNVERIFIED


def test_a_host_that_serves_links_is_no_destination(follower: Follower) -> None:
    organization = an_organization(key="acme")
    Domain.objects.create(
        organization=organization, name="go.acme.example", serves_links=True, verified_at=timezone.now()
    )

    publish_everything()

    assert decision(follower, org="acme", to="https://go.acme.example/").reason is Reason.UNVERIFIED
    assert follower.table.by_host == {"go.acme.example": organization.pk}


def test_a_deleted_link_is_withdrawn_when_everything_is_compared(follower: Follower) -> None:
    link = a_link(an_organization())
    publish_everything()

    link.delete()
    publish_routes(everything=True)

    assert decision(follower, "spring").reason is Reason.UNKNOWN_KEY


def test_after_a_flush_the_whole_table_comes_back_at_once(follower: Follower) -> None:
    old = a_link(an_organization())
    Link.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=30))
    publish_everything()
    assert decision(follower, "spring").reason is Reason.LINK

    broker().delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)
    publish_routes()

    assert decision(follower, "spring").reason is Reason.LINK
    assert not routes.is_empty(broker())


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_with_redis_away_saving_a_link_still_works(django_capture_on_commit_callbacks: pytest.FixtureRequest) -> None:
    broker.cache_clear()
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            publish_link(a_link(an_organization()))
    finally:
        broker.cache_clear()

    assert Link.objects.filter(key="spring").exists()


def test_a_safe_page_in_another_script_is_published_in_ascii(follower: Follower) -> None:
    organization = an_organization(safe_url="https://bücher.example/ä")
    publish_everything()
    follower.follow_once()

    assert follower.table.organizations[organization.pk].safe_url == "https://xn--bcher-kva.example/%C3%A4"


@pytest.mark.parametrize(
    "destination",
    ["https://example.com/", "http://example.com:8080/{param.a}?c={click_id}#x", "https://bücher.example/"],
)
def test_a_destination_people_can_be_sent_to_is_accepted(destination: str) -> None:
    validate_destination(destination)


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ("example.com", "whole address"),
        ("javascript:alert(1)", "whole address"),
        ("https://example.com/{nothing}", "no macro"),
        ("https://{param.host}/", "host name"),
        ("https://example.com/\n", "control characters"),
        (f"{settings.TRELLIS_INGRESS_URL}/in/spring", "round in circles"),
    ],
)
def test_any_other_is_refused_in_words(destination: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        validate_destination(destination)


def test_a_link_made_while_everything_is_published_is_not_withdrawn(follower: Follower) -> None:
    organization = an_organization(key="acme")
    publish_everything()
    made: list[Link] = []

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if not made and 'FROM "campaigns_link"' in sql:
            made.append(a_link(organization, "new"))
            publish_changed(made, [])
        return answer

    with connection.execute_wrapper(meanwhile):
        publish_everything()

    assert decision(follower, "new").reason == Reason.LINK
