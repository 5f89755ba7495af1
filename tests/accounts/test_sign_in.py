"""The way in: signing up, confirming the address, signing in and out, and a forgotten password."""

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from apps.accounts.models import Membership, User
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
SIGN_UP = {
    "email": "Dana@Example.com",
    "organization": "Dana & Daughters",
    "password1": make.PASSWORD,
    "password2": make.PASSWORD,
}


@pytest.fixture
def browser(settings: object) -> Client:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # type: ignore[attr-defined]
    return Client()


def sign_in(browser: Client, email: str = "alice@example.com", password: str = make.PASSWORD, next_: str = "") -> str:
    """Where the browser was sent; empty when the form came back."""
    answer = browser.post("/accounts/login/", {"login": email, "password": password, "next": next_})
    return str(answer.headers.get("Location", ""))


def link_in(mail: EmailMessage) -> str:
    return re.search(r"https?://[^/\s]+(/accounts/\S+)", str(mail.body))[1]


def test_signing_up_makes_a_person_who_owns_an_organization(browser: Client) -> None:
    browser.post("/accounts/signup/", SIGN_UP)

    member = Membership.objects.get()
    assert (member.user.email, member.role) == ("dana@example.com", Role.OWNER)
    assert (member.organization.key, member.organization.name) == ("dana-daughters", "Dana & Daughters")


def test_whoever_signed_up_gets_in_once_the_address_is_confirmed(
    browser: Client, mailoutbox: list[EmailMessage]
) -> None:
    browser.post("/accounts/signup/", SIGN_UP)
    before = sign_in(browser, "dana@example.com")

    browser.post(link_in(mailoutbox[0]))
    after = sign_in(browser, "dana@example.com")

    assert (before, after) == ("/accounts/confirm-email/", "/")
    assert "Dana &amp; Daughters" in browser.get("/settings").content.decode()


def test_the_mail_says_who_writes(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    browser.post("/accounts/signup/", SIGN_UP)

    assert mailoutbox[0].subject.startswith("Trellis: ")
    assert mailoutbox[0].to == ["dana@example.com"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nonsense"), ("organization", ""), ("password1", "short"), ("password2", "another one entirely")],
)
def test_what_is_missing_is_said_and_nobody_is_made(browser: Client, field: str, value: str) -> None:
    answer = browser.post("/accounts/signup/", SIGN_UP | {field: value})

    assert "invalid-feedback" in answer.content.decode()
    assert not User.objects.exists()


def test_signing_up_does_not_tell_who_is_already_here(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    make.with_verified_address(make.alice())

    taken = browser.post("/accounts/signup/", SIGN_UP | {"email": "alice@example.com"})
    free = Client().post("/accounts/signup/", SIGN_UP)

    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert Membership.objects.filter(user__email="alice@example.com").count() == 1
    assert "alice@example.com" in mailoutbox[0].to


def test_an_address_is_accepted_in_any_case(browser: Client) -> None:
    make.with_verified_address(make.alice())

    assert sign_in(browser, "ALICE@example.com") == "/"


@pytest.mark.parametrize(("email", "password"), [("alice@example.com", "wrong"), ("nobody@example.com", make.PASSWORD)])
def test_a_wrong_password_and_a_wrong_address_read_the_same(browser: Client, email: str, password: str) -> None:
    make.with_verified_address(make.alice())

    answer = browser.post("/accounts/login/", {"login": email, "password": password})

    assert "The email address and/or password you specified are not correct." in answer.content.decode()


def test_a_person_who_was_switched_off_cannot_sign_in(browser: Client) -> None:
    alice = make.with_verified_address(make.alice())
    User.objects.filter(pk=alice.user_id).update(is_active=False)

    sign_in(browser)

    assert browser.get("/settings").status_code == 302


def test_guessing_is_slowed_down(browser: Client) -> None:
    make.with_verified_address(make.alice())

    for _ in range(12):
        sign_in(browser, password="guess")

    assert sign_in(browser) == ""


@pytest.mark.parametrize(
    ("wanted", "sent"), [("/links", "/links"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_signing_in_leads_back_but_never_away(browser: Client, wanted: str, sent: str) -> None:
    make.with_verified_address(make.alice())

    assert sign_in(browser, next_=wanted) == sent


def test_signing_out_ends_the_session(browser: Client) -> None:
    make.signed_in(browser, make.alice())

    browser.post("/accounts/logout/")

    assert browser.get("/settings").status_code == 302


def test_a_forgotten_password_is_replaced_by_mail(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    make.with_verified_address(make.alice())
    browser.post("/accounts/password/reset/", {"email": "alice@example.com"})

    form = browser.get(link_in(mailoutbox[0]))["Location"]
    browser.post(form, {"password1": "a brand new secret", "password2": "a brand new secret"})

    assert sign_in(browser, password="a brand new secret") == "/"


@pytest.mark.parametrize("page", ["login/", "signup/", "password/reset/", "confirm-email/", "inactive/"])
def test_the_way_in_wears_our_clothes_and_runs_no_inline_script(browser: Client, page: str) -> None:
    text = browser.get(f"/accounts/{page}").content.decode()

    assert 'class="plain"' in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", text)


@pytest.mark.parametrize("page", ["email/", "password/change/", "logout/", "2fa/"])
def test_the_pages_of_ones_own_account_stand_in_the_shell(browser: Client, page: str) -> None:
    make.signed_in(browser, make.with_verified_address(make.alice()))

    text = browser.get(f"/accounts/{page}").content.decode()

    assert 'id="sidebar"' in text
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))|\son\w+=|\sstyle=", text)
