"""What is told: a row for each endpoint, in the transaction of what happened, so that it is told if and only if it did."""

from datetime import datetime
from typing import Any

from rest_framework.utils.encoders import JSONEncoder

from apps.attribution.api.told import edition_document, keys_of, run_document
from apps.attribution.models import Edition, EventType, WebhookDelivery, WebhookEndpoint
from apps.attribution.models.webhooks import TEST, new_message_id

TESTS_MAX = 5
KINDS = {Edition.Kind.APPLIED: EventType.APPLIED, Edition.Kind.REVERTED: EventType.REVERTED}


class TooManyTests(Exception):
    """Carries the sentence for people."""


def tell_of_edition(edition: Edition, now: datetime) -> int:
    """An edition that a run has just made; returns how many endpoints will hear of it."""
    run = edition.run
    assert run
    kind = KINDS[Edition.Kind(edition.kind)]
    endpoints = WebhookEndpoint.objects.filter(organization_id=edition.organization_id, events__contains=[kind])
    document = {"edition": edition_document(edition), "run": run_document(run, keys_of([run.counts]))}
    body, message_id = _body(kind, document, now), new_message_id()
    return len(
        WebhookDelivery.objects.bulk_create(_delivery(endpoint, kind, body, message_id, now) for endpoint in endpoints)
    )


def tell_a_test(endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """The endpoint is locked by whoever asks. Errors: TooManyTests, while as many as may be wait to arrive."""
    if endpoint.deliveries.filter(kind=TEST, state=WebhookDelivery.State.WAITING).count() >= TESTS_MAX:
        raise TooManyTests(
            f"{TESTS_MAX} test events wait already. Send one of them again, or wait until one has arrived."
        )
    body = _body(TEST, {"words": "This is a test. Nothing happened."}, now)
    delivery = _delivery(endpoint, TEST, body, new_message_id(), now)
    delivery.save()
    return delivery


def _delivery(endpoint: WebhookEndpoint, kind: str, body: str, message_id: str, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(endpoint=endpoint, kind=kind, body=body, message_id=message_id, created_at=now, next_at=now)


def _body(kind: str, data: dict[str, Any], now: datetime) -> str:
    """Moments as the API writes them."""
    return JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode({"type": kind, "timestamp": now, "data": data})
