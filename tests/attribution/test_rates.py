"""Rates of the European Central Bank, as published; facts anybody can look up there."""

from datetime import date
from decimal import Decimal

import pytest

from apps.attribution.rates import rate


def test_a_rate_is_that_of_the_day() -> None:
    """1 EUR = 1.0921 USD on 5 January 2024."""
    found = rate("USD", "EUR", date(2024, 1, 5))

    assert (found.value, found.on) == ((1 / Decimal("1.0921")).quantize(Decimal("0.00000001")), date(2024, 1, 5))


@pytest.mark.parametrize("day", [date(2024, 1, 6), date(2024, 1, 7)])
def test_on_a_weekend_it_is_that_of_the_friday(day: date) -> None:
    assert rate("USD", "EUR", day) == rate("USD", "EUR", date(2024, 1, 5))


def test_easter_is_a_long_weekend() -> None:
    assert rate("GBP", "EUR", date(2024, 4, 1)).on == date(2024, 3, 28)


def test_two_currencies_meet_over_the_euro() -> None:
    """0.86210 GBP and 1.0921 USD for a euro."""
    assert rate("USD", "GBP", date(2024, 1, 5)).value == (Decimal("0.86210") / Decimal("1.0921")).quantize(
        Decimal("0.00000001")
    )


def test_a_currency_is_worth_itself() -> None:
    assert rate("XYZ", "XYZ", date(2024, 1, 5)).value == 1


@pytest.mark.parametrize(
    ("currency", "day"),
    [
        ("XYZ", date(2024, 1, 5)),
        ("RUB", date(2024, 1, 5)),
        ("HRK", date(2024, 1, 5)),
        ("USD", date(1990, 1, 1)),
        ("UAH", date(2024, 1, 5)),
    ],
)
def test_what_the_bank_does_not_quote_has_no_rate(currency: str, day: date) -> None:
    assert rate(currency, "EUR", day).value == 0


def test_behind_the_end_of_the_history_the_last_rate_holds() -> None:
    later = rate("USD", "EUR", date(2199, 1, 1))

    assert later.value > 0
    assert later.on < date(2199, 1, 1)
