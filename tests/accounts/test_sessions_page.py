"""Your sessions: where one is signed in, with what and since when, and ending one or all others."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Membership
from tests.accounts import make

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 29, 12, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def alice() -> Membership:
    return make.with_verified_address(make.alice())


def a_browser(who: Membership, agent: str, address: str = "192.0.2.1", **more: str) -> Client:
    browser = make.signed_in(Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address, **more), who)
    browser.get("/settings")
    return browser


def sessions_of(browser: Client) -> str:
    return browser.get("/accounts/sessions/").text


def is_in(browser: Client) -> bool:
    return browser.get("/settings").status_code == 200


def test_each_session_is_told_by_device_and_address(alice: Membership) -> None:
    laptop = a_browser(alice, CHROME)
    a_browser(alice, PHONE, "2001:db8::7")

    page = sessions_of(laptop)

    assert "Chrome on Windows" in page
    assert "on iOS" in page
    assert "2001:db8::7" in page
    assert page.count("This one") == 1


def test_behind_a_proxy_it_is_the_person_s_address_that_is_shown(alice: Membership, settings: object) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]

    browser = a_browser(alice, CHROME, "10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 198.51.100.9")

    assert "198.51.100.9" in sessions_of(browser)
    assert "6.6.6.6" not in sessions_of(browser)


def test_ending_one_signs_that_browser_out_and_no_other(alice: Membership) -> None:
    laptop, phone, tablet = a_browser(alice, CHROME), a_browser(alice, PHONE), a_browser(alice, PHONE)
    its_row = UserSession.objects.get(session_key=phone.session.session_key)

    laptop.post(f"/sessions/{its_row.pk}/end")

    assert (is_in(laptop), is_in(phone), is_in(tablet)) == (True, False, True)


def test_ending_all_others_leaves_this_one(alice: Membership) -> None:
    laptop, phone, tablet = a_browser(alice, CHROME), a_browser(alice, PHONE), a_browser(alice, PHONE)

    laptop.post("/accounts/sessions/")

    assert (is_in(laptop), is_in(phone), is_in(tablet)) == (True, False, False)
    assert "signed in nowhere else" in sessions_of(laptop)


def test_nobody_ends_or_sees_a_session_of_somebody_else(alice: Membership) -> None:
    a_browser(alice, CHROME, "192.0.2.77")
    hers = UserSession.objects.get()
    charlie = a_browser(make.charlie(), PHONE)

    assert charlie.post(f"/sessions/{hers.pk}/end").status_code == 404
    assert "192.0.2.77" not in sessions_of(charlie)
    assert Session.objects.filter(pk=hers.session_key).exists()


def test_the_one_in_use_is_ended_by_signing_out(alice: Membership) -> None:
    laptop = a_browser(alice, CHROME)

    assert laptop.post(f"/sessions/{UserSession.objects.get().pk}/end").status_code == 404
    assert is_in(laptop)


def test_it_is_remembered_to_the_minute_when_a_session_was_seen(alice: Membership) -> None:
    with time_machine.travel(START, tick=False) as clock:
        laptop = a_browser(alice, CHROME)
        seen = []
        for seconds in (0, 59, 2):
            clock.shift(timedelta(seconds=seconds))
            laptop.get("/settings")
            seen.append(UserSession.objects.get().last_seen_at - START)

    assert seen == [timedelta(0), timedelta(0), timedelta(seconds=61)]


def test_another_address_is_noticed_at_once(alice: Membership) -> None:
    laptop = a_browser(alice, CHROME)

    laptop.get("/settings", REMOTE_ADDR="203.0.113.9")

    assert UserSession.objects.get().ip == "203.0.113.9"


def test_of_a_stranger_nothing_is_asked_or_kept(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/accounts/login/")

    assert not [query for query in asked.captured_queries if "session" in query["sql"]]
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("agent", ["", "curl/8", "x" * 5000, "<script>alert(1)</script>"])
def test_whatever_a_browser_calls_itself_the_page_is_drawn(alice: Membership, agent: str) -> None:
    page = sessions_of(a_browser(alice, agent))

    assert "This one" in page
    assert "<script>alert" not in page
