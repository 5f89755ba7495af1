"""The secret that signs `to=`: who sees it, and what replacing it does."""

import pytest
from django.test import Client

from apps.accounts.models import Membership, Organization
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
ADDRESSES = ["/settings/signing/show", "/settings/signing/replace"]


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


def test_the_secret_is_shown_only_when_asked_for(client: Client, alice: Membership) -> None:
    secret = alice.organization.link_secret

    assert secret not in client.get("/settings/signing").content.decode()
    shown = client.post("/settings/signing/show")

    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]


def test_replacing_it_makes_another_and_tells_what_that_means(client: Client, alice: Membership) -> None:
    before = alice.organization.link_secret

    page = client.post("/settings/signing/replace", follow=True).content.decode()

    after = Organization.objects.get(key="acme")
    assert after.link_secret != before
    assert after.updated_at > alice.organization.updated_at
    assert "stop working within seconds" in page


def test_replacing_it_leaves_other_organizations_alone(client: Client, alice: Membership) -> None:
    other = make.charlie().organization

    client.post("/settings/signing/replace")

    assert Organization.objects.get(pk=other.pk).link_secret == other.link_secret != alice.organization.link_secret


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
@pytest.mark.parametrize("address", ADDRESSES)
def test_who_does_not_manage_neither_sees_nor_replaces_it(client: Client, role: str, address: str) -> None:
    secret = make.alice().organization.link_secret
    make.signed_in(client, make.bob(role))

    answer = client.post(address)

    assert answer.status_code == 403
    assert secret not in answer.content.decode()
    assert Organization.objects.get(key="acme").link_secret == secret


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_link_somebody_clicks_does_nothing(client: Client, alice: Membership, address: str) -> None:
    assert client.get(address).status_code == 405
    assert Organization.objects.get(key="acme").link_secret == alice.organization.link_secret
