"""`POST /api/v1/query` as a program sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from tests.accounts import make
from tests.analytics.make import NOON, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DAY = timedelta(days=1)
WEEK = {"from": "2026-11-15", "to": "2026-11-21", "time_zone": "UTC"}


class Program:
    """Something that holds an API key."""

    def __init__(self, member: Membership, scope: str = Scope.ANALYTICS_READ) -> None:
        self.token = make.an_api_key(member.organization, [scope])[1]

    def ask(self, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return Client().post("/api/v1/query", body, content_type="application/json", headers=headers)

    def pointers(self, **body: Any) -> dict[str, str]:
        answer = self.ask(**body)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        return {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice)


def test_countries_are_counted_with_their_totals(program: Program, alice: Membership):
    mine = alice.organization_id
    stored(*(a_click(NOON - DAY, organization=mine, country=code, visitor_id=7) for code in ("DE", "DE", "FR")))

    answer = program.ask(**WEEK, dimensions=["country"], metrics=["clicks", "visitors", "revenue", "roi"]).json()

    assert [row["key"] for row in answer["data"]] == [{"country": "DE"}, {"country": "FR"}]
    assert answer["data"][0]["values"] == {"clicks": 2, "visitors": 1, "revenue": "0", "roi": None}
    assert answer["totals"]["values"]["clicks"] == 3
    assert (answer["currency"], answer["source"], answer["groups"]) == ("EUR", "hourly roll-up", 2)


def test_a_city_is_named_with_its_country_and_region(program: Program, alice: Membership):
    stored(a_click(NOON - DAY, organization=alice.organization_id, country="DE", region="BY", city="Munich"))

    [row] = program.ask(**WEEK, dimensions=["city"]).json()["data"]

    assert row["key"] == {"country": "DE", "region": "BY", "city": "Munich"}


def test_a_series_has_a_row_for_every_interval_beside_the_one_before(program: Program, alice: Membership):
    stored(a_click(NOON - 8 * DAY, organization=alice.organization_id))

    rows = program.ask(**WEEK, interval="day", compare="previous", metrics=["clicks"]).json()["data"]

    assert [row["before"]["clicks"] for row in rows] == [0, 0, 0, 0, 0, 0, 1]
    assert rows[0]["at"] == "2026-11-15T00:00:00Z"


def test_moments_are_taken_to_the_second(program: Program, alice: Membership):
    stored(*(a_click(NOON + timedelta(minutes=minute), organization=alice.organization_id) for minute in range(4)))
    span = {"from": "2026-11-22T12:01:00Z", "to": "2026-11-22T13:03:00+01:00"}

    assert program.ask(**span).json()["totals"]["values"]["clicks"] == 2


def test_a_rule_narrows(program: Program, alice: Membership):
    stored(*(a_click(NOON - DAY, organization=alice.organization_id, country=code) for code in ("DE", "FR")))

    answer = program.ask(**WEEK, rule={"not": {"field": "country", "op": "is", "value": "DE"}}).json()

    assert answer["totals"]["values"]["clicks"] == 1


def test_the_same_as_csv_without_formulas(program: Program, alice: Membership):
    stored(a_click(NOON - DAY, organization=alice.organization_id, utm_campaign="=1+1"))

    answer = program.ask(**WEEK, dimensions=["campaign"], format="csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert b"".join(answer).decode().splitlines() == ["campaign,clicks,visitors", "'=1+1,1,1"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/days"),
        ({"days": 0}, "#/days"),
        ({"days": 7, **WEEK}, "#/days"),
        ({"from": "2026-11-15"}, "#/days"),
        ({"from": "yesterday", "to": "2026-11-15"}, "#/from"),
        ({"from": "2026-11-15T00:00:00", "to": "2026-11-16T00:00:00"}, "#/from"),
        ({"from": "2026-11-15", "to": "2026-11-16T00:00:00Z"}, "#/to"),
        ({"from": "2026-11-16", "to": "2026-11-15"}, "#/from"),
        ({"days": 7, "time_zone": "Mars/Phobos"}, "#/time_zone"),
        ({"days": 7, "metrics": ["clicks", "hits"]}, "#/metrics/1"),
        ({"days": 7, "metrics": []}, "#/metrics"),
        ({"days": 7, "metrics": ["clicks", "clicks"]}, "#/metrics"),
        ({"days": 7, "dimensions": ["planet"]}, "#/dimensions"),
        ({"days": 7, "dimensions": ["source", "medium", "country", "city"]}, "#/dimensions"),
        ({"days": 7, "interval": "fortnight"}, "#/interval"),
        ({"days": 700, "interval": "minute"}, "#/interval"),
        ({"days": 7, "kinds": "cats"}, "#/kinds"),
        ({"days": 7, "order": "revenue"}, "#/order"),
        ({"days": 7, "limit": 10_001}, "#/limit"),
        ({"days": 7, "compare": "never"}, "#/compare"),
        ({"days": 7, "filter": {}}, "#/filter"),
        ({"days": 7, "rule": {"all": [{"field": "country", "op": "sounds_like", "value": "x"}]}}, "#/rule/all/0/op"),
        ({"days": 7, "rule": "country"}, "#/rule"),
    ],
)
def test_what_is_wrong_is_pointed_at(program: Program, body: dict[str, Any], pointer: str):
    assert pointer in program.pointers(**body)


def test_everything_wrong_is_told_at_once(program: Program):
    assert {"#/limit", "#/kinds", "#/rule/op"} <= set(
        program.pointers(days=7, limit=0, kinds="x", rule={"field": "country", "op": "x"})
    )


def test_a_body_that_is_no_object_is_refused(program: Program):
    headers = {"Authorization": f"Bearer {program.token}"}

    answer = Client().post("/api/v1/query", b"[1]", content_type="application/json", headers=headers)

    assert answer.status_code == 400


def test_a_key_needs_the_scope(alice: Membership):
    assert Program(alice, Scope.TRAFFIC_WRITE).ask(days=7).status_code == 403
    assert Client().post("/api/v1/query", {}, content_type="application/json").status_code == 401


def test_another_organization_counts_its_own(program: Program, alice: Membership):
    stored(a_click(NOON - DAY, organization=alice.organization_id))
    charlie = Program(make.charlie())

    mine, his = (one.ask(**WEEK).json()["totals"]["values"]["clicks"] for one in (program, charlie))

    assert (mine, his) == (1, 0)


def test_a_repeated_question_is_answered_from_the_cache(program: Program):
    first, second = program.ask(**WEEK).json(), program.ask(**WEEK).json()

    assert (first["cached"], second["cached"]) == (False, True)
    assert first["asked_at"] == second["asked_at"]


@pytest.mark.usefixtures("clickhouse_is_down")
def test_a_warehouse_that_is_away_is_said(program: Program):
    assert program.ask(**WEEK, metrics=["visitors"]).status_code == 503


def test_the_schema_describes_it(client: Client):
    schema = client.get("/api/schema/", headers={"Accept": "application/json"}).json()

    body = schema["paths"]["/api/v1/query"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"].rsplit("/", 1)[-1] in schema["components"]["schemas"]
