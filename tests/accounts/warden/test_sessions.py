"""What a session by Warden is good for, and how long."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User, WardenIssuer, WardenOrganization
from apps.accounts.roles import Role
from apps.accounts.warden.dev.issuing import Somebody
from apps.accounts.warden.dev.serving import WardenServer
from apps.accounts.warden.sessions import LASTS
from tests.accounts import make
from tests.accounts.warden.conftest import DANA
from tests.accounts.warden.walk import sign_in

pytestmark = pytest.mark.django_db


def test_the_organizations_of_the_issuer_can_be_switched(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    second = make.an_organization("second")
    WardenOrganization.objects.create(issuer=issuer, external_id="second", organization=second)
    server.warden.people[:] = [Somebody("sam", "sam@warden.example", "Sam", ("acme", "second"))]
    sign_in(client, server, "sam")

    for key, name in (("second", "Second"), ("acme", "Acme")):
        assert client.post("/organizations/switch", {"organization": key}).status_code == 302
        assert f'value="{name}"' in client.get("/settings").text


def test_a_session_by_warden_opens_the_issuer_s_organizations_only(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    """The person is in another organization too, by a password. An issuer must not reach it."""
    sign_in(client, server, DANA.subject)
    make.a_member(User.objects.get(), make.an_organization("other"), Role.OWNER)

    assert client.post("/organizations/switch", {"organization": "other"}).status_code == 404
    assert "Other" not in client.get("/settings").text


@pytest.mark.parametrize(
    "address",
    [
        "email/",
        "password/set/",
        "password/change/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/recovery-codes/generate/",
        "3rdparty/",
    ],
)
def test_an_issuer_cannot_change_how_its_person_signs_in(
    client: Client, server: WardenServer, issuer: WardenIssuer, address: str
) -> None:
    """It would get a password that opens all organizations of the person."""
    sign_in(client, server, DANA.subject)

    seen = client.get(f"/accounts/{address}")
    sent = client.post(f"/accounts/{address}", {"action_add": "", "email": "eve@warden.example"})

    assert (seen.status_code, "Sign in with your password for this" in seen.text) == (403, True)
    assert sent.status_code == 403
    assert EmailAddress.objects.get().email == DANA.email


def test_a_session_by_warden_connects_nobody_else(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    server.warden.people.append(Somebody("eve", "eve@warden.example", "Eve", ("acme",)))
    sign_in(client, server, DANA.subject)

    answer = sign_in(client, server, "eve", process="connect")

    assert answer.status_code == 403
    assert [account.uid for account in SocialAccount.objects.all()] == [DANA.subject]


def test_sessions_end_with_their_issuer(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    sign_in(client, server, DANA.subject)
    assert client.get("/settings").status_code == 200

    issuer.is_active = False
    issuer.save()

    assert client.get("/settings").status_code == 403


def test_a_session_by_warden_lasts_half_a_day(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    sign_in(client, server, DANA.subject)

    ends = client.session.get_expiry_date()
    assert ends - timezone.now() == pytest.approx(LASTS, abs=timedelta(seconds=5))

    client.post("/organizations/switch", {"organization": "acme"})  # saves the session

    assert client.session.get_expiry_date() == ends
