"""How often somebody may try, behind the proxies that we trust: each by their own address, and by nothing they can invent."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client

from apps.accounts.models import User
from tests.accounts import make

PROXY = "10.0.0.1"
TOO_OFTEN = 429
WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "signing up": ("/accounts/signup/", {"email": "new{n}@example.com", "organization": "New", "password1": "x", "password2": "y"}),
    "a forgotten password": ("/accounts/password/reset/", {"email": "nobody{n}@example.com"}),
    "signing in": ("/accounts/login/", {"login": "nobody{n}@example.com", "password": "guess"}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: object, db: None) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]
    make.with_verified_address(make.alice())


def tries(way: str, forwarded: str, times: int) -> list[HttpResponse]:
    """The answers to so many tries, each about somebody else, from a browser behind the proxy."""
    address, form = WAYS[way]
    browser = Client(REMOTE_ADDR=PROXY)
    return [
        browser.post(
            address,
            {name: value.format(n=n) for name, value in form.items()},
            headers={"X-Forwarded-For": forwarded.format(n=n % 250)},
        )
        for n in range(times)
    ]


def is_let_in(forwarded: str) -> bool:
    browser = Client(REMOTE_ADDR=PROXY)
    sent = {"login": "alice@example.com", "password": make.PASSWORD}
    browser.post("/accounts/login/", sent, headers={"X-Forwarded-For": forwarded})
    return browser.get("/settings").status_code == 200


@pytest.mark.parametrize("way", ["signing up", "a forgotten password"])
def test_who_tries_again_and_again_is_told_to_wait(way: str) -> None:
    answers = tries(way, "198.51.100.1", 25)

    assert answers[0].status_code != TOO_OFTEN
    assert answers[-1].status_code == TOO_OFTEN


def test_who_guesses_is_not_let_in_for_a_while_even_with_the_right_password() -> None:
    tries("signing in", "198.51.100.1", 12)

    assert not is_let_in("198.51.100.1")


def test_somebody_else_behind_the_same_proxy_is_let_in() -> None:
    tries("signing in", "198.51.100.1", 12)

    assert is_let_in("198.51.100.2")


@pytest.mark.parametrize("invented", ["192.0.2.{n}, 198.51.100.1", "10.0.0.{n}, 192.0.2.{n}, 198.51.100.1, 10.9.9.9"])
def test_addresses_in_front_of_ones_own_do_not_help(invented: str) -> None:
    tries("signing in", invented, 12)

    assert not is_let_in("198.51.100.1")


@pytest.mark.parametrize("way", ["signing up", "a forgotten password"])
def test_they_do_not_help_elsewhere_either(way: str) -> None:
    assert tries(way, "192.0.2.{n}, 198.51.100.1", 25)[-1].status_code == TOO_OFTEN


def test_a_proxy_that_nobody_trusts_forwards_nobody(settings: object) -> None:
    settings.TRUSTED_PROXIES = []  # type: ignore[attr-defined]
    tries("signing in", "192.0.2.{n}", 12)

    assert not is_let_in("198.51.100.2")


def test_a_second_factor_is_not_guessed_either() -> None:
    """Codes are counted for the person: another address is no help."""
    browser = enrolled()

    codes = [browser(n).post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}) for n in range(8)]

    assert "Too many failed login attempts" in codes[-1].text


def enrolled() -> Callable[[int], Client]:
    """Alice with a second factor; each browser comes from another address and has typed the password."""
    TOTP.activate(User.objects.get(), "JBSWY3DPEHPK3PXP")

    def browser(n: int) -> Client:
        client = Client(REMOTE_ADDR=f"192.0.2.{n}")
        client.post("/accounts/login/", {"login": "alice@example.com", "password": make.PASSWORD})
        return client

    return browser
