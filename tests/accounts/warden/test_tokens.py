"""Tokens sent to the API: those of somebody who forges are all refused alike. The issuer is a real one, over HTTP."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.api import REFUSAL
from apps.accounts.models import Membership, Organization, User, WardenIssuer, WardenOrganization
from apps.accounts.roles import Role
from apps.accounts.warden.dev.issuing import Somebody
from apps.accounts.warden.dev.serving import WardenServer
from apps.accounts.warden.keys import COOL_DOWN_S, cool_down_of, proving_key
from apps.accounts.warden.models import Family
from apps.accounts.warden.tokens import TOKEN_MAX_CHARS, BadToken, Unproven
from tests.accounts import make
from tests.accounts.warden.conftest import DANA
from tests.accounts.warden.forging import FORGED, part, standing

pytestmark = pytest.mark.django_db
SECRET = "a shared secret of more than thirty-two characters"


def ask(client: Client, token: str) -> tuple[int, str]:
    """Status and detail of an answer of the API."""
    answer = client.get("/api/v1/campaigns", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("detail", "")


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_is_refused_like_every_other(
    client: Client, server: WardenServer, issuer: WardenIssuer, kind: str
) -> None:
    make.charlie()
    WardenOrganization.objects.create(issuer=issuer, external_id="second", organization=make.an_organization("second"))

    assert ask(client, FORGED[kind](server.warden)) == (401, REFUSAL)
    assert not User.objects.filter(email__contains="dana").exists()
    assert server.asked["/jwks"] <= 1
    assert server.asked["/evil-keys"] == 0


def test_a_true_token_is_let_in(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    assert ask(client, server.warden.token(DANA.claims())) == (200, "")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_each_algorithm_of_published_keys_is_known(
    client: Client, server: WardenServer, issuer: WardenIssuer, algorithm: str
) -> None:
    server.warden.replace_key(algorithm)

    assert ask(client, server.warden.token(DANA.claims()))[0] == 200


def test_a_huge_token_is_refused_before_it_is_read(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    huge = server.warden.token({**DANA.claims(), "more": "x" * TOKEN_MAX_CHARS})

    assert ask(client, huge) == (401, REFUSAL)
    assert server.asked["/jwks"] == 0


def test_clocks_may_differ_by_the_leeway(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    now = int(time.time())

    assert ask(client, server.warden.token({**DANA.claims(), "exp": now - 5}))[0] == 200
    assert ask(client, server.warden.token({**DANA.claims(), "nbf": now + 20}))[0] == 200


def test_thousands_of_unknown_keys_cost_one_fetch(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    assert ask(client, server.warden.token(DANA.claims()))[0] == 200
    cache.delete(cool_down_of(issuer))
    head = {"alg": "RS256", "typ": "JWT"}
    rest = f"{part(standing(server.warden))}.{part(b'x' * 256)}"

    answers = {ask(client, f"{part({**head, 'kid': f'unknown-{n}'})}.{rest}") for n in range(2_000)}

    assert answers == {(401, REFUSAL)}
    assert server.asked["/jwks"] == 2  # the first of all, and one for all of these
    assert 0 < cache._cache.get_client().ttl(cache.make_key(cool_down_of(issuer))) <= COOL_DOWN_S  # type: ignore[attr-defined]


def test_processes_that_ask_at_once_fetch_once(server: WardenServer, issuer: WardenIssuer) -> None:
    proving_key(issuer, Unproven(issuer.issuer, "RS256", next(iter(server.warden.keys))), timezone.now())
    cache.delete(cool_down_of(issuer))

    def ask_for(number: int) -> str:
        try:
            proving_key(issuer, Unproven(issuer.issuer, "RS256", f"unknown-{number}"), timezone.now())
        except BadToken as error:
            return str(error)
        return "let in"

    with ThreadPoolExecutor(16) as processes:
        said = {*processes.map(ask_for, range(64))}

    assert said == {"no such key is published"}
    assert server.asked["/jwks"] == 2


def test_a_new_key_is_known_after_the_cool_down_and_the_old_one_no_more(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    old = server.warden.token(DANA.claims())
    assert ask(client, old)[0] == 200
    server.warden.replace_key()
    new = server.warden.token(DANA.claims())

    at_once = ask(client, new)[0]
    cache.delete(cool_down_of(issuer))

    assert (at_once, ask(client, new)[0], ask(client, old)) == (401, 200, (401, REFUSAL))


def test_a_shared_secret_signs_hs256_and_nothing_else(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    issuer.family, issuer.jwks_url = Family.SECRET, ""
    issuer.keep_secrets(secret=SECRET)
    issuer.save()
    claims = standing(server.warden)

    assert ask(client, jwt.encode(claims, SECRET, algorithm="HS256"))[0] == 200
    assert ask(client, jwt.encode(claims, SECRET + "!", algorithm="HS256")) == (401, REFUSAL)
    assert ask(client, jwt.encode(claims, SECRET * 2, algorithm="HS512")) == (401, REFUSAL)
    assert ask(client, server.warden.token(DANA.claims())) == (401, REFUSAL)
    assert server.asked["/jwks"] == 0


def test_a_published_secret_is_no_key(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    """A JWKS that holds a symmetric key must not turn one family into the other."""
    oct_key = {"kty": "oct", "k": part(SECRET.encode()), "kid": "oct", "alg": "HS256"}
    server.answers["/jwks"] = (200, {"Content-Type": "application/json"}, json.dumps({"keys": [oct_key]}).encode())

    for algorithm in ("HS256", "RS256"):
        head = part({"alg": algorithm, "kid": "oct"})
        forged = f"{head}.{part(standing(server.warden))}"
        assert ask(client, f"{forged}.{part(b'x' * 32)}") == (401, REFUSAL)
    assert ask(client, jwt.encode(standing(server.warden), SECRET, algorithm="HS256", headers={"kid": "oct"})) == (
        401,
        REFUSAL,
    )


def test_an_issuer_that_was_switched_off_is_not_believed(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    token = server.warden.token(DANA.claims())
    assert ask(client, token)[0] == 200

    issuer.is_active = False
    issuer.save()

    assert ask(client, token) == (401, REFUSAL)


def test_a_person_who_was_switched_off_is_refused(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    token = server.warden.token(DANA.claims())
    ask(client, token)

    User.objects.filter(email=DANA.email).update(is_active=False)

    assert ask(client, token) == (401, REFUSAL)


def test_the_first_token_makes_the_person_and_the_membership(
    client: Client, server: WardenServer, issuer: WardenIssuer, acme: Organization
) -> None:
    for _ in range(2):
        ask(client, server.warden.token(DANA.claims()))

    member = Membership.objects.get(user__email=DANA.email)
    assert (member.organization, member.role, member.user.name) == (acme, Role.MARKETER, "Dana Dale")
    assert not member.user.has_usable_password()


def test_what_a_token_writes_is_written_in_the_name_of_its_person(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    token = server.warden.token(DANA.claims())

    made = client.post(
        "/api/v1/links",
        {"name": "Spring", "destination": "https://example.com/"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert (made.status_code, made.json()["created_by"]) == (201, "Dana Dale")


def test_a_token_of_a_viewer_does_not_write(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    token = server.warden.token({**DANA.claims(), "permissions": ["trellis:viewer", "campaigns:read"]})

    made = client.post(
        "/api/v1/links", {}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )

    assert (ask(client, token)[0], made.status_code) == (200, 403)


def test_a_token_opens_no_more_than_its_person_may(
    client: Client, server: WardenServer, issuer: WardenIssuer, acme: Organization
) -> None:
    """A membership that the organization gave itself stays, and the token only narrows it."""
    ask(client, server.warden.token(DANA.claims()))
    person = User.objects.get(email=DANA.email)
    Membership.objects.filter(user=person).delete()
    make.a_member(person, acme, Role.VIEWER)
    token = server.warden.token({**DANA.claims(), "permissions": ["trellis:admin"]})

    made = client.post(
        "/api/v1/links", {}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )

    assert made.status_code == 403
    assert Membership.objects.get(user=person).role == Role.VIEWER


def test_a_token_for_little_leaves_its_person_s_role_alone(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    ask(client, server.warden.token({**DANA.claims(), "permissions": ["trellis:admin"]}))

    ask(client, server.warden.token({**DANA.claims(), "permissions": ["campaigns:read"]}))

    assert Membership.objects.get().role == Role.ADMIN


def test_a_token_that_names_a_role_settles_it(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    ask(client, server.warden.token({**DANA.claims(), "permissions": ["trellis:admin"]}))

    ask(client, server.warden.token({**DANA.claims(), "permissions": ["trellis:viewer"]}))

    assert Membership.objects.get().role == Role.VIEWER


def test_an_address_that_somebody_has_lets_nobody_in(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    """Else an issuer could speak as anybody of any organization."""
    make.alice()
    eve = Somebody("eve", "ALICE@example.com", "Eve", ("acme",), ("trellis:admin",))

    assert ask(client, server.warden.token(eve.claims())) == (401, REFUSAL)
    assert Membership.objects.count() == 1


def test_warden_away_lets_nobody_in_and_says_when_to_come_back(
    client: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    server.answers["/jwks"] = (500, {}, b"")
    token = server.warden.token(DANA.claims())

    answers = [client.get("/api/v1/campaigns", headers={"Authorization": f"Bearer {token}"}) for _ in range(5)]

    assert {(answer.status_code, answer["Content-Type"]) for answer in answers} == {(503, "application/problem+json")}
    assert all(int(answer["Retry-After"]) > 0 for answer in answers)
    assert server.asked["/jwks"] == 1


def test_known_keys_serve_while_warden_is_away(client: Client, server: WardenServer, issuer: WardenIssuer) -> None:
    token = server.warden.token(DANA.claims())
    assert ask(client, token)[0] == 200
    server.answers["/jwks"] = (500, {}, b"")
    cache.delete(cool_down_of(issuer))

    assert ask(client, token)[0] == 200


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/evil-keys"}, b""),
        (200, {}, b"[]"),
        (200, {}, b"{"),
        (200, {}, b'{"keys": "' + b"x" * 300_000 + b'"}'),
    ],
    ids=["elsewhere", "a list", "broken", "huge"],
)
def test_an_answer_that_is_not_keys_counts_as_none(
    client: Client, server: WardenServer, issuer: WardenIssuer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    server.answers["/jwks"] = answer

    assert ask(client, server.warden.token(DANA.claims()))[0] == 503
    assert server.asked["/evil-keys"] == 0
