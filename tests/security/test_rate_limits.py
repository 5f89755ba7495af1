"""Programs get what they may ask for in a minute, and no more, whichever process answers. Counted in the real Redis."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from structlog.testing import capture_logs

from apps.accounts.models import Membership, Organization
from apps.accounts.rate_limits import KEYS_WORTH, REFUSALS, Limit, Weight, take
from apps.accounts.roles import Scope
from tests.accounts import make

NOW_AND_THEN = "/api/v1/campaigns"


@pytest.fixture
def alice(settings: Any) -> Membership:
    settings.TRELLIS_API_POINTS = 10
    return make.alice()


def a_token(organization: Organization) -> str:
    return make.an_api_key(organization, [*Scope])[1]


def an_address() -> str:
    """That nobody has asked from: refusals are counted for it."""
    return ":".join(["2001:db8", *(secrets.token_hex(2) for _ in range(6))])


def ask(client: Client, token: str, address: str = NOW_AND_THEN, **more: Any) -> HttpResponse:
    return client.get(address, headers={"Authorization": f"Bearer {token}"}, **more)  # type: ignore[return-value]


def until_slowed(again: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """The answers up to the first that tells to wait. A slow machine gets more before, for one a second is forgiven."""
    answers = [again()]
    while answers[-1].status_code == 401 and len(answers) < 10 * REFUSALS:
        answers.append(again())
    assert answers[-1].status_code == 429
    return answers


def test_a_key_that_has_asked_enough_waits(client: Client, alice: Membership) -> None:
    token = a_token(alice.organization)

    answers = [ask(client, token) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    refused = answers[-1]
    assert 1 <= int(refused["Retry-After"]) <= 6
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["detail"].startswith(
        "This key, or its organization, has asked for more than 10 points a minute."
    )


def test_an_answer_says_what_is_left(client: Client, alice: Membership) -> None:
    token = a_token(alice.organization)

    first, second = ask(client, token), ask(client, token)

    assert first["RateLimit-Policy"] == '"key";q=10;w=60'
    assert first["RateLimit"] == '"key";r=9;t=6'
    assert second["RateLimit"].startswith('"key";r=8;t=')


def test_what_was_refused_costs_nothing(client: Client, alice: Membership) -> None:
    token = a_token(alice.organization)
    for _ in range(10):
        ask(client, token)

    waits = [int(ask(client, token)["Retry-After"]) for _ in range(5)]

    assert max(waits) <= 6


def test_a_report_costs_more_than_a_list(client: Client, alice: Membership) -> None:
    token = a_token(alice.organization)

    asked = [
        client.post("/api/v1/query", {}, "application/json", headers={"Authorization": f"Bearer {token}"})
        for _ in range(3)
    ]

    assert [answer.status_code for answer in asked] == [400, 400, 429]
    assert asked[0]["RateLimit"].startswith(f'"key";r={10 - Weight.REPORT};')


def test_what_costs_more_than_there_is_can_be_asked_once(client: Client, alice: Membership) -> None:
    authorization = {"Authorization": f"Bearer {a_token(alice.organization)}"}

    asked = [client.post("/api/v1/runs", {}, "application/json", headers=authorization) for _ in range(2)]

    assert Weight.RUN > 10
    assert [answer.status_code for answer in asked] == [400, 429]


def test_asking_for_the_head_of_a_report_costs_what_the_report_costs(client: Client, alice: Membership) -> None:
    authorization = {"Authorization": f"Bearer {a_token(alice.organization)}"}

    answer = client.head("/api/v1/campaigns/nothing/effectiveness", headers=authorization)

    assert answer["RateLimit"].startswith(f'"key";r={10 - Weight.REPORT};')


def test_what_a_key_may_not_ask_costs_a_point_too(client: Client, alice: Membership) -> None:
    token = make.an_api_key(alice.organization, [Scope.TRAFFIC_WRITE])[1]

    answers = [ask(client, token) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert answers[0]["RateLimit"] == '"key";r=9;t=6'
    assert int(answers[-1]["Retry-After"]) >= 1


def test_keys_are_counted_each_for_itself(client: Client, alice: Membership) -> None:
    busy, quiet = a_token(alice.organization), a_token(alice.organization)
    for _ in range(11):
        ask(client, busy)

    assert ask(client, quiet).status_code == 200


def test_many_keys_are_not_many_allowances(client: Client, alice: Membership, settings: Any) -> None:
    settings.TRELLIS_API_POINTS = 1  # the next is there after 12 s, however slow this machine is
    tokens = [a_token(alice.organization) for _ in range(KEYS_WORTH + 1)]

    answers = [ask(client, token).status_code for token in tokens]

    assert answers == [200] * KEYS_WORTH + [429]
    assert ask(client, a_token(make.charlie().organization)).status_code == 200


def test_an_address_without_a_valid_key_is_slowed_and_a_key_from_there_goes_on(
    client: Client, alice: Membership
) -> None:
    address = an_address()

    wrong = until_slowed(lambda: ask(client, "trl_live_nobody_1", REMOTE_ADDR=address))
    none = until_slowed(lambda: client.get(NOW_AND_THEN, REMOTE_ADDR=address))

    assert len(wrong) > REFUSALS
    assert len(none) < REFUSALS
    assert int(none[-1]["Retry-After"]) >= 1
    assert ask(client, a_token(alice.organization), REMOTE_ADDR=address).status_code == 200
    assert ask(client, "trl_live_nobody_1", REMOTE_ADDR=an_address()).status_code == 401


def test_an_address_that_is_only_claimed_is_not_believed(client: Client, alice: Membership) -> None:
    address = an_address()

    assert until_slowed(
        lambda: client.get(NOW_AND_THEN, REMOTE_ADDR=address, headers={"X-Forwarded-For": an_address()})
    )


def test_without_redis_the_api_answers_and_says_so_in_the_log(client: Client, alice: Membership, settings: Any) -> None:
    settings.REDIS_URL = "redis://localhost:1/0"
    token = a_token(alice.organization)

    with capture_logs() as lines:
        answers = [ask(client, token) for _ in range(11)]
        refused = ask(client, "trl_live_nobody_1")

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]
    assert refused.status_code == 401
    assert [line["event"] for line in lines].count("rate_limits_not_counted") == 12


def test_no_points_is_no_limit(client: Client, alice: Membership, settings: Any) -> None:
    settings.TRELLIS_API_POINTS = 0
    token = a_token(alice.organization)

    assert {ask(client, token).status_code for _ in range(12)} == {200}


def test_nothing_is_taken_from_one_bucket_when_the_other_is_empty() -> None:
    mine, ours = Limit(f"mine:{secrets.token_hex(8)}", 100), Limit(f"ours:{secrets.token_hex(8)}", 10)
    take([ours], 10)

    refused = take([mine, ours], 5)
    alone = take([mine], 1)

    assert refused
    assert 29 <= refused.wait_s <= 30
    assert alone
    assert (alone.wait_s, alone.left) == (0, 99)


@pytest.mark.parametrize("points", [1, 7, 600, 100_000])
def test_a_bucket_holds_what_it_says(points: int) -> None:
    limit = Limit(f"size:{secrets.token_hex(8)}", points)

    whole, more = take([limit], points), take([limit], points)

    assert whole
    assert (whole.wait_s, whole.left, whole.full_in_s) == (0, 0, 60)
    assert more
    assert more.wait_s in (59, 60)
