"""Service keys of Warden, asked about over HTTP."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.api import REFUSAL
from apps.accounts.management.commands.warden_dev import believe
from apps.accounts.models import Membership, Organization, User, WardenIssuer, WardenOrganization
from apps.accounts.roles import Role
from apps.accounts.warden.asking import TooMuch, WardenSession
from apps.accounts.warden.dev.serving import WardenServer, running
from tests.accounts import make

pytestmark = pytest.mark.django_db


def ask(client: Client, key: str, address: str = "/api/v1/campaigns") -> tuple[int, str]:
    answer = client.get(address, headers={"Authorization": f"Bearer {key}"})
    return answer.status_code, answer.json().get("detail", "")


def test_a_service_key_opens_what_warden_says(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:read",))

    assert ask(client, key) == (200, "")
    assert ask(client, key, "/api/v1/events/1")[0] == 403
    assert not User.objects.exists()
    assert not Membership.objects.exists()


def test_a_service_key_is_of_nobody_in_person(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:write", "campaigns:read"))

    made = client.post(
        "/api/v1/links",
        {"name": "Spring", "destination": "https://example.com/"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert (made.status_code, made.json()["created_by"]) == (201, None)


def test_an_answer_is_believed_for_a_short_while(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:read",))
    wrong = "wdn_sk_" + "0" * 32

    for _ in range(5):
        assert ask(client, key)[0] == 200
        assert ask(client, wrong) == (401, REFUSAL)

    assert server.asked["/introspect"] == 2


def test_a_key_that_was_taken_back_opens_nothing_when_warden_is_asked_again(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:read",))
    assert ask(client, key)[0] == 200

    server.warden.service_keys.clear()
    cache.clear()

    assert ask(client, key) == (401, REFUSAL)


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        (401, {}, b"{}"),
        (302, {"Location": "/anywhere"}, b""),
        (200, {}, b"true"),
        (200, {}, b""),
        (200, {}, json.dumps({"active": True, "more": "x" * 300_000}).encode()),
    ],
    ids=["down", "does not know us", "elsewhere", "no object", "nothing", "huge"],
)
def test_while_warden_is_away_nobody_is_let_in_and_it_is_left_in_peace(
    client: Client, server: WardenServer, issuer: WardenIssuer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:read",))
    server.answers["/introspect"] = answer

    answers = [client.get("/api/v1/campaigns", headers={"Authorization": f"Bearer {key}"}) for _ in range(4)]

    assert {(a.status_code, a["Content-Type"]) for a in answers} == {(503, "application/problem+json")}
    assert all(int(a["Retry-After"]) > 0 for a in answers)
    assert (server.asked["/introspect"], server.asked["/anywhere"]) == (1, 0)


def test_no_more_is_read_of_a_redirect_than_of_any_answer(server: WardenServer) -> None:
    server.answers["/jwks"] = (302, {"Location": "/anywhere"}, b"x" * 300_000)

    with WardenSession() as session, pytest.raises(TooMuch):
        session.get(f"{server.warden.issuer}/jwks")


def test_a_key_is_not_shown_to_another_issuer_while_its_own_is_switched_off(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    WardenIssuer.objects.create(
        key="eu",
        name="Europe",
        issuer="https://eu.example",
        audience="us",
        jwks_url="https://eu.example/jwks",
        service_key_prefix=f"{issuer.service_key_prefix}eu_",
        introspection_url="https://eu.example/introspect",
        is_active=False,
    )

    assert ask(client, f"{issuer.service_key_prefix}eu_" + "a" * 32) == (401, REFUSAL)
    assert server.asked["/introspect"] == 0


def test_a_lost_secret_lets_nobody_in_until_it_is_typed_in_again(
    client: Client, server: WardenServer, issuer: WardenIssuer, settings: Any
) -> None:
    key = server.warden.add_service_key("acme", ("campaigns:read",))
    settings.SECRET_KEY = "another key, and the old one is gone"

    assert ask(client, key)[0] == 503


def test_warden_that_is_not_there_lets_nobody_in(client: Client, acme: Organization) -> None:
    with running() as server:
        believe(server.warden.issuer, acme)

    assert ask(client, "wdn_sk_" + "a" * 32)[0] == 503


@pytest.mark.parametrize(
    "said",
    [
        {"active": "true"},
        {"active": 1},
        {"active": False},
        {"active": True, "sub": None},
        {"active": True, "sub": "s\0"},
        {"active": True, "org": "other"},
        {"active": True, "org": ["acme", "second"]},
        {"active": True, "exp": 1},
        {"active": True, "exp": "tomorrow"},
        {"active": True, "permissions": []},
    ],
    ids=str,
)
def test_an_answer_that_does_not_let_in_is_refused_like_every_other(
    client: Client, server: WardenServer, issuer: WardenIssuer, said: dict[str, object]
) -> None:
    make.charlie()
    WardenOrganization.objects.create(issuer=issuer, external_id="second", organization=make.an_organization("second"))
    whole = {"sub": "service-1", "org": "acme", "permissions": ["campaigns:read"], **said}
    server.answers["/introspect"] = (200, {}, json.dumps(whole).encode())

    assert ask(client, "wdn_sk_" + "a" * 32) == (401, REFUSAL)


@pytest.mark.parametrize(
    "key",
    [
        "wdn_sk_",
        "wdn_sk_short",
        "wdn_sk_" + "a" * 201,
        "wdn_sk_" + "é" * 32,
        "wdn_sk_" + "a" * 20 + " b",
        "wdn_sk_../../../../../../etc",
    ],
)
def test_what_is_not_shaped_like_a_key_is_not_asked_about(
    client: Client, server: WardenServer, issuer: WardenIssuer, key: str
) -> None:
    assert ask(client, key) == (401, REFUSAL)
    assert server.asked["/introspect"] == 0


def test_a_key_is_shown_to_its_own_issuer_and_no_other(
    client: Client, server: WardenServer, issuer: WardenIssuer, acme: Organization
) -> None:
    with running() as other:
        second = WardenIssuer.objects.get(pk=issuer.pk)
        second.pk, second.key, second.issuer = None, "second", other.warden.issuer
        second.introspection_url, second.service_key_prefix = f"{other.warden.issuer}/introspect", "wdn_sk_eu_"
        second.save()

        assert ask(client, "wdn_sk_eu_" + "a" * 32)[0] == 401
        assert (server.asked["/introspect"], other.asked["/introspect"]) == (0, 1)
        assert ask(client, "wdn_sk_" + "a" * 32)[0] == 401
        assert (server.asked["/introspect"], other.asked["/introspect"]) == (1, 1)


def test_a_service_may_do_no_more_than_its_organization_allows_the_issuer(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    issuer.organizations.update(highest=Role.VIEWER)
    key = server.warden.add_service_key("acme", ("campaigns:write", "campaigns:read"))

    made = client.post("/api/v1/links", {}, content_type="application/json", headers={"Authorization": f"Bearer {key}"})

    assert (ask(client, key)[0], made.status_code) == (200, 403)


@pytest.mark.parametrize(
    ("said", "highest", "status"),
    [
        ("settings:write", Role.ADMIN, 403),
        ("trellis:admin", Role.MARKETER, 403),
        ("trellis:marketer", Role.ADMIN, 403),
        ("trellis:admin", Role.ADMIN, 200),
    ],
)
def test_only_a_service_that_manages_there_sees_webhooks(
    client: Client, server: WardenServer, issuer: WardenIssuer, said: str, highest: Role, status: int
) -> None:
    issuer.organizations.update(highest=highest)
    key = server.warden.add_service_key("acme", (said, "campaigns:read"))

    assert ask(client, key, "/api/v1/webhooks")[0] == status
    assert ask(client, key)[0] == 200
