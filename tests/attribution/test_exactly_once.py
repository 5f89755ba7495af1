"""Whatever the order, however often, and whoever is killed in between: the sums are those of the postbacks."""

import threading
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.attribution import booking, storing
from apps.attribution.books import settle
from apps.attribution.models import Booking, Conversion, ConversionChange, Network
from apps.attribution.rows import CONVERSIONS
from apps.ingress.models import Postback
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.facts import store_facts
from tests.attribution.make import NOON, a_network, a_postback, a_stored_click, booked, sums

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
TOLD: list[dict[str, Any]] = [
    {"txid": "A", "status": "lead", "payout": "3"},
    {"txid": "A", "status": "sale", "payout": "4"},
    {"txid": "A", "status": "rebill", "payout": "2", "n": "1"},
    {"txid": "A", "status": "rebill", "payout": "2", "n": "1"},
    {"txid": "B", "status": "sale", "payout": "10"},
    {"txid": "B", "status": "rejected"},
    {"txid": "B", "status": "lead", "payout": "9"},
    {"txid": "C", "status": "sale", "payout": "20", "currency": "ZZZ"},
]
END = {"conversions": 3, "sales": 3, "rejected": 1, "revenue": 6, "pending": 0, "cost": 0}


def told(network: Network) -> list[Postback]:
    return [a_postback(network, **parameters) for parameters in TOLD]


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_repetition_of_booking_ends_in_the_same_sums(seed: int) -> None:
    random = Random(seed)
    network = a_network()
    postbacks = told(network)
    waiting = random.sample(postbacks, len(postbacks)) + random.sample(postbacks, 3)

    while waiting:
        size = random.randint(1, 4)
        some, waiting = waiting[:size], waiting[size:]
        booking.book(list(dict.fromkeys(some)), NOON)
        if random.random() < 0.5:
            all_stored()

    all_stored()
    assert sums(network.organization_id) == END


def all_stored() -> None:
    while storing.store_waiting(NOON):
        pass


def test_settling_again_adds_nothing() -> None:
    network = a_network()
    told(network)
    booked()

    assert settle(list(Conversion.objects.values_list("pk", flat=True)), NOON) == 0


def test_killed_before_the_commit_everything_waits_as_before() -> None:
    network = a_network()
    told(network)

    with transaction.atomic():
        booking.book_waiting(NOON)
        transaction.set_rollback(True)

    assert not Booking.objects.exists()
    assert booked() == len(TOLD)
    assert sums(network.organization_id) == END


def test_killed_between_storing_and_saying_so_nothing_is_stored_twice() -> None:
    network = a_network()
    told(network)
    booked()

    ConversionChange.objects.update(stored_at=None)
    booked()

    assert sums(network.organization_id) == END


def test_killed_in_the_middle_of_storing_the_rest_is_stored() -> None:
    network = a_network()
    told(network)
    booking.book_waiting(NOON)
    changes = list(ConversionChange.objects.select_related("conversion").order_by("pk"))
    half = storing.rows_of(changes)[: len(changes) // 2]
    store_facts(CONVERSIONS, half, token="another")

    booked()

    assert sums(network.organization_id) == END


def test_a_token_that_was_remembered_without_its_rows_does_not_lose_them() -> None:
    network = a_network()
    a_postback(network, txid="A", payout="5")
    booking.book_waiting(NOON)
    (change,) = ConversionChange.objects.select_related("conversion")
    (row,) = storing.rows_of([change])
    said = dict(zip(CONVERSIONS.columns, row, strict=True))
    elsewhere = tuple({**said, "organization_id": network.organization_id + 10**6}.values())
    store_facts(CONVERSIONS, [elsewhere], token=f"conversions-{change.pk}")

    booked()

    assert sums(network.organization_id)["revenue"] == 5


def test_an_inverse_is_made_of_the_stored_row_though_the_click_was_enriched_anew() -> None:
    network = a_network()
    click = a_stored_click(network.organization_id, country="DE")
    a_postback(network, click=click, txid="A", payout="5", status="sale")
    booked()
    a_stored_click(network.organization_id, event_id=click.event_id, country="FR")
    a_postback(network, click=click, txid="A", status="rejected")

    booked()

    assert sums(network.organization_id, "country = 'DE'")["revenue"] in (0, 5)
    assert sums(network.organization_id, "sign < 0 AND country = 'DE'")["revenue"] == -5
    assert sums(network.organization_id)["revenue"] == 0


def test_what_clickhouse_has_lost_is_stored_again_before_it_is_taken_back() -> None:
    network = a_network()
    a_postback(network, txid="A", payout="5")
    booking.book_waiting(NOON)
    ConversionChange.objects.update(stored_at=NOON)
    a_postback(network, txid="A", payout="6")

    booked()

    assert sums(network.organization_id) == {**END, "conversions": 1, "sales": 1, "rejected": 0, "revenue": 6}


@pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)
def test_two_workers_at_once_book_everything_once() -> None:
    network = a_network()
    for number in range(30):
        a_postback(
            network, txid=f"T-{number % 10}", payout=str(number % 3), status="sale", at=NOON + timedelta(seconds=number)
        )
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                booking.book_waiting(NOON)
                storing.store_waiting(NOON)
        except (DatabaseError, WarehouseUnavailable) as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked()

    assert problems == []
    assert sums(network.organization_id)["conversions"] == 10
    assert Booking.objects.count() == 30
