"""Rounds that are broken off: every endpoint has its turn, and none is sent what it should not be any more."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.utils import timezone

from apps.attribution.models import WebhookDelivery, WebhookEndpoint
from apps.attribution.webhooks import delivering
from apps.attribution.webhooks.delivering import LEASE, deliver, deliver_waiting
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.attribution.webhooks.receiver import Receiver
from tests.faults.waiting import until

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


def test_what_waits_for_an_endpoint_that_was_removed_meanwhile_is_not_sent(
    endpoints: list[WebhookEndpoint], receiver: Receiver
) -> None:
    message = WebhookDelivery.objects.due(timezone.now())[0]
    WebhookEndpoint.objects.get(pk=message.endpoint_id).delete()

    assert not deliver(message, timezone.now())

    assert receiver.heard == []


def test_an_endpoint_that_is_removed_just_after_the_claim_does_not_fail_the_round(
    endpoints: list[WebhookEndpoint], receiver: Receiver
) -> None:
    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if sql.startswith('UPDATE "attribution_webhookdelivery"'):
            WebhookEndpoint.objects.filter(url__endswith="/a").delete()
        return answer

    with connection.execute_wrapper(meanwhile):
        deliver_waiting(timezone.now())

    assert [each.path for each in receiver.heard] == ["/b", "/c"]


def test_an_endpoint_that_was_paused_meanwhile_is_sent_nothing(
    endpoints: list[WebhookEndpoint], receiver: Receiver
) -> None:
    message = WebhookDelivery.objects.due(timezone.now())[0]
    WebhookEndpoint.objects.update(paused_at=timezone.now())

    assert not deliver(message, timezone.now())

    message.refresh_from_db()
    assert (message.attempts, receiver.heard) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_the_same_moment_one_holds() -> None:
    message, now = a_message(an_endpoint(make.an_organization())), timezone.now()
    late = WebhookDelivery.objects.get(pk=message.pk)
    answers: list[bool] = []

    def claim() -> None:
        answers.append(late.claim(now, LEASE))
        connection.close()

    other = threading.Thread(target=claim)
    with transaction.atomic():
        assert message.claim(now, LEASE)
        other.start()
        until(somebody_waits_for_a_row)
    other.join()

    assert answers == [False]


def somebody_waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return bool(cursor.fetchone()[0])
