"""Conversions, read by programs."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.roles import Scope
from apps.attribution.api.conversions import ConversionSchema
from apps.attribution.models import Conversion, Network
from tests.attribution.make import NOON, a_network, a_postback, a_stored_click, booked
from tests.campaigns.api.program import Program, pointers

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def network() -> Network:
    return a_network()


@pytest.fixture
def program(network: Network) -> Program:
    return Program(network.organization, [Scope.ANALYTICS_READ])


def listed(program: Program, **query: Any) -> list[str]:
    return [each["txid"] for each in program.get("/conversions", query).json()["data"]]


def test_a_conversion_says_what_its_postbacks_come_to(network: Network, program: Program) -> None:
    click = a_stored_click(network.organization_id)
    a_postback(network, click=click, txid="A-1", payout="12.50", currency="EUR", status="sale", event="order")
    booked()
    conversion = Conversion.objects.get()

    (told,) = program.get("/conversions").json()["data"]

    assert told.keys() == ConversionSchema().fields.keys()
    assert told == program.get(f"/conversions/{conversion.pk}").json()
    assert (told["id"], told["network"], told["network_name"]) == (str(conversion.pk), str(network.pk), network.name)
    assert (told["txid"], told["goal"], told["status"]) == ("A-1", "order", "sale")
    assert (told["event"], told["click_id"], told["problem"]) == (str(click.event_id), conversion.click, "")
    assert (told["payout"], told["currency"], told["own_currency"]) == ("12.5000", "EUR", network.organization.currency)
    assert told["revenue"] == str(conversion.revenue)
    assert told["happened_at"] == "2026-11-20T12:00:00Z"


def test_a_later_postback_changes_it(network: Network, program: Program) -> None:
    click = a_stored_click(network.organization_id)
    a_postback(network, click=click, txid="A-1", payout="5", status="sale")
    booked()
    later = NOON + timedelta(hours=1)
    a_postback(network, at=later, click=click, txid="A-1", status="rejected")
    booked(later)

    (told,) = program.get("/conversions").json()["data"]

    assert (told["status"], told["revenue"]) == ("rejected", "0.0000")
    assert told["changed_at"] > told["happened_at"]


def test_one_without_a_click_is_there_and_says_why(network: Network, program: Program) -> None:
    a_postback(network, txid="A-1", payout="5", status="sale", click_id="nonsense")
    a_postback(network, txid="A-2", payout="5", status="sale")
    a_postback(network, click=a_stored_click(network.organization_id), txid="A-3", payout="5")
    booked()

    told = {each["txid"]: each for each in program.get("/conversions").json()["data"]}

    assert (told["A-1"]["event"], told["A-1"]["problem"]) == (None, "click_id_garbled")
    assert (told["A-2"]["click_id"], told["A-2"]["problem"]) == ("", "no_click_id")
    assert sorted(listed(program, click="unknown")) == ["A-1", "A-2"]
    assert listed(program, click="known") == ["A-3"]


def test_they_come_newest_first_page_by_page_and_what_arrives_meanwhile_is_not_mixed_in(
    network: Network, program: Program
) -> None:
    for number in range(3):
        a_postback(network, txid=f"A-{number}", payout="5")
        booked()

    first = program.get("/conversions", {"limit": 2}).json()
    a_postback(network, txid="A-9", payout="5")
    booked()
    second = program.get("/conversions", {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [[each["txid"] for each in page["data"]] for page in (first, second)] == [["A-2", "A-1"], ["A-0"]]
    assert second["next_cursor"] is None


def test_filters_narrow_the_list(network: Network, program: Program) -> None:
    other = a_network(network.organization, name="Posters")
    a_postback(network, txid="A-1", payout="5", status="sale")
    a_postback(network, at=NOON + timedelta(days=1), txid="заказ 2", status="lead")
    a_postback(other, txid="A-1", payout="5", status="sale")
    booked()

    assert listed(program, status="lead") == ["заказ 2"]
    assert listed(program, txid="заказ 2") == ["заказ 2"]
    assert listed(program, network=other.pk) == ["A-1"]
    assert listed(program, **{"from": "2026-11-21T12:00:00Z"}) == ["заказ 2"]
    assert listed(program, to="2026-11-21T13:00:00+01:00") == ["A-1", "A-1"]
    assert listed(program, click_id="nobody's") == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"status": "paid"}, "#/status"),
        ({"network": "0"}, "#/network"),
        ({"network": str(2**63)}, "#/network"),
        ({"from": "yesterday"}, "#/from"),
        ({"click": "perhaps"}, "#/click"),
        ({"cursor": "-1"}, "#/cursor"),
        ({"state": "sale"}, "#/state"),
    ],
)
def test_what_is_not_known_is_refused(program: Program, query: dict[str, str], pointer: str) -> None:
    answer = program.get("/conversions", query)

    assert (answer.status_code, pointers(answer)) == (400, [pointer])


def test_those_of_another_organization_are_not_there(network: Network) -> None:
    a_postback(network, txid="A-1", payout="5")
    booked()
    theirs = Program(a_network().organization, [Scope.ANALYTICS_READ])

    assert listed(theirs) == []
    assert listed(theirs, network=network.pk) == []
    assert theirs.get(f"/conversions/{Conversion.objects.get().pk}").status_code == 404


def test_a_key_that_may_not_read_reports_reads_no_conversion(network: Network) -> None:
    program = Program(network.organization, [Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE])

    assert program.get("/conversions").status_code == 403


def test_the_number_of_queries_does_not_grow_with_them(
    network: Network, program: Program, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        a_postback(network, txid=f"A-{number}", payout="5")
    booked()
    program.get("/conversions")

    with django_assert_num_queries(2):  # the key with its organization, conversions with their networks
        assert len(listed(program)) == 20
