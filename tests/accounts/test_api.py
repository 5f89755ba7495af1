"""How the API lets programs in. The views here stand for any view of ours."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api import REFUSAL
from tests.accounts import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class WhoAmI(APIView):
    required_scope = "analytics:read"

    def get(self, request: Request) -> Response:
        return Response({"organization": request.auth.organization.key})


class Forgetful(APIView):
    """A view whose author forgot to name a scope."""

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/who", WhoAmI.as_view()), path("api/forgetful", Forgetful.as_view())]


def ask(client: Client, token: str, address: str = "/api/who", scheme: str = "Bearer") -> tuple[int, dict[str, object]]:
    answer = client.get(address, headers={"Authorization": f"{scheme} {token}"})
    return answer.status_code, answer.json()


def test_a_key_speaks_for_its_own_organization(client: Client) -> None:
    _, token = make.an_api_key(make.alice().organization)
    _, others = make.an_api_key(make.charlie().organization)

    assert ask(client, token) == (200, {"organization": "acme"})
    assert ask(client, others) == (200, {"organization": "other"})


def test_the_word_bearer_is_read_in_any_case(client: Client) -> None:
    _, token = make.an_api_key(make.an_organization("acme"))

    assert ask(client, token, scheme="bearer")[0] == 200


def test_without_a_key_the_answer_says_how_to_come_back(client: Client) -> None:
    answer = client.get("/api/who")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Trellis API"'
    assert answer["Content-Type"] == "application/problem+json"


def test_every_refusal_reads_the_same(client: Client) -> None:
    now, organization = timezone.now(), make.an_organization()
    revoked, revoked_token = make.an_api_key(organization)
    revoked.revoke(now)
    _, expired_token = make.an_api_key(organization, expires_at=now - timedelta(days=1))
    _, altered_token = make.an_api_key(organization)

    answers = [
        ask(client, token) for token in (revoked_token, expired_token, altered_token[:-1], "trl_live_no_key", "x")
    ]

    assert [(status, problem["detail"]) for status, problem in answers] == [(401, REFUSAL)] * 5


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "Basic dXNlcjpwYXNz", "trl_live_a_b", "Bearer \xff"]
)
def test_a_strange_header_is_401_never_500(client: Client, header: str) -> None:
    answer = client.get("/api/who", headers={"Authorization": header})

    assert answer.status_code == 401


def test_a_key_without_the_scope_is_told_which(client: Client) -> None:
    _, token = make.an_api_key(make.an_organization(), scopes=["traffic:write"])

    status, problem = ask(client, token)

    assert status == 403
    assert problem["detail"] == "The API key or token lacks the scope analytics:read."


def test_a_view_without_a_scope_lets_nobody_in(client: Client) -> None:
    _, token = make.an_api_key(make.an_organization(), scopes=["analytics:read", "campaigns:write"])

    assert ask(client, token, "/api/forgetful")[0] == 403


def test_a_session_is_no_key(client: Client) -> None:
    make.signed_in(client, make.alice())

    assert client.get("/api/who").status_code == 401


def test_use_of_a_key_is_noted(client: Client) -> None:
    key, token = make.an_api_key(make.an_organization())

    ask(client, token)

    key.refresh_from_db()
    assert key.last_used_at is not None
