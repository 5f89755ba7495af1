"""A program that holds an API key of an organization."""

from collections.abc import Sequence
from typing import Any

from django.test import Client

from apps.accounts.models import Organization
from apps.accounts.roles import Scope
from tests.accounts import make

BOTH = (Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE)
API = "/api/v1"


class Program:
    def __init__(self, organization: Organization, scopes: Sequence[str] = BOTH, **fields: Any) -> None:
        self.client = Client(raise_request_exception=False)
        self.key, self.token = make.an_api_key(organization, [*scopes], **fields)

    def ask(self, method: str, path: str, body: Any = None, *, seen: str = "", **headers: str) -> Any:
        """`seen` is the ETag of an answer. A body of bytes is sent as it is."""
        sent = {"Authorization": f"Bearer {self.token}", **headers} | ({"If-Match": seen} if seen else {})
        ask = getattr(self.client, method)
        words = {} if body is None else {"content_type": "application/json"}
        return ask(f"{API}{path}", body, headers=sent, **words)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(f"{API}{path}", query, headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path: str, body: Any = None, **words: Any) -> Any:
        return self.ask("post", path, {} if body is None else body, **words)

    def put(self, path: str, body: Any, **words: Any) -> Any:
        return self.ask("put", path, body, **words)

    def patch(self, path: str, body: Any, **words: Any) -> Any:
        return self.ask("patch", path, body, **words)


def pointers(answer: Any) -> list[str]:
    return [fault["pointer"] for fault in answer.json()["errors"]]
