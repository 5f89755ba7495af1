"""Organizations with a privacy policy, and what is stored of a click to them."""

from apps.ingress.models import PrivacyPolicy, StoredEvent
from apps.ingress.privacy import shelf
from apps.ingress.store import store_lines
from tests.ingress.make import NOW, a_line, an_organization_id

PEER = "203.0.113.9"


def a_policy(address: str = "full", signal: str = "ignore") -> int:
    """An organization that keeps so much; this process knows it."""
    organization_id = an_organization_id()
    PrivacyPolicy.objects.create(organization_id=organization_id, address=address, signal=signal)
    shelf.fresh(NOW)
    return organization_id


def stored(organization_id: int, **changes: object) -> StoredEvent:
    line = a_line(organization_id=organization_id, **changes)
    store_lines(f"privacy-{organization_id}", [line], now=NOW)
    event: StoredEvent = StoredEvent.objects.get(organization_id=organization_id)
    return event
