"""Networks: their versions, how they reach ingress, and who may see them."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.utils import timezone

from apps.attribution import access
from apps.attribution.models import Conversion, CostUpload, Network
from apps.attribution.presets import Preset, preset_maps
from apps.attribution.publish import publish_network
from apps.attribution.tasks import publish_networks
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.routing import RouteTable
from tests.accounts import make
from tests.attribution.make import a_network, a_postback, booked

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def redis() -> Iterator[None]:
    broker().delete(*routes.KEYS)
    yield
    broker().delete(*routes.KEYS)


def in_force(network: Network) -> dict[str, object]:
    name = f"network:{network.key}"
    found: dict[str, object] = routes.published(broker(), [name]).get(name, {})
    return found


def test_a_new_network_reads_as_its_preset_does() -> None:
    network = a_network(preset=Preset.AFFISE)

    assert (network.newest.number, network.newest.maps) == (1, preset_maps(Preset.AFFISE))


def test_every_change_of_its_maps_is_a_new_version_and_none_is_none() -> None:
    network = a_network()
    maps = network.newest.maps

    network.change_maps(maps._replace(currency="USD"))
    network.change_maps(maps._replace(currency="USD"))

    assert [version.currency for version in network.versions.order_by("number")] == ["", "USD"]


def test_keys_cannot_be_guessed() -> None:
    assert len({a_network().key for _ in range(5)}) == 5
    assert len(a_network().key) == 24


@pytest.mark.parametrize(
    ("address", "is_fine"), [("192.0.2.0/24", True), ("2001:db8::1", True), ("192.0.2.1/24", False), ("x", False)]
)
def test_addresses_are_networks(address: str, is_fine: bool) -> None:
    network = a_network()
    network.addresses = [address]

    if is_fine:
        network.full_clean()
    else:
        with pytest.raises(ValidationError):
            network.full_clean()


@pytest.mark.usefixtures("redis")
def test_networks_reach_ingress_as_it_reads_them() -> None:
    network = a_network(secret="s3cret", addresses=["192.0.2.0/24"])

    publish_networks()

    document = in_force(network)
    assert document == {
        "organization_id": network.organization_id, "network_id": network.pk, "secret": "s3cret",
        "addresses": ["192.0.2.0/24"], "paused": False,
    }  # fmt: skip
    table = RouteTable()
    table.apply(f"network:{network.key}", document)


@pytest.mark.usefixtures("redis")
def test_a_saved_network_is_in_force_once_its_transaction_is_through(
    django_capture_on_commit_callbacks: pytest.FixtureRequest,
) -> None:
    publish_networks()
    network = a_network()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        publish_network(network)

    assert in_force(network)["paused"] is False
    network.pause(timezone.now())
    assert publish_networks() == 1
    assert in_force(network)["paused"] is True


@pytest.mark.usefixtures("redis")
def test_publishing_again_publishes_nothing_and_what_is_gone_is_withdrawn() -> None:
    network = a_network()
    publish_networks()
    assert publish_networks() == 0

    network.delete()

    assert publish_networks() == 1
    assert in_force(network) == {}


def test_charlie_sees_nothing_of_it() -> None:
    alice, charlie = make.alice(), make.charlie()
    network = a_network(alice.organization)
    a_postback(network, txid="A-1", payout="1")
    booked()
    conversion = Conversion.objects.get()
    upload = CostUpload.objects.create(organization=alice.organization, name="a", data=b"", digest="")

    assert access.network_for(alice, network.pk) == network
    assert access.conversion_for(alice, conversion.pk) == conversion
    assert access.cost_upload_for(alice, upload.pk) == upload
    for ask, pk in (
        (access.network_for, network.pk),
        (access.network_to_change, network.pk),
        (access.conversion_for, conversion.pk),
        (access.cost_upload_for, upload.pk),
        (access.cost_upload_to_change, upload.pk),
    ):
        with pytest.raises(Http404):
            ask(charlie, pk)


def test_staff_look_at_everything_and_change_networks_only(client: Client) -> None:
    make.signed_in(client, make.staff())
    network = a_network()
    a_postback(network, txid="A-1", payout="1")
    booked()
    conversion = Conversion.objects.get()

    for place in ("network", "conversion", "booking", "costupload"):
        assert client.get(f"/admin/attribution/{place}/").status_code == 200
    assert client.get(f"/admin/attribution/conversion/{conversion.pk}/change/").status_code == 200
    assert client.get(f"/admin/attribution/network/{network.pk}/change/").status_code == 200
    assert client.get("/admin/attribution/conversion/add/").status_code == 403
    assert client.post(f"/admin/attribution/network/{network.pk}/delete/").status_code == 403


def test_a_network_made_by_staff_has_its_preset_s_maps(client: Client) -> None:
    make.signed_in(client, make.staff())
    organization = make.an_organization("acme")

    answer = client.post(
        "/admin/attribution/network/add/",
        {"organization": organization.pk, "name": "K", "preset": "keitaro", "addresses": ""},
    )

    assert answer.status_code == 302
    assert Network.objects.get().newest.maps == preset_maps(Preset.KEITARO)
