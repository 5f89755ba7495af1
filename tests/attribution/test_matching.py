"""Orphans: a click may be stored after its postback, or the network's map may be corrected long after."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from apps.attribution import matching
from apps.attribution.booking import rebook
from apps.attribution.models import Booking, Conversion, ConversionChange, Network
from apps.attribution.tasks import book_postbacks, match_orphans
from apps.attribution.visitors import without_person
from apps.ingress.models import Postback
from apps.ingress.warehouse.facts import IMPORTED, clicks_by_ids
from apps.ingress.warehouse.writer import store_events
from tests.attribution.make import NOON, a_click, a_network, a_postback, a_stored_click, booked, sums

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def network() -> Network:
    return a_network()


def matched(now: datetime) -> int:
    found = matching.match_waiting(now)
    booked(now)
    return found


def test_a_click_that_is_stored_later_is_found(network: Network) -> None:
    click = a_click(network.organization_id, country="NZ")
    a_postback(network, click=click, txid="A-1", payout="5", status="sale")
    booked()
    assert sums(network.organization_id, "country = 'NZ'")["revenue"] == 0
    store_events([click], token=uuid4().hex)

    assert matched(NOON + timedelta(seconds=11)) == 1

    assert sums(network.organization_id, "country = 'NZ'")["revenue"] == 5
    assert sums(network.organization_id)["revenue"] == 5
    assert Booking.objects.get().outcome == "new"
    assert Conversion.objects.get().clicked_at == click.happened_at


def test_it_is_looked_for_later_and_later(network: Network) -> None:
    a_postback(network, click=a_click(network.organization_id), txid="A-1", payout="5")
    booked()
    waits, now = [], NOON

    while due := Conversion.objects.get().match_due_at:
        waits.append((due - now).total_seconds())
        now = due
        matching.match_waiting(now)

    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == 86_400
    assert now - NOON > timedelta(days=20)
    assert ConversionChange.objects.count() == 1


def test_before_it_is_due_nothing_is_asked(network: Network) -> None:
    a_postback(network, click=a_click(network.organization_id), txid="A-1", payout="5")
    booked()

    assert matching.match_waiting(NOON + timedelta(seconds=5)) == 0


def test_somebody_may_have_them_looked_for_again(network: Network) -> None:
    a_postback(network, click=a_click(network.organization_id), txid="A-1", payout="5")
    a_postback(network, click_id="garbled", txid="A-2", payout="5")
    booked()
    Conversion.objects.update(match_due_at=None, match_tries=34)

    assert matching.match_again(Conversion.objects.all(), NOON) == 1

    assert matched(NOON) == 1


def test_a_later_postback_may_bring_the_click(network: Network) -> None:
    click = a_stored_click(network.organization_id)
    a_postback(network, txid="A-1", payout="5", status="lead")
    booked()
    a_postback(network, click=click, txid="A-1", payout="5", status="sale")

    booked()

    assert Conversion.objects.get().event_id == click.event_id
    assert sums(network.organization_id, f"event_id = {click.event_id}")["revenue"] == 5
    assert sums(network.organization_id, "event_id = 0")["pending"] == 0


def test_an_imported_click_is_found_though_its_id_has_the_highest_bit(network: Network) -> None:
    event_id = IMPORTED | network.organization_id
    click = a_stored_click(network.organization_id, NOON - timedelta(days=4_000), event_id=event_id)
    a_postback(network, click=click, txid="A-1", payout="5")

    booked()

    assert Conversion.objects.get().event_id == event_id
    assert sums(network.organization_id, f"event_id = {event_id}")["revenue"] == 5


def test_clicks_are_found_by_their_ids_for_their_organization_only(network: Network) -> None:
    mine = [a_stored_click(network.organization_id, NOON - timedelta(days=days)) for days in (1, 1, 300)]
    theirs = a_stored_click(network.organization_id + 1)

    found = clicks_by_ids(network.organization_id, [event.event_id for event in (*mine, theirs)])

    assert {event_id: event.happened_at for event_id, event in found.items()} == {
        event.event_id: event.happened_at for event in mine
    }


def test_corrected_maps_are_applied_to_what_was_stored(network: Network) -> None:
    click = a_stored_click(network.organization_id)
    a_postback(network, click=click, bestellung="A-1", betrag="5", status="wat")
    a_postback(network, click=click, bestellung="A-2", betrag="6")
    booked()
    assert sums(network.organization_id)["revenue"] == 0
    maps = network.newest.maps
    parameters = {**maps.parameters, "txid": ("bestellung",), "payout": ("betrag",)}
    network.change_maps(maps._replace(parameters=parameters, statuses={**maps.statuses, "wat": "sale"}))
    told: list[tuple[int, int]] = []

    assert rebook(network, NOON, lambda done, total: told.append((done, total))) == 2
    booked()

    assert told == [(2, 2)]
    assert sums(network.organization_id) == {
        "conversions": 2, "sales": 2, "rejected": 0, "revenue": 11, "pending": 0, "cost": 0
    }  # fmt: skip
    assert set(Booking.objects.values_list("version__number", flat=True)) == {2}


def test_rebooking_twice_changes_nothing_the_second_time(network: Network) -> None:
    a_postback(network, txid="A-1", payout="5")
    booked()

    rebook(network, NOON)

    assert ConversionChange.objects.count() == 1


def test_rebills_that_an_erasure_made_alike_are_still_as_many_when_they_are_read_again(network: Network) -> None:
    rebill: dict[str, Any] = {"txid": "A-1", "payout": "5", "status": "rebill"}
    a_postback(network, **rebill, name="first")
    a_postback(network, **rebill, name="second")
    booked()
    before = sums(network.organization_id)
    for postback in Postback.objects.filter(network_id=network.pk):
        Postback.objects.filter(pk=postback.pk).update(line=without_person(bytes(postback.line)))

    rebook(network, NOON)
    a_postback(network, **rebill, name="second")
    booked()

    assert before["revenue"] == 10
    assert sums(network.organization_id) == before
    assert ConversionChange.objects.count() == 2


def test_a_conversion_that_no_postback_tells_of_any_more_is_taken_back(network: Network) -> None:
    a_postback(network, txid="A-1", payout="5")
    booked()
    maps = network.newest.maps
    network.change_maps(maps._replace(statuses={**maps.statuses, "": "ignore"}))

    rebook(network, NOON)
    booked()

    assert sums(network.organization_id)["revenue"] == 0
    assert Conversion.objects.get().emptied_at == NOON


def test_the_tasks_do_all_of_it(network: Network) -> None:
    click = a_click(network.organization_id)
    a_postback(network, click=click, txid="A-1", payout="5")

    assert book_postbacks() == 1
    store_events([click], token=uuid4().hex)
    Conversion.objects.update(match_due_at=NOON)
    assert match_orphans() == 1

    assert sums(network.organization_id, f"event_id = {click.event_id}")["revenue"] == 5
