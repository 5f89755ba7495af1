"""The "test postback" page: every step of what would become of one, with nothing kept and nothing booked."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.attribution.models import Booking, Conversion, Network
from apps.ingress.snowflake import click_id
from tests.attribution.make import a_network, a_stored_click

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def steps_of(answer: object) -> dict[str, tuple[bool, str]]:
    return {step.name: (step.ok, step.words) for step in answer.context["steps"]}  # type: ignore[attr-defined]


def test_a_good_postback_passes_every_step(client: Client, network: Network) -> None:
    click = a_stored_click(network.organization_id)
    query = urlencode({"click_id": click_id(click.event_id), "txid": "A1", "payout": "12.50", "currency": "EUR"})

    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": query})

    steps = steps_of(answer)
    assert all(ok for ok, _ in steps.values())
    assert steps["Outcome"][1]
    assert "12.5 EUR" in steps["Payout"][1]


def test_trying_books_nothing(client: Client, network: Network) -> None:
    client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": "click_id=x&txid=1"})

    assert not Booking.objects.exists()
    assert not Conversion.objects.exists()


@pytest.mark.parametrize(
    ("body", "content"), [("txid=B2&payout=3", "form"), (json.dumps({"txid": "B2", "payout": 3}), "json")]
)
def test_a_body_is_tried_too(client: Client, network: Network, body: str, content: str) -> None:
    address = f"https://go.example.com/postback/{network.key}?click_id=x"

    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "POST", "address": address, "body": body})

    assert steps_of(answer)["Transaction"][0], content


def test_a_missing_signature_is_the_first_step_that_fails(client: Client, alice: Membership) -> None:
    network = a_network(alice.organization, secret="s3cret")

    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": "click_id=x&txid=1"})

    assert steps_of(answer)["Door"] == (False, "Refused: bad signature.")


@pytest.mark.parametrize("address", ["/postback/somebody-elses?txid=1", "https://x.example/elsewhere?txid=1"])
def test_an_address_that_is_not_the_networks_is_said_to_be_wrong(
    client: Client, network: Network, address: str
) -> None:
    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": address})

    assert not steps_of(answer)["Door"][0]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202e\x00\ud7ff", "%ff%fe", "&" * 500, "日本=語", "?"])
def test_hostile_addresses_are_explained_and_escaped(client: Client, network: Network, text: str) -> None:
    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": text})

    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.content.decode()


def test_with_clickhouse_away_trying_says_so(client: Client, network: Network, clickhouse_away: None) -> None:
    address = urlencode({"click_id": click_id(2**40), "txid": "1"})

    answer = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": address})

    assert answer.status_code == 503
    assert "ClickHouse does not answer" in answer.content.decode()


def test_what_was_found_is_cut_and_hides_nothing(client: Client, network: Network) -> None:
    address = "click_id=%E2%80%AEevil&txid=" + "x" * 7_000

    page = client.post(f"/settings/networks/{network.pk}/try", {"method": "GET", "address": address}).content.decode()

    table = page[page.index('id="steps"') :]
    assert "\\u202eevil" in table
    assert "x" * 200 not in table
