"""The list of conversions, its filters and its export, and one conversion whole."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics import conversions
from apps.attribution import booking, matching, storing
from apps.attribution.models import Conversion, Network
from apps.ingress.snowflake import click_id
from tests.accounts import make
from tests.analytics.make import stored
from tests.attribution.make import a_click, a_network, a_postback, a_stored_click

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
HTMX = {"HX-Request": "true"}
NOW = timezone.now().replace(microsecond=0)
EARLIER = NOW - timedelta(hours=2)


@pytest.fixture
def network(alice: Membership) -> Network:
    return a_network(alice.organization)


def booked(network: Network, *, at: object = NOW - timedelta(minutes=5), **said: object) -> Conversion:
    """A conversion of one postback, on a click of two hours ago unless another click id is given."""
    click = None if "click_id" in said else a_stored_click(network.organization_id, EARLIER)
    a_postback(network, at=at, click=click, **{"txid": "T1", "payout": "10", **said})  # type: ignore[arg-type]
    booking.book_waiting(timezone.now())
    storing.store_waiting(timezone.now())
    return Conversion.objects.latest("pk")


def listed(answer: object) -> list[str]:
    return [conversion.txid for conversion in answer.context["conversions"]]  # type: ignore[attr-defined]


def test_without_conversions_the_page_says_how_to_get_them(page: Client) -> None:
    html = page.get("/conversions").content.decode()

    assert "Connect a postback" in html


def test_conversions_are_listed_newest_first(page: Client, network: Network) -> None:
    booked(network, txid="old", at=NOW - timedelta(hours=1))
    booked(network, txid="new")

    assert listed(page.get("/conversions")) == ["new", "old"]


def test_money_is_told_in_its_own_currency_and_in_ours(page: Client, network: Network) -> None:
    booked(network, payout="10", currency="USD")

    html = page.get("/conversions").content.decode()

    assert "$10.00" in html
    assert "€" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=A", ["A"]),
        ("q=nothing", []),
        ("state=rejected", ["B"]),
        ("state=orphan", ["C"]),
        ("q=checkout", ["A"]),
        ("state=lead", []),
    ],
)
def test_filters_select(page: Client, network: Network, query: str, expected: list[str]) -> None:
    booked(network, txid="A", goal="checkout")
    booked(network, txid="B", status="rejected")
    booked(network, txid="C", click_id="nonsense")

    assert listed(page.get(f"/conversions?{query}")) == expected


def test_one_network_is_told_from_another(page: Client, alice: Membership, network: Network) -> None:
    booked(network, txid="A")
    other = a_network(alice.organization, name="Other")
    booked(other, txid="B")

    assert listed(page.get(f"/conversions?network={other.pk}")) == ["B"]


@pytest.mark.parametrize(
    "query",
    [
        "state=maybe",
        "network=x",
        "network=99999999999999999999",
        "after=1",
        "after=1.99999999999999999999",
        "after=253402300799999.1",
        "after=999999999999999.1",
        "q=" + "x" * 201,
    ],
)
def test_what_cannot_be_read_is_said_and_left_out(page: Client, network: Network, query: str) -> None:
    booked(network)

    answer = page.get(f"/conversions?{query}")

    assert answer.status_code == 422
    assert "was left out" in answer.content.decode()


def test_a_walk_meets_every_conversion_once(page: Client, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversions, "PAGE", 2)
    for number in range(5):
        a_postback(network, at=EARLIER, txid=f"T{number}", click_id="x", payout="1")
    booking.book_waiting(timezone.now())

    met, url = [], "/conversions?span=7d"
    while url:
        answer = page.get(url, headers=HTMX)
        met += listed(answer)
        url = answer.context["next_url"] and f"/conversions{answer.context['next_url']}"

    assert sorted(met) == ["T0", "T1", "T2", "T3", "T4"]


def test_the_export_has_every_row_and_no_formula(page: Client, network: Network) -> None:
    booked(network, txid="=1+1", payout="12.50")

    text = page.get("/conversions?format=csv").getvalue().decode()  # type: ignore[attr-defined]

    [row] = csv.DictReader(StringIO(text))
    assert row["txid"] == "'=1+1"
    assert (row["payout"], row["currency"], row["status"]) == ("12.5000", "EUR", "sale")


def test_one_conversion_shows_its_postbacks_and_its_account(page: Client, network: Network) -> None:
    booked(network, status="lead")
    found = booked(network, status="sale")

    html = page.get(f"/conversions/{found.pk}").content.decode()

    assert "takes back row 1" in html
    assert html.count("Read by version 1") == 2
    assert f"/events/{found.event_id}" in html


def test_a_garbled_click_id_is_told_from_an_unknown_one(page: Client, network: Network) -> None:
    garbled = booked(network, txid="A", click_id="nonsense")
    unknown = booked(network, txid="B", click_id=click_id(a_click(network.organization_id).event_id))

    assert "was garbled on the way" in page.get(f"/conversions/{garbled.pk}").content.decode()
    assert "no such click is stored" in page.get(f"/conversions/{unknown.pk}").content.decode()


def test_an_orphan_finds_its_click_when_it_is_asked_to_look_again(page: Client, network: Network) -> None:
    click = a_click(network.organization_id, EARLIER)
    orphan = booked(network, click_id=click_id(click.event_id))
    stored(click)

    page.post("/conversions/match")
    matching.match_waiting(timezone.now())

    orphan.refresh_from_db()
    assert orphan.clicked_at == click.happened_at
    assert "Orphan" not in page.get(f"/conversions/{orphan.pk}").content.decode()


def test_a_conversion_without_a_click_id_cannot_be_looked_for(page: Client, network: Network) -> None:
    orphan = booked(network, click_id="nonsense")

    answer = page.post(f"/conversions/{orphan.pk}/match", follow=True)

    assert "no click id to look for" in answer.content.decode()


def test_the_page_says_how_many_are_orphans(page: Client, network: Network) -> None:
    booked(network, click_id="nonsense")

    assert "1 conversion has no click that is stored" in page.get("/conversions").content.decode()


def test_conversions_of_others_are_not_there(page: Client) -> None:
    theirs = booked(a_network(make.charlie().organization), txid="secret-of-other")

    assert "secret-of-other" not in page.get("/conversions").content.decode()
    assert page.get(f"/conversions/{theirs.pk}").status_code == 404
    assert page.post(f"/conversions/{theirs.pk}/match").status_code == 404
    page.post("/conversions/match")
    assert Conversion.objects.get(pk=theirs.pk).match_tries == theirs.match_tries


def test_a_viewer_looks_and_changes_nothing(client: Client) -> None:
    found = booked(a_network(make.alice().organization), click_id="nonsense")
    make.signed_in(client, make.bob(Role.VIEWER))

    assert "Look for" not in client.get("/conversions").content.decode()
    assert client.post("/conversions/match").status_code == 403
    assert client.post(f"/conversions/{found.pk}/match").status_code == 403


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_hostile_transactions_are_shown_and_never_run(page: Client, network: Network, text: str) -> None:
    found = booked(network, txid=text, goal=text)

    for html in (page.get("/conversions").content.decode(), page.get(f"/conversions/{found.pk}").content.decode()):
        assert text not in html


def test_the_number_of_queries_does_not_grow_with_conversions(
    page: Client, network: Network, django_assert_num_queries: object
) -> None:
    for number in range(6):
        a_postback(network, at=EARLIER, txid=f"T{number}", click_id="x", payout="1")
    booking.book_waiting(timezone.now())

    with django_assert_num_queries(7):  # type: ignore[operator]  # session, person, seen, member, conversions, networks, orphans
        page.get("/conversions?span=7d", headers=HTMX)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("state=zzz", "There is no status “zzz”."),
        ("network=99999999999999999999", "There is no such network."),
        ("network=x", "There is no such network."),
        (f"q={'x' * 201}", "The search is too long"),
        ("after=zz", "Where the page begins cannot be read."),
    ],
)
def test_what_is_wrong_with_a_filter_is_said_of_that_filter(page: Client, query: str, says: str) -> None:
    answer = page.get(f"/conversions?{query}")

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_only_a_click_id_of_ours_is_offered_to_be_looked_for(page: Client, network: Network) -> None:
    unknown = booked(network, txid="unknown", click_id=click_id(77 << 40))
    unnamed = booked(network, txid="unnamed", click_id="")

    assert "Look for its click again" in page.get(f"/conversions/{unknown.pk}").content.decode()
    assert "Look for its click again" not in page.get(f"/conversions/{unnamed.pk}").content.decode()
