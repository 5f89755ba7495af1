"""The second factor: enrolled, asked for, replaced by a recovery code, and given up."""

import base64
import hmac
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from apps.accounts.models import User
from tests.accounts import make

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def code(secret: str, at: datetime) -> str:
    """What the authenticator app shows (RFC 6238 with its defaults: SHA-1, 30 s, six digits)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at.timestamp()) // 30), "sha1")
    offset = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(clock: time_machine.Traveller) -> Client:
    """Alice has signed in, and has just given her password again."""
    make.with_verified_address(make.alice())
    browser = enter(Client())
    browser.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    return browser


def enter(browser: Client) -> Client:
    browser.post("/accounts/login/", {"login": "alice@example.com", "password": make.PASSWORD})
    return browser


def enrol(browser: Client) -> str:
    """Switches the second step on; returns the secret the app keeps."""
    secret = str(browser.get("/accounts/2fa/totp/activate/").context["form"].secret)
    browser.post("/accounts/2fa/totp/activate/", {"code": code(secret, START)})
    return secret


def at_the_second_step() -> Client:
    return enter(Client())


def is_in(browser: Client) -> bool:
    return browser.get("/settings").status_code == 200


def test_enrolment_shows_the_secret_as_picture_and_text(browser: Client) -> None:
    page = browser.get("/accounts/2fa/totp/activate/")

    assert page.context["form"].secret in page.content.decode()
    assert 'src="data:image/svg+xml' in page.content.decode()


def test_without_the_right_code_nothing_is_switched_on(browser: Client) -> None:
    browser.get("/accounts/2fa/totp/activate/")

    answer = browser.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert "Incorrect code" in answer.content.decode()
    assert is_in(at_the_second_step())


def test_the_page_says_whether_it_is_on_and_how_many_codes_are_left(browser: Client) -> None:
    before = browser.get("/accounts/2fa/").content.decode()
    enrol(browser)
    after = browser.get("/accounts/2fa/").content.decode()

    assert "Switch it on" in before
    assert "Switch it off" in after
    assert "10 left" in after


def test_the_password_alone_no_longer_opens(browser: Client) -> None:
    enrol(browser)

    assert not is_in(at_the_second_step())


def test_password_and_code_open(browser: Client, clock: time_machine.Traveller) -> None:
    secret = enrol(browser)
    clock.shift(timedelta(minutes=1))
    late = at_the_second_step()

    late.post("/accounts/2fa/authenticate/", {"code": code(secret, START + timedelta(minutes=1))})

    assert is_in(late)


def test_a_wrong_code_does_not_open(browser: Client, clock: time_machine.Traveller) -> None:
    secret = enrol(browser)
    clock.shift(timedelta(minutes=5))
    late = at_the_second_step()

    answer = late.post("/accounts/2fa/authenticate/", {"code": code(secret, START)})

    assert "Incorrect code" in answer.content.decode()
    assert not is_in(late)


def test_a_code_opens_once(browser: Client, clock: time_machine.Traveller) -> None:
    now_code = code(enrol(browser), START + timedelta(minutes=1))
    clock.shift(timedelta(minutes=1))
    first, second = at_the_second_step(), at_the_second_step()

    for guest in (first, second):
        guest.post("/accounts/2fa/authenticate/", {"code": now_code})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_recovery_code_opens_once(browser: Client) -> None:
    enrol(browser)
    recovery = re.search(
        r"^[0-9a-f]{8}$", browser.get("/accounts/2fa/recovery-codes/download/").content.decode(), re.M
    )[0]
    first, second = at_the_second_step(), at_the_second_step()

    for guest in (first, second):
        guest.post("/accounts/2fa/authenticate/", {"code": recovery})

    assert (is_in(first), is_in(second)) == (True, False)


def test_switching_it_off_makes_the_password_enough_again(browser: Client) -> None:
    enrol(browser)

    browser.post("/accounts/2fa/totp/deactivate/")

    assert is_in(at_the_second_step())


def test_an_old_session_must_prove_itself_before_it_enrols(browser: Client, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(hours=1))

    assert browser.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")


def test_the_admin_asks_for_the_second_step_too(browser: Client) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    enrol(browser)
    late = at_the_second_step()

    assert late.get("/admin/")["Location"].startswith("/admin/login/")
    assert late.get("/admin/login/")["Location"].startswith("/accounts/login/")
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "page", ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"]
)
def test_no_page_of_the_second_step_runs_inline_script(browser: Client, page: str) -> None:
    if page and page != "totp/activate/":
        enrol(browser)

    answer = browser.get(f"/accounts/2fa/{page}")

    assert answer.status_code == 200
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))|\son\w+=|\sstyle=", answer.content.decode())


def test_each_step_is_said_in_plain_words(browser: Client) -> None:
    asked = browser.get("/accounts/reauthenticate/").text
    switching_on = browser.get("/accounts/2fa/totp/activate/").text
    enrol(browser)
    second = at_the_second_step().get("/accounts/2fa/authenticate/").text

    assert "Is it still you?" in asked
    assert "type the secret into it" in switching_on
    assert "wait for the next" in second
    for page in (asked, switching_on, second):
        assert not re.search("reauthenticate to|two-factor", page, re.IGNORECASE)


def test_whoever_has_no_code_can_turn_back(browser: Client) -> None:
    enrol(browser)
    waiting = at_the_second_step()

    waiting.post("/accounts/logout/", {"next": "/accounts/login/"})

    assert waiting.get("/accounts/2fa/authenticate/").status_code == 302
    assert not is_in(waiting)
