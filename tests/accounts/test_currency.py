"""The organization's currency: chosen on the settings page until money is booked in it."""

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from apps.accounts.currencies import CURRENCIES
from apps.accounts.models import Organization
from tests.accounts import make

pytestmark = pytest.mark.django_db
SETTINGS = {"name": "Acme", "time_zone": "UTC", "retention_days": "90", "default_destination": "", "safe_url": ""}


@pytest.fixture
def page(client: Client) -> Client:
    return make.signed_in(client, make.alice())


def currency() -> str:
    return Organization.objects.get(key="acme").currency


def test_it_is_chosen_on_the_settings_page(page: Client) -> None:
    assert currency() == "EUR"

    page.post("/settings/change", {**SETTINGS, "currency": "NZD"})

    assert currency() == "NZD"


def test_who_does_not_send_one_keeps_it(page: Client) -> None:
    page.post("/settings/change", {**SETTINGS, "currency": "NZD"})

    page.post("/settings/change", SETTINGS)

    assert currency() == "NZD"


def test_a_word_that_is_none_is_refused(page: Client) -> None:
    answer = page.post("/settings/change", {**SETTINGS, "currency": "EURO"})

    assert answer.status_code == 422
    assert currency() == "EUR"


def test_once_money_is_booked_it_stays_and_the_page_says_why(page: Client) -> None:
    Organization.objects.update(money_since=timezone.now())

    answer = page.post("/settings/change", {**SETTINGS, "currency": "USD"})

    assert answer.status_code == 422
    assert "Money is booked in EUR" in answer.content.decode()
    assert currency() == "EUR"


def test_the_other_settings_can_still_be_changed(page: Client) -> None:
    Organization.objects.update(money_since=timezone.now())

    assert page.post("/settings/change", {**SETTINGS, "currency": "EUR", "name": "New"}).status_code == 302


def test_the_database_takes_codes_only() -> None:
    with pytest.raises(IntegrityError):
        make.an_organization("acme", currency="eur")


def test_codes_are_three_capitals_with_a_name() -> None:
    assert all(len(code) == 3 and code.isupper() and name for code, name in CURRENCIES.items())
    assert len(CURRENCIES) > 150
