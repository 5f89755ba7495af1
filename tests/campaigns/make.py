"""Links for tests."""

from itertools import count
from typing import Any

from apps.accounts.models import Organization
from apps.campaigns.models import Link
from apps.ingress import routes
from apps.ingress.broker import broker

_numbers = count(1)


def a_link(organization: Organization, key: str = "", **fields: Any) -> Link:
    fields = {"name": "Spring newsletter", "destination": "https://shop.example.com/spring", **fields}
    return Link.objects.create(organization=organization, key=key or f"key{next(_numbers)}", **fields)


def in_force(key: str) -> dict[str, Any]:
    """What the ingress processes are told about the link; empty when nothing."""
    document: dict[str, Any] = routes.published(broker(), [f"link:{key}"]).get(f"link:{key}", {})
    return document
