"""Rounds that are broken off: every endpoint has its turn."""

import secrets
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from apps.attribution.models import WebhookEndpoint
from apps.attribution.webhooks import delivering
from apps.attribution.webhooks.delivering import deliver_waiting
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _turns_of_its_own(settings: Any) -> None:
    default = {**configured.CACHES["default"], "KEY_PREFIX": f"test-{secrets.token_hex(8)}"}
    settings.CACHES = {"default": default}


@pytest.fixture
def one_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when every endpoint takes longer than a round."""
    monkeypatch.setattr(delivering, "ROUND_S", 0.0)


@pytest.fixture
def endpoints(receiver: Receiver) -> list[WebhookEndpoint]:
    """Three, each with a backlog. They tell themselves apart by the path."""
    organization = make.an_organization()
    endpoints = [an_endpoint(organization, f"{receiver.url}/{name}") for name in "abc"]
    for endpoint in endpoints * 3:
        a_message(endpoint)
    return endpoints


def test_a_round_begins_after_the_endpoint_at_which_the_last_one_stopped(
    endpoints: list[WebhookEndpoint], receiver: Receiver, one_a_round: None
) -> None:
    for _ in range(5):
        deliver_waiting(timezone.now())

    assert [each.path for each in receiver.heard] == ["/a", "/b", "/c", "/a", "/b"]


def test_an_endpoint_that_was_removed_since_is_gone_round_all_the_same(
    endpoints: list[WebhookEndpoint], receiver: Receiver, one_a_round: None
) -> None:
    for _ in range(2):
        deliver_waiting(timezone.now())
    endpoints[1].delete()

    for _ in range(2):
        deliver_waiting(timezone.now())

    assert [each.path for each in receiver.heard] == ["/a", "/b", "/c", "/a"]


def test_with_redis_away_a_round_begins_with_the_first(
    endpoints: list[WebhookEndpoint], receiver: Receiver, one_a_round: None, settings: Any
) -> None:
    deliver_waiting(timezone.now())
    settings.CACHES = {"default": {**configured.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}

    deliver_waiting(timezone.now())

    assert [each.path for each in receiver.heard] == ["/a", "/a"]
