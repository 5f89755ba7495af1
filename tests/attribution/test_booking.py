"""From a postback to a conversion and its rows: what people will see of each kind of postback."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from apps.attribution import booking, storing
from apps.attribution.models import Booking, Conversion, ConversionChange, Network
from apps.ingress.models import Postback
from apps.ingress.snowflake import click_id
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.accounts.make import an_organization
from tests.attribution.make import NOON, a_click, a_network, a_postback, a_stored_click, booked, sums

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def network() -> Network:
    return a_network()


def outcomes() -> list[str]:
    return list(Booking.objects.order_by("postback_id").values_list("outcome", flat=True))


def test_a_sale_finds_its_click_and_is_revenue(network: Network) -> None:
    click = a_stored_click(network.organization_id)
    a_postback(network, click=click, txid="A-1", payout="12.50", status="sale")

    assert booked() == 1

    conversion = Conversion.objects.get()
    assert (conversion.status, conversion.revenue, conversion.clicked_at) == (
        "sale",
        Decimal("12.5"),
        click.happened_at,
    )
    assert outcomes() == ["new"]
    assert sums(network.organization_id) == {
        "conversions": 1, "sales": 1, "rejected": 0, "revenue": Decimal("12.5"), "pending": 0, "cost": 0
    }  # fmt: skip


def test_the_row_has_the_columns_of_its_click(network: Network) -> None:
    click = a_stored_click(network.organization_id, country="NZ", user_agent="caf\udce9", parameters={"a": "ü"})
    a_postback(network, click=click, txid="A-1", payout="1")

    booked()

    where = f"event_id = {click.event_id} AND country = 'NZ' AND parameters['a'] = 'ü' AND user_agent = 'caf\\xe9'"
    assert sums(network.organization_id, where)["conversions"] == 1


def test_the_same_postback_twice_is_kept_as_a_duplicate_and_counts_once(network: Network) -> None:
    for _ in range(2):
        a_postback(network, txid="A-1", payout="5", status="sale")

    booked()

    assert outcomes() == ["orphan", "duplicate"]
    assert sums(network.organization_id)["revenue"] == 5


def test_a_lead_becomes_a_sale_and_is_rejected(network: Network) -> None:
    expected = [("lead", 0, 7), ("sale", 8, 0), ("rejected", 0, 0)]
    for status, payout in (("lead", "7"), ("sale", "8"), ("rejected", "")):
        a_postback(network, txid="A-1", payout=payout, status=status)
        booked()
        found = sums(network.organization_id)
        assert (Conversion.objects.get().status, found["revenue"], found["pending"]) == expected.pop(0)

    assert sums(network.organization_id)["conversions"] == 0
    assert outcomes() == ["orphan", "changed", "changed"]


def test_a_lead_never_demotes_a_sale(network: Network) -> None:
    a_postback(network, txid="A-1", payout="8", status="sale")
    a_postback(network, txid="A-1", payout="3", status="lead")

    booked()

    assert sums(network.organization_id)["revenue"] == 8
    assert "changes nothing" in Booking.objects.get(outcome="duplicate").reason


def test_a_correction_of_the_payout_leaves_one_conversion(network: Network) -> None:
    a_postback(network, txid="A-1", payout="8", status="sale")
    booked()
    a_postback(network, txid="A-1", payout="9", status="sale")

    booked()

    found = sums(network.organization_id)
    assert (found["conversions"], found["revenue"]) == (1, 9)
    assert ConversionChange.objects.count() == 3


def test_rebills_are_earned_on_top_but_not_the_same_one_twice(network: Network) -> None:
    a_postback(network, txid="A-1", payout="10", status="sale")
    a_postback(network, txid="A-1", payout="5", status="rebill", month="2", at=NOON + timedelta(days=30))
    a_postback(network, txid="A-1", payout="5", status="rebill", month="3", at=NOON + timedelta(days=60))
    a_postback(network, txid="A-1", payout="5", status="rebill", month="3", at=NOON + timedelta(days=61))

    booked()

    found = sums(network.organization_id)
    assert (found["conversions"], found["revenue"]) == (3, 20)
    assert outcomes() == ["orphan", "changed", "changed", "duplicate"]
    december = sums(network.organization_id, "toYYYYMM(happened_at) = 202612")
    assert december["revenue"] == 5


def test_a_transaction_is_unique_for_ever_within_its_network_and_goal(network: Network) -> None:
    other = a_network(network.organization, name="Other")
    a_postback(network, txid="A-1", payout="1")
    a_postback(network, txid="A-1", payout="2", goal="upgrade")
    a_postback(other, txid="A-1", payout="4")

    booked()

    assert sums(network.organization_id)["revenue"] == 7
    again = Conversion.objects.filter(goal="upgrade").get()
    again.pk = None
    with pytest.raises(IntegrityError):
        again.save()


def test_without_a_transaction_the_click_and_the_goal_name_the_conversion(network: Network) -> None:
    click = a_stored_click(network.organization_id)
    for goal in ("signup", "signup", "deposit"):
        a_postback(network, click=click, payout="2", goal=goal)

    booked()

    assert sums(network.organization_id)["conversions"] == 2


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"txid": "A-1"}, "no_click_id"),
        ({"txid": "A-1", "click_id": "01k8y2z4garbled"}, "click_id_garbled"),
        ({"txid": "A-1", "click_id": click_id(1234567 << 22)}, "click_unknown"),
    ],
)
def test_a_garbled_click_id_is_told_from_an_unknown_one(
    network: Network, parameters: dict[str, str], problem: str
) -> None:
    a_postback(network, payout="3", **parameters)

    booked()

    conversion = Conversion.objects.get()
    assert (conversion.problem, outcomes()) == (problem, ["orphan"])
    assert bool(conversion.match_due_at) == (problem == "click_unknown")
    assert sums(network.organization_id, "event_id = 0 AND kind = ''")["revenue"] == 3


def test_a_click_of_another_organization_is_not_matched(network: Network) -> None:
    theirs = a_stored_click(a_network().organization_id)
    a_postback(network, click=theirs, txid="A-1", payout="3")

    booked()

    assert Conversion.objects.get().problem == "click_unknown"


def test_what_names_neither_click_nor_transaction_is_refused_and_kept(network: Network) -> None:
    a_postback(network, payout="3", status="sale")

    booked()

    assert Booking.objects.get().reason == "It names neither a click nor a transaction."
    assert not Conversion.objects.exists()


def test_an_unknown_status_is_refused_in_words(network: Network) -> None:
    a_postback(network, txid="A-1", status="zweifelhaft")

    booked()

    assert Booking.objects.get().reason == "The network's map has no status “zweifelhaft”."


def test_a_postback_of_no_network_leaves_the_queue(network: Network) -> None:
    postback = a_postback(network, txid="A-1")
    Postback.objects.filter(pk=postback.pk).update(network_id=network.pk + 10**6)

    assert booked() == 1
    assert not Booking.objects.exists()
    assert not Postback.objects.unbooked().exists()


def test_hostile_text_is_booked(network: Network) -> None:
    a_postback(network, txid="\0'; DROP\udcff" + "x" * 5_000, click_id="\0" * 300, payout="1", sub1="\udcff")

    booked()

    conversion = Conversion.objects.get()
    assert len(conversion.txid) <= 200
    assert sums(network.organization_id)["revenue"] == 1


def test_the_first_money_fixes_the_currency(network: Network) -> None:
    assert network.organization.money_since is None
    a_postback(network, txid="A-1", payout="1")

    booked()

    network.organization.refresh_from_db()
    assert network.organization.money_since == NOON


@pytest.mark.usefixtures("clickhouse_away")
def test_while_clickhouse_is_away_postbacks_wait(network: Network) -> None:
    a_postback(network, click=a_click(network.organization_id), txid="A-1", payout="1")

    with pytest.raises(WarehouseUnavailable):
        booking.book_waiting(NOON)

    assert Postback.objects.unbooked().count() == 1
    assert not Booking.objects.exists()


def test_changes_wait_while_clickhouse_is_away(network: Network, clickhouse_away: None) -> None:
    a_postback(network, txid="A-1", payout="1")
    booking.book_waiting(NOON)

    with pytest.raises(WarehouseUnavailable):
        storing.store_waiting(NOON)

    assert ConversionChange.objects.filter(stored_at=None).count() == 1


def test_an_organization_s_name_is_not_what_its_money_hangs_on() -> None:
    organization = an_organization("money-and-name")

    assert organization.currency == "EUR"
