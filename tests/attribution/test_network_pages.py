"""Networks on their pages: made, connected, changed, tried out, and hidden from others."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.attribution import booking
from apps.attribution.models import Conversion, Network
from apps.attribution.presets import Preset
from apps.attribution.publish import UNIT
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.jobs import work
from apps.ingress.models import Job
from tests.accounts import make
from tests.attribution.make import a_network, a_postback, a_stored_click

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def published() -> Iterator[None]:
    """A table of networks in Redis, so that one more can be added to it."""
    routes.publish(broker(), {}, section="networks", whole=True)
    yield
    broker().flushdb()


def maps_of(client: Client, network: Network, **changes: str) -> dict[str, str]:
    """What the form of the maps would send, with these changes."""
    form = client.get(f"/settings/networks/{network.pk}").context["maps_form"]
    return {name: str(form[name].value() or "") for name in form.fields} | changes


@pytest.mark.usefixtures("alice")
def test_an_organization_without_networks_is_told_what_they_are_for(client: Client) -> None:
    assert "No network yet" in client.get("/settings/networks").content.decode()


@pytest.mark.usefixtures("alice")
def test_a_new_network_has_an_address_with_its_own_macros(client: Client) -> None:
    answer = client.post("/settings/networks/new", {"name": "Keitaro 1", "preset": Preset.KEITARO}, follow=True)

    network = Network.objects.get()
    page = answer.content.decode()
    assert f"/postback/{network.key}?click_id={{external_id}}&amp;txid={{tid}}" in page
    assert "external_id={click_id}" in page


@pytest.mark.parametrize(("name", "preset"), [("", "generic"), ("x" * 121, "generic"), ("A", "netscape")])
@pytest.mark.usefixtures("alice")
def test_what_is_no_network_is_refused(client: Client, name: str, preset: str) -> None:
    assert client.post("/settings/networks/new", {"name": name, "preset": preset}).status_code == 422
    assert not Network.objects.exists()


@pytest.mark.parametrize("preset", Preset.values)
def test_every_preset_has_a_recipe_its_own_maps_understand(client: Client, alice: Membership, preset: str) -> None:
    network = a_network(alice.organization, preset)

    answer = client.get(f"/settings/networks/{network.pk}")

    names = {pair.partition("=")[0] for pair in answer.context["example"].partition("?")[2].split("&")}
    understood = {name for aliases in network.newest.maps.parameters.values() for name in aliases}
    assert names <= understood
    assert "click_id" in names


@pytest.mark.usefixtures("published")
def test_a_change_is_published(client: Client, network: Network, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.post(
            f"/settings/networks/{network.pk}/change",
            {"name": "New name", "secret": "s3cret", "addresses": "192.0.2.0/24\n2001:db8::/32"},
        )

    network.refresh_from_db()
    assert (network.name, network.secret, network.addresses) == (
        "New name",
        "s3cret",
        ["192.0.2.0/24", "2001:db8::/32"],
    )
    [unit] = routes.published(broker(), [f"{UNIT}{network.key}"]).values()
    assert (unit["secret"], unit["addresses"]) == ("s3cret", ["192.0.2.0/24", "2001:db8::/32"])


def test_an_address_that_is_none_is_refused_and_the_page_keeps_the_old_name(client: Client, network: Network) -> None:
    answer = client.post(
        f"/settings/networks/{network.pk}/change", {"name": "Changed", "secret": "", "addresses": "300.1.2.3"}
    )

    assert answer.status_code == 422
    assert "300.1.2.3 is neither an address nor a network" in answer.content.decode()
    assert "<h1" in answer.content.decode()
    network.refresh_from_db()
    assert network.name == "Ads4U"


def test_saving_the_maps_as_they_are_makes_no_new_version(client: Client, network: Network) -> None:
    client.post(f"/settings/networks/{network.pk}/maps", maps_of(client, network))

    assert network.newest.number == 1


def test_changed_maps_are_a_new_version(client: Client, network: Network) -> None:
    answer = client.post(
        f"/settings/networks/{network.pk}/maps",
        maps_of(client, network, txid="bon, txid", words_ignore="ping", default_currency="USD", absent="lead"),
    )

    maps = network.newest.maps
    assert answer.status_code == 302
    assert network.newest.number == 2
    assert maps.parameters["txid"] == ("bon", "txid")
    assert (maps.statuses["ping"], maps.statuses[""], maps.currency) == ("ignore", "lead", "USD")
    assert maps.parameters["sub1"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"words_lead": "sale", "words_sale": "sale"}, "cannot mean two things"),
        ({"more": "colour: red"}, "No postback says"),
        ({"absent": "maybe"}, "Select a valid choice"),
        ({"txid": ", ".join(f"name{n}" for n in range(30))}, "20 are enough"),
    ],
)
def test_maps_that_make_no_sense_are_refused(
    client: Client, network: Network, change: dict[str, str], says: str
) -> None:
    answer = client.post(f"/settings/networks/{network.pk}/maps", maps_of(client, network, **change))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert network.newest.number == 1


def test_of_two_who_change_the_maps_the_second_is_told(client: Client, network: Network) -> None:
    mine = maps_of(client, network, txid="mine")
    client.post(f"/settings/networks/{network.pk}/maps", maps_of(client, network, txid="theirs"))

    answer = client.post(f"/settings/networks/{network.pk}/maps", mine)

    assert answer.status_code == 422
    assert "Somebody else has changed this" in answer.content.decode()
    assert network.newest.maps.parameters["txid"] == ("theirs",)


def test_pausing_twice_is_going_on(client: Client, network: Network) -> None:
    client.post(f"/settings/networks/{network.pk}/pause")
    network.refresh_from_db()
    assert network.paused_at is not None

    client.post(f"/settings/networks/{network.pk}/pause")
    network.refresh_from_db()
    assert network.paused_at is None


def test_stored_postbacks_are_read_again_by_the_newest_maps(client: Client, network: Network) -> None:
    a_postback(network, click=a_stored_click(network.organization_id), bon="7", payout="5", status="sale")
    booking.book_waiting(timezone.now())
    client.post(f"/settings/networks/{network.pk}/maps", maps_of(client, network, txid="bon"))

    client.post(f"/settings/networks/{network.pk}/rebook")
    job = Job.objects.get()
    work(job.pk, job.turn)

    job.refresh_from_db()
    assert (job.status, job.done) == (Job.Status.DONE, 1)
    assert Conversion.objects.get(emptied_at=None).txid == "7"


def test_the_page_shows_what_became_of_the_newest_postbacks(client: Client, network: Network) -> None:
    a_postback(network, txid="1", click_id="NONSENSE", payout="5")
    booking.book_waiting(timezone.now())

    page = client.get(f"/settings/networks/{network.pk}").content.decode()

    assert "Orphan" in page
    assert "garbled" in page


DEEDS = ["change", "maps", "pause", "rebook", "try"]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.usefixtures("alice")
def test_networks_of_others_are_not_there(client: Client, deed: str) -> None:
    theirs = a_network(make.charlie().organization, name="Charlie's")

    assert client.get(f"/settings/networks/{theirs.pk}").status_code == 404
    assert client.post(f"/settings/networks/{theirs.pk}/{deed}").status_code == 404
    assert "Charlie" not in client.get("/settings/networks").content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_others_may_look_and_change_nothing(client: Client, role: str) -> None:
    network = a_network(make.alice().organization, secret="very-secret")
    make.signed_in(client, make.bob(role))

    page = client.get(f"/settings/networks/{network.pk}").content.decode()

    assert "very-secret" not in page
    assert (network.key in page) == (role == Role.MARKETER)
    assert "How its postbacks are read" not in page
    assert client.get(f"/settings/networks/{network.pk}/try").status_code == (200 if role == Role.MARKETER else 403)
    for deed in DEEDS[:-1]:
        assert client.post(f"/settings/networks/{network.pk}/{deed}").status_code == 403
    assert client.post("/settings/networks/new").status_code == 403


def test_the_list_costs_the_same_for_many_networks(
    client: Client, alice: Membership, django_assert_num_queries: object
) -> None:
    for number in range(5):
        a_network(alice.organization, name=f"N{number}")

    with django_assert_num_queries(5):  # type: ignore[operator]  # session, person, seen, member, networks
        client.get("/settings/networks")


def test_a_parameter_without_a_colon_is_refused_rather_than_forgotten(client: Client, network: Network) -> None:
    answer = client.post(f"/settings/networks/{network.pk}/maps", maps_of(client, network, more="sub1: s1\nsub2 s2\n"))

    assert answer.status_code == 422
    assert "“sub2 s2” has no colon" in answer.content.decode()
    assert network.newest.number == 1
