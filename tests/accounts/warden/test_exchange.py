"""A token of Warden's that is posted for a session."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.accounts.models import Membership, User, WardenIssuer, WardenMembership, WardenOrganization
from apps.accounts.roles import Role, Scope
from apps.accounts.warden.dev.serving import WardenServer
from apps.accounts.warden.sessions import LASTS
from tests.accounts import make
from tests.accounts.warden.conftest import DANA

pytestmark = pytest.mark.django_db
PORTAL = "https://portal.example"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _portal(issuer: WardenIssuer) -> None:
    issuer.portal_origin = PORTAL
    issuer.save()


def token_of(server: WardenServer, **claims: Any) -> str:
    return server.warden.token({**DANA.claims(), **claims})


def post(browser: Client, token: str, origin: str | None = PORTAL) -> HttpResponse:
    """The form that stands on the portal."""
    headers = {"Origin": origin} if origin is not None else {}
    return browser.post("/warden/session", {"token": token}, headers=headers)  # type: ignore[return-value]


def show(browser: Client, token: str, **headers: str) -> HttpResponse:
    return browser.post("/warden/session", headers={"Authorization": f"Bearer {token}", **headers})  # type: ignore[return-value]


def is_in(browser: Client) -> bool:
    return browser.get("/settings").status_code == 200


def test_the_portal_s_form_signs_in(browser: Client, server: WardenServer) -> None:
    answer = post(browser, token_of(server))

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Acme" in browser.get("/settings").text
    assert browser.session.get_expiry_age() == pytest.approx(LASTS.total_seconds(), abs=5)


def test_a_program_shows_the_token_in_the_header(browser: Client, server: WardenServer) -> None:
    assert show(browser, token_of(server)).status_code == 302
    assert is_in(browser)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "https://portal.example.evil.example", None])
def test_a_form_of_another_site_is_refused_whatever_its_token(
    browser: Client, server: WardenServer, origin: str | None
) -> None:
    answer = post(browser, token_of(server), origin)

    assert (answer.status_code, is_in(browser), User.objects.count()) == (403, False, 0)


def test_a_header_from_another_site_is_refused(browser: Client, server: WardenServer) -> None:
    assert show(browser, token_of(server), Origin="https://evil.example").status_code == 403


def test_no_other_site_may_send_the_header(browser: Client) -> None:
    """A browser asks first (CORS), and is told nothing that would let it."""
    answer = browser.options("/warden/session", headers={"Origin": PORTAL, "Access-Control-Request-Method": "POST"})

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_token_is_good_for_one_session(browser: Client, server: WardenServer) -> None:
    token = token_of(server)
    post(browser, token)

    again = Client(enforce_csrf_checks=True)
    assert (post(again, token).status_code, show(again, token).status_code, is_in(again)) == (401, 401, False)


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"org": "other"}, {"sub": "d\0"}, {"permissions": []}],
    ids=str,
)
def test_a_token_that_the_api_would_refuse_is_refused(
    browser: Client, server: WardenServer, claims: dict[str, Any]
) -> None:
    make.charlie()

    assert post(browser, token_of(server, **claims)).status_code == 401
    assert not is_in(browser)


@pytest.mark.parametrize("token", ["", "x", "..", "é" * 20, "a.b.c", "x" * 10_000])
def test_what_is_no_token_is_refused(browser: Client, token: str) -> None:
    assert post(browser, token).status_code == 401


def test_an_issuer_whose_tokens_are_not_for_sessions_gives_none(
    browser: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    issuer.exchanges_tokens = False
    issuer.save()

    assert show(browser, token_of(server)).status_code == 401
    assert post(browser, token_of(server)).status_code == 403


@pytest.mark.parametrize(
    ("role", "permissions", "status"),
    [
        (Role.MARKETER, ["analytics:read"], 401),
        (Role.MARKETER, ["trellis:viewer"], 401),
        (Role.MARKETER, ["trellis:marketer"], 302),
        (Role.VIEWER, ["analytics:read", "campaigns:read"], 302),
        (Role.VIEWER, ["traffic:write"], 401),
        (Role.OWNER, ["trellis:admin"], 401),
        (Role.OWNER, ["trellis:owner"], 302),
        (Role.OWNER, [*Scope.values], 401),
    ],
)
def test_a_token_becomes_no_session_that_may_more_than_it_permits(
    browser: Client, server: WardenServer, role: Role, permissions: list[str], status: int
) -> None:
    post(Client(enforce_csrf_checks=True), token_of(server))
    WardenMembership.objects.all().delete()  # what the organization gave somebody itself stays
    Membership.objects.update(role=role)

    assert post(browser, token_of(server, permissions=permissions)).status_code == status


def test_a_token_is_measured_by_all_that_the_session_would_open(
    browser: Client, server: WardenServer, issuer: WardenIssuer
) -> None:
    post(Client(enforce_csrf_checks=True), token_of(server))
    second = make.an_organization("second")
    WardenOrganization.objects.create(issuer=issuer, external_id="second", organization=second)
    make.a_member(User.objects.get(), second, Role.OWNER)

    assert post(browser, token_of(server)).status_code == 401


def test_staff_and_whoever_was_switched_off_are_refused(browser: Client, server: WardenServer) -> None:
    post(browser, token_of(server))
    for change in ({"is_active": False}, {"is_active": True, "is_staff": True}):
        User.objects.update(**change)
        again = Client(enforce_csrf_checks=True)
        assert (post(again, token_of(server)).status_code, is_in(again)) == (401, False)


def test_warden_away_is_said_and_when_to_come_back(browser: Client, server: WardenServer) -> None:
    server.answers["/jwks"] = (500, {}, b"")

    answer = post(browser, token_of(server))

    assert (answer.status_code, int(answer["Retry-After"]) > 0, is_in(browser)) == (503, True, False)


def test_somebody_else_who_was_signed_in_is_signed_out_first(browser: Client, server: WardenServer) -> None:
    make.signed_in(browser, make.a_member(make.a_user("old@example.com"), make.an_organization("other"), Role.OWNER))

    show(browser, token_of(server))

    text = browser.get("/settings").text
    assert (DANA.email in text, "old@example.com" in text) == (True, False)


def test_who_guesses_tokens_is_slowed(server: WardenServer, settings: Any) -> None:
    settings.TRELLIS_API_POINTS = 600
    guesser = Client(REMOTE_ADDR="192.0.2.77")

    answers = [post(guesser, "a.b.c") for _ in range(100)]

    assert answers[0].status_code == 401
    assert any(answer.status_code == 429 and int(answer["Retry-After"]) > 0 for answer in answers)
