"""Who somebody is: sessions, cookies, forms, the host a request names, and how often one may guess."""

import re

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership
from tests.accounts import make

ALICE = {"login": "alice@example.com", "password": make.PASSWORD}
FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "host=evil.example",
    "X-Original-Host": "evil.example",
}


@pytest.fixture
def alice(db: None) -> Membership:
    return make.with_verified_address(make.alice())


def signed_in(browser: Client, **headers: str) -> bool:
    """Whether the browser is in, after having typed the right password."""
    browser.post("/accounts/login/", ALICE, headers=headers)
    return browser.get("/settings").status_code == 200


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(client: Client, alice: Membership) -> None:
    client.get("/accounts/login/")
    client.session.save()
    planted = client.session.session_key
    client.cookies[configured.SESSION_COOKIE_NAME] = planted

    assert signed_in(client)

    assert client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_a_session_id_that_we_did_not_make_is_not_taken_over(client: Client, alice: Membership) -> None:
    client.cookies[configured.SESSION_COOKIE_NAME] = "chosen-by-somebody-else"

    assert signed_in(client)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != "chosen-by-somebody-else"


def test_signing_out_ends_the_session_and_not_just_the_cookie(client: Client, alice: Membership) -> None:
    assert signed_in(client)
    stolen = client.cookies[configured.SESSION_COOKIE_NAME].value

    client.post("/accounts/logout/")

    thief = Client()
    thief.cookies[configured.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/settings").status_code == 302


def test_a_new_password_ends_every_other_session(client: Client, alice: Membership) -> None:
    elsewhere = Client()
    assert signed_in(client)
    assert signed_in(elsewhere)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": make.PASSWORD, "password1": "another good one", "password2": "another good one"},
    )

    assert elsewhere.get("/settings").status_code == 302
    assert client.get("/settings").status_code == 200


def test_a_session_cookie_is_for_our_pages_alone(client: Client, alice: Membership) -> None:
    signed_in(client)

    cookie = client.cookies[configured.SESSION_COOKIE_NAME]
    assert (bool(cookie["httponly"]), cookie["samesite"], cookie["domain"]) == (True, "Lax", "")


def test_a_session_of_somebody_who_was_switched_off_is_over(client: Client, alice: Membership) -> None:
    assert signed_in(client)

    alice.user.is_active = False
    alice.user.save()

    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/links", "/api/v1/events", "/healthz", "/accounts/password/reset/"]
)
def test_a_host_that_is_not_ours_is_refused(client: Client, address: str) -> None:
    assert client.get(address, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("header", FORGED)
def test_no_mail_leads_to_a_host_that_a_stranger_named(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage], header: str
) -> None:
    client.post("/accounts/password/reset/", {"email": "alice@example.com"}, headers={header: FORGED[header]})

    assert not [mail for mail in mailoutbox if "evil" in str(mail.body)]
    assert len(mailoutbox) == (header != "Host")


@pytest.mark.parametrize("header", FORGED)
def test_no_page_leads_to_a_host_that_a_stranger_named(client: Client, alice: Membership, header: str) -> None:
    make.signed_in(client, alice)

    for address in ("/", "/links", "/settings", "/accounts/email/", "/api/docs/"):
        answer = client.get(address, headers={header: FORGED[header]})
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "https:evil.example",
    ],
)
@pytest.mark.parametrize("door", ["/accounts/login/", "/admin/login/"])
def test_signing_in_never_leads_away(client: Client, alice: Membership, door: str, wanted: str) -> None:
    alice.user.is_staff = True
    alice.user.save()

    answer = client.post("/accounts/login/", {**ALICE, "next": wanted})
    at_the_door = Client().get(door, {"next": wanted})

    assert answer["Location"] == "/"
    assert not re.search(r'(href|action)="[^"]*//evil', at_the_door.text)


def test_who_forges_the_address_of_a_proxy_still_guesses_slowly(client: Client, alice: Membership) -> None:
    for guess in range(12):
        client.post(
            "/accounts/login/",
            {"login": f"person{guess}@example.com", "password": "guess"},
            headers={"X-Forwarded-For": f"192.0.2.{guess}"},
        )

    assert not signed_in(client, **{"X-Forwarded-For": "192.0.2.200"})


def test_who_guesses_from_many_addresses_still_guesses_slowly(alice: Membership) -> None:
    for guess in range(12):
        Client(REMOTE_ADDR=f"192.0.2.{guess}").post("/accounts/login/", {**ALICE, "password": "guess"})

    assert not signed_in(Client(REMOTE_ADDR="192.0.2.200"))


def test_what_must_be_kept_to_oneself_is_never_cached(client: Client, alice: Membership) -> None:
    make.signed_in(client, alice)

    shown = client.post(reverse("accounts:show-link-secret"))
    made = client.post(reverse("accounts:create-api-key"), {"name": "export", "scopes": ["analytics:read"]})

    assert alice.organization.link_secret in shown.text
    assert "trl_live_" in made.text
    assert all("no-store" in answer["Cache-Control"] for answer in (shown, made))
