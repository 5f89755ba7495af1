"""Signing in at Warden by browser, and what such a session is good for."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership, Organization, User, WardenIssuer
from apps.accounts.roles import Role
from apps.accounts.warden.dev.issuing import Somebody
from apps.accounts.warden.dev.serving import WardenServer
from apps.accounts.warden.sign_in import AWAY, NO_ENTRY, STAFF, TAKEN
from tests.accounts import make
from tests.accounts.warden.conftest import DANA
from tests.accounts.warden.walk import CALLBACK, START, begin, let_in, sign_in

pytestmark = pytest.mark.django_db


def test_whoever_signs_in_at_warden_is_a_member_from_then_on(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    answer = sign_in(client, server, DANA.subject)

    member = Membership.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (member.user.email, member.organization.key, member.role) == (DANA.email, "acme", Role.MARKETER)
    assert "Acme" in client.get("/settings").text


def test_coming_again_makes_nothing_twice(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    sign_in(client, server, DANA.subject)
    sign_in(Client(), server, DANA.subject)

    assert (User.objects.count(), Membership.objects.count(), SocialAccount.objects.count()) == (1, 1, 1)


def test_the_role_follows_warden(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    sign_in(client, server, DANA.subject)
    server.warden.people[:] = [Somebody(DANA.subject, DANA.email, DANA.name, ("acme",), ("trellis:viewer",))]

    sign_in(Client(), server, DANA.subject)

    assert Membership.objects.get().role == Role.VIEWER


def test_no_token_makes_anybody_more_than_the_organization_allows(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    server.warden.people[:] = [Somebody("boss", "boss@warden.example", "Boss", ("acme",), ("trellis:owner",))]
    issuer.organizations.update(highest=Role.MARKETER)

    sign_in(client, server, "boss")

    assert Membership.objects.get().role == Role.MARKETER


def test_their_words_are_read_as_ours(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    issuer.words = {"reports.view": "analytics:read"}
    issuer.save()
    server.warden.people[:] = [Somebody("vic", "vic@warden.example", "Vic", ("acme",), ("reports.view",))]

    sign_in(client, server, "vic")

    assert Membership.objects.get().role == Role.VIEWER


def test_signing_in_leads_back_but_never_away(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    assert sign_in(client, server, DANA.subject, next="/links")["Location"] == "/links"
    assert sign_in(Client(), server, DANA.subject, next="https://evil.example/")["Location"] == "/"


def test_the_way_to_warden_has_pkce_and_a_state(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    asked = parse_qs(urlsplit(begin(client)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["state"][0]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]


def test_a_code_without_its_verifier_is_worth_nothing(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    """Somebody who saw the code of another's browser brings it into their own."""
    code = parse_qs(urlsplit(let_in(server, begin(client), DANA.subject)).query)["code"][0]
    thief = Client()
    state = parse_qs(urlsplit(begin(thief)).query)["state"][0]

    answer = thief.get(CALLBACK, {"code": code, "state": state})

    assert (answer.status_code, User.objects.count()) == (401, 0)


