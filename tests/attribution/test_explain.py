"""The steps behind "test postback": each says what was found, and nothing is written."""

import pytest
from django.utils import timezone

from apps.attribution.explain import Step, explain
from apps.attribution.models import Booking, Conversion, Network
from apps.attribution.rehearsal import rehearsed
from apps.ingress.snowflake import click_id
from tests.attribution.make import a_network, a_postback, a_stored_click, booked

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def network() -> Network:
    return a_network()


def steps(network: Network, query: str) -> dict[str, Step]:
    return {step.name: step for step in explain(network, rehearsed(network, method="GET", address=query))}


def test_a_postback_without_fault_is_ok_at_every_step(network: Network) -> None:
    click = a_stored_click(network.organization_id, link_key="summer")

    found = steps(network, f"click_id={click_id(click.event_id)}&txid=A-1&payout=12.50&status=approved&currency=USD")

    assert all(step.ok for step in found.values())
    assert found["Click"].words == "On summer, kind human."
    assert found["Status"].words == "Means sale."
    assert found["Payout"].words == "12.5 USD."
    assert (found["Outcome"].found, found["Outcome"].words) == ("new", "The first word of it: a sale of 12.5 USD.")


def test_nothing_is_written(network: Network) -> None:
    steps(network, "txid=A-1&payout=1")

    assert not Booking.objects.exists()
    assert not Conversion.objects.exists()


@pytest.mark.parametrize(
    ("query", "step", "says"),
    [
        ("click_id=garbled&txid=1", "Click id", "its check does not fit"),
        ("txid=1", "Click id", "None of the parameters"),
        (f"click_id={click_id(77 << 40)}&txid=1", "Click", "No such click is stored"),
        ("payout=1", "Transaction", "no click either"),
        ("txid=1&status=wat", "Status", "no such word"),
        ("txid=1&payout=abc", "Payout", "Cannot be read"),
        ("txid=1&payout=1&currency=ZZZ", "Rate", "counts as nothing"),
        ("txid=1&payout=%7Bpayout%7D", "Note", "did not fill in its macro"),
        ("payout=1", "Outcome", "neither a click nor a transaction"),
        ("click_id=garbled&txid=1", "Outcome", "counts without a source"),
        (f"click_id={click_id(77 << 40)}&txid=1", "Outcome", "counts without a source"),
        ("/postback/another-key?txid=1", "Network", "not this network's"),
        ("/postback/another-key?txid=1", "Outcome", "nothing is booked"),
    ],
)
def test_what_is_wrong_is_said_at_its_step(network: Network, query: str, step: str, says: str) -> None:
    found = steps(network, query)[step]

    assert not found.ok
    assert says in found.words


def test_what_it_would_do_takes_what_was_booked_into_account(network: Network) -> None:
    a_postback(network, txid="A-1", payout="5", status="sale")
    booked()

    assert steps(network, "txid=A-1&payout=5&status=sale")["Outcome"].found == "duplicate"
    assert steps(network, "txid=A-1&status=rejected")["Outcome"].found == "changed"


def test_a_paused_network_says_so(network: Network) -> None:
    network.pause(timezone.now())

    assert not steps(network, "txid=A-1")["Network"].ok


def test_an_orphan_is_called_one_until_its_click_is_stored(network: Network) -> None:
    event = a_stored_click(network.organization_id)

    assert steps(network, f"click_id={click_id(event.event_id + 1)}&txid=1")["Outcome"].found == "orphan"
    assert steps(network, f"click_id={click_id(event.event_id)}&txid=1")["Outcome"].found == "new"


def test_what_the_door_refuses_is_never_promised_to_be_booked() -> None:
    signing = a_network(secret="s3cret")

    found = steps(signing, "txid=A-1&payout=5&sig=deadbeef")

    assert found["Door"].words == "Refused: bad signature."
    assert (found["Outcome"].found, found["Outcome"].ok) == ("refused", False)


def test_a_body_that_cannot_be_read_is_refused_with_the_reason(network: Network) -> None:
    request = rehearsed(network, method="POST", address="txid=1", body="{", content_type="application/json")

    door, *_ = explain(network, request)

    assert door.words == "Refused: malformed. The body is not json."
