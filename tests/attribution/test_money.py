"""Money in other currencies: the rate of the day is kept, and nothing is lost for want of one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from apps.attribution.models import Booking, Conversion
from apps.attribution.rates import rate
from tests.attribution.make import a_network, a_postback, an_organization_of_its_own, booked, sums

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
SATURDAY = datetime(2024, 1, 6, 12, tzinfo=UTC)


def test_the_rate_of_the_last_business_day_is_kept_with_its_day() -> None:
    network = a_network()
    a_postback(network, txid="A-1", payout="100", currency="USD", at=SATURDAY)

    booked()

    conversion = Conversion.objects.get()
    expected = rate("USD", "EUR", SATURDAY.date())
    assert (conversion.rate, conversion.rate_on) == (expected.value, expected.on)
    assert sums(network.organization_id)["revenue"] == Decimal("91.5667")


def test_the_day_is_the_organization_s() -> None:
    network = a_network(an_organization_of_its_own(time_zone="Pacific/Auckland"))
    a_postback(network, txid="A-1", payout="1", currency="USD", at=datetime(2024, 1, 4, 12, tzinfo=UTC))

    booked()

    assert Conversion.objects.get().rate_on.isoformat() == "2024-01-05"


def test_money_in_a_currency_without_a_rate_is_kept_and_says_so() -> None:
    network = a_network()
    a_postback(network, txid="A-1", payout="100", currency="ZZZ")

    booked()

    conversion = Conversion.objects.get()
    assert (conversion.payout, conversion.currency, conversion.has_no_rate) == (100, "ZZZ", True)
    assert "No rate is known for ZZZ" in Booking.objects.get().reason
    found = sums(network.organization_id)
    assert (found["conversions"], found["revenue"]) == (1, 0)


def test_the_currency_is_the_postback_s_else_the_network_s_else_the_organization_s() -> None:
    network = a_network(an_organization_of_its_own(currency="GBP"))
    a_postback(network, txid="A-1", payout="1")
    booked()
    network.change_maps(network.newest.maps._replace(currency="USD"))
    a_postback(network, txid="A-2", payout="1")
    a_postback(network, txid="A-3", payout="1", currency="CHF")

    booked()

    assert list(Conversion.objects.order_by("txid").values_list("currency", flat=True)) == ["GBP", "USD", "CHF"]


def test_costs_of_postbacks_are_summed_whatever_their_status() -> None:
    network = a_network()
    a_postback(network, txid="A-1", payout="5", cost="2", status="lead")
    a_postback(network, txid="A-1", status="rejected")

    booked()

    assert sums(network.organization_id)["cost"] == 2


def test_once_money_is_booked_the_currency_stays() -> None:
    network = a_network()
    organization = network.organization
    organization.currency = "USD"
    organization.full_clean()
    a_postback(network, txid="A-1", payout="5")
    booked()

    with pytest.raises(ValidationError, match="booked in EUR"):
        organization.full_clean()


def test_a_corrected_payout_in_another_currency_gets_that_one_s_rate() -> None:
    network = a_network()
    a_postback(network, txid="A-1", payout="100", at=SATURDAY)
    a_postback(network, txid="A-1", payout="100", currency="USD", at=SATURDAY)

    booked()

    assert sums(network.organization_id)["revenue"] == Decimal("91.5667")
