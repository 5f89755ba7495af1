"""Conversions follow their clicks when those are enriched again."""

from datetime import timedelta

import pytest

from apps.attribution import booking, following, storing
from apps.attribution.models import ConversionChange, Network
from apps.ingress.event import Event
from apps.ingress.models import ChangedHours
from apps.ingress.warehouse.connection import client
from tests.attribution.make import NOON, a_network, a_postback, a_stored_click
from tests.ingress.history import update_events
from tests.ingress.make import a_job

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
BY_COUNTRY = """
SELECT country, toInt64(sum(conversions)), toFloat64(sum(revenue)) FROM conversions
WHERE organization_id = {organization:UInt32} GROUP BY country HAVING count() > 0 ORDER BY country
"""


@pytest.fixture
def network() -> Network:
    return a_network()


def booked(network: Network, **said: object) -> Event:
    click = a_stored_click(network.organization_id)
    a_postback(network, click=click, **{"txid": "1", "payout": "10", **said})
    settled()
    return click


def settled() -> None:
    booking.book_waiting(NOON)
    while following.follow_clicks(NOON):
        pass
    storing.store_waiting(NOON)


def enriched(network: Network, click: Event, country: str, *, is_settled: bool = True) -> ChangedHours:
    update_events("country = {country:String}", "event_id = {event:UInt64}", country=country, event=click.event_id)
    return ChangedHours.objects.create(
        job=a_job(network.organization_id),
        organization_id=network.organization_id,
        start=click.happened_at - timedelta(hours=1),
        end=click.happened_at + timedelta(hours=1),
        fields=["country"],
        is_settled=is_settled,
    )


def by_country(network: Network) -> dict[str, tuple[int, float]]:
    rows = client().execute(BY_COUNTRY, {"organization": network.organization_id})
    return {country: (conversions, revenue) for country, conversions, revenue in rows}


def test_a_conversion_moves_with_its_click(network: Network) -> None:
    click = booked(network)

    enriched(network, click, "FR")
    settled()

    assert by_country(network) == {"DE": (0, 0.0), "FR": (1, 10.0)}


def test_following_twice_is_following_once(network: Network) -> None:
    click = booked(network)
    enriched(network, click, "FR")
    settled()
    rows = ConversionChange.objects.count()

    settled()

    assert ConversionChange.objects.count() == rows


def test_changes_of_the_same_clicks_are_followed_together(network: Network) -> None:
    click = booked(network)
    enriched(network, click, "FR")
    enriched(network, click, "AT")

    settled()

    assert by_country(network) == {"AT": (1, 10.0), "DE": (0, 0.0)}
    assert ConversionChange.objects.count() == 3


def test_a_row_that_was_taken_back_before_stays_so(network: Network) -> None:
    click = booked(network, status="lead")
    a_postback(network, click=click, txid="1", payout="10", status="sale")
    settled()

    enriched(network, click, "FR")
    settled()

    assert by_country(network) == {"DE": (0, 0.0), "FR": (1, 10.0)}


def test_what_comes_after_goes_on_from_there(network: Network) -> None:
    click = booked(network)
    enriched(network, click, "FR")
    settled()

    a_postback(network, click=click, txid="1", status="rejected")
    settled()

    assert by_country(network) == {"DE": (0, 0.0), "FR": (0, 0.0)}


def test_a_change_that_is_not_settled_waits(network: Network) -> None:
    click = booked(network)
    enriched(network, click, "FR", is_settled=False)

    settled()

    assert by_country(network) == {"DE": (1, 10.0)}


def test_other_hours_and_other_organizations_are_left_alone(network: Network) -> None:
    click, others = booked(network), a_network()
    booked(others)
    changed = enriched(others, click, "FR")
    changed.start, changed.end = NOON + timedelta(days=1), NOON + timedelta(days=2)
    changed.save()

    settled()

    assert by_country(network) == {"DE": (1, 10.0)}
    assert by_country(others) == {"DE": (1, 10.0)}
