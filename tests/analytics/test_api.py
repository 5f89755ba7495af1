"""`/api/v1/events` as a program sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.analytics.api import ENRICHED
from apps.ingress.event import Kind, Reason
from apps.ingress.snowflake import click_id
from tests.accounts import make
from tests.analytics.make import NOON, a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

URL = "/api/v1/events"


class Program:
    """Something that holds an API key."""

    def __init__(self, member: Membership, scope: str = Scope.ANALYTICS_READ) -> None:
        self.client = Client()
        self.token = make.an_api_key(member.organization, [scope])[1]

    def get(self, path: str = URL, **query: Any) -> Any:
        return self.client.get(path, query, headers={"Authorization": f"Bearer {self.token}"})

    def ids(self, **query: Any) -> list[int]:
        return [int(event["id"]) for event in self.get(**query).json()["data"]]


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice)


def test_no_events_are_an_empty_page(program: Program):
    assert program.get().json() == {"data": [], "next_cursor": None}


def test_an_event_is_told_whole(program: Program, alice: Membership):
    [event] = stored(
        a_click(
            NOON + timedelta(milliseconds=7),
            organization=alice.organization_id,
            query="a=1&a=2",
            parameters={"a": "1"},
            headers=(("accept", "*/*"), ("x-twice", "1"), ("x-twice", "2")),
            withheld_headers=("cookie",),
            kind_version=2,
            country="DE",
            asn=3320,
            utm_campaign="spring",
            ad_is_paid=True,
            channel="Paid Search",
            channel_version=100_003,
        )
    )

    [told] = program.get().json()["data"]

    found = {name: told.pop(name) for name in ENRICHED}
    assert {name: value for name, value in found.items() if value} == {
        "kind": "human",
        "kind_version": 2,
        "country": "DE",
        "asn": 3320,
        "utm_campaign": "spring",
        "ad_is_paid": True,
        "channel": "Paid Search",
        "channel_version": 100_003,
    }
    assert told == {
        "id": str(event.event_id),
        "click_id": click_id(event.event_id),
        "happened_at": "2026-11-22T12:00:00.007000Z",
        "stored_at": "2026-11-22T12:00:00.007000Z",
        "visitor_id": str(event.visitor_id),
        "visitor_is_new": False,
        "method": "GET",
        "scheme": "http",
        "host": "go.example.com",
        "path": "/in/summer",
        "query": "a=1&a=2",
        "parameters": {"a": "1"},
        "headers": [["accept", "*/*"], ["x-twice", "1"], ["x-twice", "2"]],
        "withheld_headers": ["cookie"],
        "ip": "192.0.2.7",
        "user_agent": "Mozilla/5.0",
        "referrer": "",
        "origin": "live",
        "status": 302,
        "reason": "link",
        "link_key": "summer",
        "destination": "https://shop.example.com/",
    }


def test_a_walk_meets_every_event_once_while_new_ones_arrive(program: Program, alice: Membership):
    mine = alice.organization_id
    there = stored(*(a_click(NOON - timedelta(seconds=n // 3), organization=mine) for n in range(25)))

    met: list[int] = []
    query: dict[str, Any] = {"limit": 4}
    while True:
        page = program.get(**query).json()
        met += [int(event["id"]) for event in page["data"]]
        stored(a_click(NOON + timedelta(seconds=len(met)), organization=mine))
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert sorted(met) == sorted(event.event_id for event in there)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": Kind.BOT}, ["bot"]),
        ({"link": "winter"}, ["bot"]),
        ({"reason": Reason.PAUSED}, ["bot"]),
        ({"from": "2026-11-22T12:00:00Z"}, ["person"]),
        ({"from": "2026-11-22T13:00:00+01:00"}, ["person"]),
        ({"to": "2026-11-22T12:00:00Z"}, ["bot"]),
        ({"from": "2026-11-22T11:59:59Z", "to": "2026-11-22T12:00:00Z"}, ["bot"]),
        ({"kind": Kind.HUMAN, "link": "winter"}, []),
    ],
)
def test_filters_narrow(program: Program, alice: Membership, query: dict[str, str], expected: list[str]):
    mine = alice.organization_id
    person, bot = stored(
        a_click(NOON, organization=mine),
        a_bot(NOON - timedelta(seconds=1), organization=mine, link_key="winter", reason=Reason.PAUSED),
    )

    names = {person.event_id: "person", bot.event_id: "bot"}
    assert [names[event_id] for event_id in program.ids(**query)] == expected


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "#/limit"),
        ({"limit": 1001}, "#/limit"),
        ({"limit": "many"}, "#/limit"),
        ({"cursor": "nonsense"}, "#/cursor"),
        ({"from": "yesterday"}, "#/from"),
        ({"kind": "alien"}, "#/kind"),
        ({"reason": "whim"}, "#/reason"),
        ({"knd": "bot"}, "#/knd"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_says_where(program: Program, query: dict[str, Any], pointer: str):
    answer = program.get(**query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_one_event_is_found_by_its_id(program: Program, alice: Membership):
    [event] = stored(a_click(organization=alice.organization_id))

    assert program.get(f"{URL}/{event.event_id}").json()["id"] == str(event.event_id)


@pytest.mark.parametrize("event_id", ["0", "1", "x", "-1", "1.5", "٣", str(2**64), "9" * 5000, "00" + "1" * 30])
def test_an_event_that_is_not_there_is_a_problem(program: Program, event_id: str):
    answer = program.get(f"{URL}/{event_id}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_the_key_says_which_organization(alice: Membership):
    [event] = stored(a_click(organization=alice.organization_id))
    charlies = Program(make.charlie())

    assert charlies.ids() == []
    assert charlies.get(f"{URL}/{event.event_id}").status_code == 404


def test_a_cursor_of_one_organization_opens_nothing_of_another(program: Program, alice: Membership):
    stored(*(a_click(organization=alice.organization_id) for _ in range(3)))
    cursor = program.get(limit=1).json()["next_cursor"]

    assert Program(make.charlie()).ids(cursor=cursor) == []


def test_without_a_key_nothing_is_told():
    answer = Client().get(URL)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_being_signed_in_is_not_a_key(page: Client):
    assert page.get(URL).status_code == 401


def test_a_key_of_another_scope_is_refused(alice: Membership):
    assert Program(alice, Scope.TRAFFIC_WRITE).get().status_code == 403


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", [URL, f"{URL}/1"])
def test_without_clickhouse_the_answer_is_503_and_says_so(program: Program, path: str):
    answer = program.get(path)

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert "event store" in answer.json()["detail"]


def test_text_that_is_not_utf8_is_told_readably(program: Program, alice: Membership):
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    stored(a_click(organization=alice.organization_id, query=broken, headers=(("x-name", broken),)))

    [told] = program.get().json()["data"]

    assert (told["query"], told["headers"]) == ("caf\\xe9", [["x-name", "caf\\xe9"]])


def test_the_number_of_queries_does_not_grow_with_events(
    program: Program, alice: Membership, django_assert_num_queries: Any
):
    stored(*(a_click(organization=alice.organization_id) for _ in range(200)))

    program.get()  # notes the key's use, once a minute
    with django_assert_num_queries(1):
        assert len(program.ids(limit=200)) == 200


def test_times_are_moments_with_a_zone(program: Program, alice: Membership):
    stored(a_click(timezone.now(), organization=alice.organization_id))

    told = parse_datetime(program.get().json()["data"][0]["happened_at"])

    assert told is not None
    assert told.utcoffset() == timedelta(0)
