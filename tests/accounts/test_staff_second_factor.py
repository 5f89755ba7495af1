"""Staff pages ask for a second factor, in this very session; who has none is led to set one up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from apps.accounts.models import User
from tests.accounts import make
from tests.accounts.test_two_steps import START, code, enrol, enter

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
OF_STAFF = ["/system", "/system/workers", "/admin/", "/admin/accounts/user/", "/admin/password_change/"]
SET_UP, ASK = "/accounts/2fa/totp/activate/", "/accounts/2fa/reauthenticate/"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def staff(clock: time_machine.Traveller) -> Client:
    """Alice of the staff, who has typed her password, and again because enrolling asks for it, and no more."""
    make.with_verified_address(make.alice())
    User.objects.update(is_staff=True, is_superuser=True)
    browser = enter(Client())
    browser.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    return browser


def lands_at(browser: Client, address: str) -> str:
    """Where looking there ends."""
    return str(browser.get(address, follow=True).request["PATH_INFO"])


@pytest.mark.parametrize("address", OF_STAFF)
def test_staff_without_a_second_factor_are_led_to_set_one_up(staff: Client, address: str) -> None:
    answer = staff.get(address, follow=True)

    assert answer.request["PATH_INFO"] == SET_UP
    assert "Staff pages need two-step sign-in" in answer.text


@pytest.mark.parametrize("address", OF_STAFF)
def test_whoever_has_just_enrolled_is_in(staff: Client, address: str) -> None:
    enrol(staff)

    assert lands_at(staff, address) == address


@pytest.mark.parametrize("address", OF_STAFF)
def test_a_session_from_before_the_factor_is_asked_for_it(staff: Client, address: str) -> None:
    """Or whoever had stolen the password earlier would come in with the rest."""
    earlier = enter(Client())
    enrol(staff)

    assert lands_at(earlier, address) == ASK


def test_and_goes_on_where_it_wanted_to(staff: Client, clock: time_machine.Traveller) -> None:
    earlier = enter(Client())
    secret = enrol(staff)
    clock.shift(timedelta(minutes=1))
    asked = earlier.get("/system")

    answer = earlier.post(asked["Location"], {"code": code(secret, datetime.now(UTC))})

    assert answer["Location"] == "/system"
    assert lands_at(earlier, "/system") == "/system"


def test_without_the_code_it_does_not_go_on(staff: Client) -> None:
    earlier = enter(Client())
    enrol(staff)

    earlier.post(ASK, {"code": "000000"})

    assert lands_at(earlier, "/system") == ASK


def test_signing_in_with_the_code_is_enough(staff: Client, clock: time_machine.Traveller) -> None:
    secret = enrol(staff)
    clock.shift(timedelta(minutes=1))
    later = enter(Client())

    later.post("/accounts/2fa/authenticate/", {"code": code(secret, datetime.now(UTC))})

    assert lands_at(later, "/admin/") == "/admin/"


def test_a_factor_that_somebody_else_proved_in_this_browser_does_not_count(staff: Client) -> None:
    enrol(staff)
    other = make.a_user("other@example.com", is_staff=True, is_superuser=True)
    kept = staff.session[AUTHENTICATION_METHODS_SESSION_KEY]
    browser = Client()
    browser.force_login(other)
    record_authentication_of(browser, kept)

    assert browser.get("/system")["Location"] == SET_UP


def record_authentication_of(browser: Client, kept: object) -> None:
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
    session.save()


def test_nothing_is_changed_in_the_admin_without_it(staff: Client) -> None:
    bob = make.bob()

    staff.post(f"/admin/accounts/membership/{bob.pk}/delete/", {"post": "yes"})

    assert type(bob).objects.filter(pk=bob.pk).exists()


def test_whoever_is_not_staff_is_not_asked(client: Client) -> None:
    make.signed_in(client, make.alice())

    assert client.get("/settings").status_code == 200
    assert client.get("/system").status_code == 403
    assert client.get("/admin/login/").status_code == 403


def test_on_ones_own_machine_the_password_may_be_enough(staff: Client, settings: object) -> None:
    settings.TRELLIS_STAFF_SECOND_FACTOR = False  # type: ignore[attr-defined]

    assert lands_at(staff, "/system") == "/system"
    assert lands_at(staff, "/admin/") == "/admin/"
