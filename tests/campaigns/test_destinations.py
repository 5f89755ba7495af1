"""Where links and campaigns may not lead: back to a tracked link, however it is written."""

from contextlib import nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from apps.campaigns.destination import link_hosts_of, validate_destination
from apps.campaigns.models import Link
from tests.accounts.make import an_organization

HOSTS = frozenset({"go.acme.example"})
CIRCLES = [
    "https://trk.example/in",
    "https://trk.example/in/spring?a=1",
    "http://TRK.example:8443/in/spring",
    "https://trk.example./in/spring",
    "https://trk.example//in/spring",
    "https://trk.example/x/../in/spring",
    "https://trk.example/x/%2e%2e/in/spring",
    "https://trk.example/%69n/spring",
    "https://trk.example/in?to=https://shop.example/",
    "https://trk.example/{param.a}",
    "https://trk.example/i{sub1}/spring",
    "https://trk.example/x/{param.a}/{param.b}",
    "https://go.acme.example/",
    "https://go.acme.example/anything",
    "https://elsewhere.example/?to=https://go.acme.example/in/spring",
    "https://elsewhere.example/?url=https%3A%2F%2Ftrk.example%2Fin%2Fspring",
    "https://elsewhere.example/?url=https%253A%252F%252Ftrk.example%252Fin%252Fspring",
    "https://elsewhere.example/go/trk.example/in/spring",
    "https://elsewhere.example/#//trk.example:443/in",
]
WAYS_OUT = [
    "https://shop.example/in/spring",
    "https://trk.example/inside",
    "https://trk.example/landing?c={click_id}",
    "https://mytrk.example/in/spring",
    "https://trk.example.evil.example/in/spring",
    "https://shop.example/?utm_source=go.acme.example",
    "https://shop.example/{param.a}",
    "https://elsewhere.example/?url=https://trk.example/inside",
]


@pytest.mark.parametrize("destination", CIRCLES)
@override_settings(TRELLIS_INGRESS_URL="https://trk.example")
def test_a_circle_is_refused(destination: str) -> None:
    with pytest.raises(ValidationError, match="round in circles"):
        validate_destination(destination, HOSTS)


@pytest.mark.parametrize("destination", WAYS_OUT)
@override_settings(TRELLIS_INGRESS_URL="https://trk.example")
def test_a_way_out_is_accepted(destination: str) -> None:
    validate_destination(destination, HOSTS)


@pytest.mark.django_db
def test_a_link_does_not_lead_to_a_host_of_its_organizations_links() -> None:
    acme = an_organization("acme")
    acme.domains.create(name="go.acme.example", serves_links=True, verified_at=acme.created_at)

    for organization, refused in ((acme, True), (an_organization("other"), False)):
        link = Link(organization=organization, name="Spring", destination="https://go.acme.example/in/spring")
        with pytest.raises(ValidationError, match="circles") if refused else nullcontext():
            link.full_clean()


@pytest.mark.django_db
def test_tracked_links_are_answered_on_verified_hosts_that_serve_them() -> None:
    acme, now = an_organization("acme"), an_organization("other").created_at
    acme.domains.create(name="go.acme.example", serves_links=True, verified_at=now)
    acme.domains.create(name="acme.example", verified_at=now)
    acme.domains.create(name="claimed.example", serves_links=True)
    an_organization("other").domains.create(name="go.other.example", serves_links=True, verified_at=now)

    assert link_hosts_of(acme) == {"go.acme.example"}
