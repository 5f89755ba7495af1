"""What one currency was worth in another on a day: the reference rates of the European Central Bank.

The history comes with the package CurrencyConverter, so no rate is ever fetched; a new release brings the weeks since the last.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from currency_converter import CurrencyConverter, RateNotFoundError  # type: ignore[import-untyped]

# Christmas and Easter leave up to five days without a rate. A currency silent for longer is no longer quoted: the rouble since
# March 2022, and those that became the euro.
QUIET_DAYS = 10
PLACES = Decimal("0.00000001")
ONE = Decimal(1)


class Rate(NamedTuple):
    """How much of the wanted currency one of the other is worth, and of which day that is. No rate is the value 0."""

    value: Decimal
    on: date


def rate(currency: str, wanted: str, day: date) -> Rate:
    """Of that day, or of the last business day before it; of the last day of the history when that ends earlier.

    The value is 0 when the bank does not quote one of the two: it is for the caller to say so, and never to guess.
    Source: ECB euro foreign exchange reference rates, since 1999. Cost: 0.2 s and 30 MB once in a process.
    """
    if currency == wanted:
        return Rate(ONE, day)
    return _quoted(currency, wanted, day)


def last_day() -> date:
    """With which the history ends."""
    last: date = _history().bounds["EUR"].last_date
    return last


@lru_cache(maxsize=10_000)
def _quoted(currency: str, wanted: str, day: date) -> Rate:
    history = _history()
    if {currency, wanted} <= history.currencies:
        latest = min(day, history.bounds["EUR"].last_date)
        for days in range(QUIET_DAYS + 1):
            on = latest - timedelta(days=days)
            try:
                return Rate(history.convert(ONE, currency, wanted, date=on).quantize(PLACES), on)
            except RateNotFoundError:
                continue
    return Rate(Decimal(0), day)


@lru_cache(maxsize=1)
def _history() -> CurrencyConverter:
    return CurrencyConverter(decimal=True)
