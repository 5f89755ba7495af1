"""How amounts are read, each way networks and people write them."""

from decimal import Decimal

import pytest

from apps.attribution.amounts import BadAmount, amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("12.5", "12.5"), (" 7 ", "7"), (".5", ".5"), ("12.", "12"), ("+7", "7"), ("0", "0"),
        ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.56", "1234.56"),
        ("1\u00a0234,56", "1234.56"), ("12,34", "12.34"), ("1,234", "1234"), ("1.234", "1.234"), ("0,125", "0.125"),
        ("1,234,567", "1234567"), ("1.234.567", "1234567"), ("12,34,567", "1234567"), ("1.234.567,89", "1234567.89"),
        ("$12.50", "12.5"), ("12,50 €", "12.5"), ("-5", "-5"), ("(5.00)", "-5"), ("−5", "-5"), ("１２", "12"),
        ("0.00004", "0"), ("0.00006", "0.0001"),
    ],
)  # fmt: skip
def test_an_amount_is_read(text: str, value: str) -> None:
    assert amount(text).value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "NaN", "inf", "-Infinity", "1e400", "1e3", "1,2,3", "1.2.3", "1.2,5", "1,234,56", "--5", "5-", ".", "-", "5%",
     "{payout}", "12 12", "1.000.00", "9" * 100, "1000000000", "\0", "\udcff", "٫"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        amount(text)


@pytest.mark.parametrize(("text", "currency"), [("12.50 USD", "USD"), ("eur 3", "EUR"), ("3GBP", "GBP"), ("3", "")])
def test_a_code_beside_the_number_is_its_currency(text: str, currency: str) -> None:
    assert amount(text).currency == currency