def test_what_comes_back_without_having_begun_is_refused(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    """Else somebody could be signed in as somebody else, by a link."""
    back = let_in(server, begin(Client()), DANA.subject)

    answer = client.get(back)

    assert (answer.status_code, "You are not signed in" in answer.text) == (401, True)
    assert client.get("/settings").status_code == 302


def test_a_person_who_was_switched_off_is_not_let_in(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    sign_in(client, server, DANA.subject)
    User.objects.update(is_active=False)

    answer = sign_in(Client(), server, DANA.subject)

    assert (answer.status_code, NO_ENTRY in answer.text) == (403, True)


def test_an_organization_that_is_not_the_issuer_s_lets_nobody_in(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    make.charlie()
    server.warden.people[:] = [Somebody("eve", "eve@warden.example", "Eve", ("other",))]

    answer = sign_in(client, server, "eve")

    assert (answer.status_code, NO_ENTRY in answer.text) == (403, True)
    assert not User.objects.filter(email="eve@warden.example").exists()


def test_an_address_that_somebody_has_is_not_taken_over(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    make.alice()
    server.warden.people[:] = [Somebody("eve", "alice@example.com", "Eve", ("acme",))]

    answer = sign_in(client, server, "eve")

    assert (answer.status_code, TAKEN in answer.text) == (403, True)
    assert client.get("/settings").status_code == 302


def test_who_connects_is_let_in_by_warden_from_then_on(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    alice = make.with_verified_address(make.alice())
    client.post("/accounts/login/", {"login": "alice@example.com", "password": make.PASSWORD})
    server.warden.people[:] = [Somebody("alice-1", "alice@example.com", "Alice", ("acme",))]

    connected = sign_in(client, server, "alice-1", process="connect")
    later = Client()
    sign_in(later, server, "alice-1")

    assert connected["Location"] == reverse("socialaccount_connections")
    assert "Warden (development)" in client.get(connected["Location"]).text
    assert "alice@example.com" in later.get("/settings").text
    assert Membership.objects.get(user=alice.user).role == Role.OWNER


def test_staff_do_not_sign_in_by_warden(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    sign_in(client, server, DANA.subject)
    User.objects.update(is_staff=True)

    answer = sign_in(Client(), server, DANA.subject)

    assert (answer.status_code, STAFF in answer.text.replace("&#x27;", "'")) == (403, True)


def test_a_second_factor_of_ours_is_asked_for_all_the_same(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    sign_in(client, server, DANA.subject)
    TOTP.activate(User.objects.get(), "JBSWY3DPEHPK3PXP")
    browser = Client()

    answer = sign_in(browser, server, DANA.subject)

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert browser.get("/settings").status_code == 302


def test_warden_away_is_said_on_a_page(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    for path in ("/.well-known/openid-configuration", "/token"):
        client = Client()
        back = let_in(server, begin(client), DANA.subject)
        server.answers[path] = (502, {}, b"")

        answer = client.get(back)
        del server.answers[path]

        assert (answer.status_code, AWAY in answer.text) == (503, True), path


@pytest.mark.parametrize("document", [b"[]", b"{}", b"<html>", b'{"authorization_endpoint": 7}'])
def test_a_discovery_that_is_none_is_said_on_a_page(
    client: Client, server: WardenServer, issuer: WardenIssuer, document: bytes
) -> None:
    server.answers["/.well-known/openid-configuration"] = (200, {"Content-Type": "application/json"}, document)

    assert client.post(START).status_code == 503


def test_a_lost_secret_takes_the_button_and_not_the_sign_in_page(
    client: Client, server: WardenServer, issuer: WardenIssuer, settings: Any
) -> None:
    assert issuer.name in client.get("/accounts/login/").text
    settings.SECRET_KEY = "another key, and the old one is gone"

    page = client.get("/accounts/login/")

    assert (page.status_code, issuer.name in page.text) == (200, False)


def test_no_token_and_no_claim_is_kept(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    for browser in (client, Client()):
        sign_in(browser, server, DANA.subject)

    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()


def test_an_address_that_an_issuer_names_is_not_confirmed_by_that(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    sign_in(client, server, DANA.subject)

    assert not EmailAddress.objects.get().verified


def test_the_button_is_there_only_with_an_issuer_that_has_one(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    words = f"Sign in with {issuer.name}"
    with_one = client.get("/accounts/login/").text
    issuer.signs_in = False
    issuer.save()

    assert (words in with_one, words in client.get("/accounts/login/").text) == (True, False)
    assert client.get(START).status_code == 404
    assert client.get("/accounts/oidc/nobody/login/").status_code == 404


def test_a_link_to_the_beginning_asks_first(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    """A page of somebody else's must not be able to begin it."""
    page = client.get(START, {"next": "/links"}).text

    assert "http-equiv" not in page
    assert 'name="next" value="/links"' in page
    assert server.asked["/.well-known/openid-configuration"] == 0


def test_the_small_warden_wants_pkce_and_an_address_it_knows(server: WardenServer) -> None:
    asked = {"client_id": "trellis", "redirect_uri": "https://evil.example/"}
    server.warden.redirect_uris.add("http://localhost/back")

    def status(**said: str) -> int:
        return requests.get(f"{server.warden.issuer}/authorize", {**asked, **said}, timeout=10).status_code

    assert status(code_challenge="x", code_challenge_method="S256") == 400
    assert status(redirect_uri="http://localhost/back") == 400
    assert status(redirect_uri="http://localhost/back", code_challenge="x", code_challenge_method="S256") == 200


def test_an_issuer_can_only_name_organizations_by_its_own_names(acme: Organization, issuer: WardenIssuer) -> None:
    assert [place.external_id for place in issuer.organizations.all()] == [acme.key]
