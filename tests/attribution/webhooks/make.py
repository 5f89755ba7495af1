"""Endpoints and messages for tests."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.accounts.models import Organization
from apps.attribution.models import EventType, WebhookDelivery, WebhookEndpoint
from apps.attribution.models.webhooks import TEST


def an_endpoint(
    organization: Organization, url: str = "https://hooks.example/trellis", **fields: Any
) -> WebhookEndpoint:
    fields = {"events": EventType.values, "created_at": timezone.now(), **fields}
    return WebhookEndpoint.objects.create(organization=organization, url=url, **fields)


def a_message(endpoint: WebhookEndpoint, now: datetime | None = None) -> WebhookDelivery:
    now, body = now or timezone.now(), f'{{"type": "{TEST}"}}'
    return WebhookDelivery.objects.create(endpoint=endpoint, kind=TEST, body=body, created_at=now, next_at=now)
