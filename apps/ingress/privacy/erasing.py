"""Emptying what a visitor's requests said word for word. What clicks are counted by stays, and so does every number.

Which columns go is decided here; docs/decisions/ says why these.
"""

from hashlib import blake2b
from typing import Any

from django.conf import settings

from apps.ingress.event import Event, Privacy

EMPTIED: tuple[str, ...] = (
    "ip",
    "headers",
    "withheld_headers",
    "path",
    "query",
    "parameters",
    "user_agent",
    "referrer",
    "destination",
    "search_term",
    "ad_click_id",
)
_NOTHING: dict[str, Any] = {name: Event._field_defaults[name] for name in EMPTIED}


def erased(event: Event) -> Event:
    """What is left of an event of an erased visitor. Erased again it is the same."""
    return event._replace(**_NOTHING, privacy=Privacy.ERASED)


def digest_of(organization_id: int, visitor_id: int) -> str:
    """How an erasure names its visitor: recognised when they come again, and telling nobody who they were."""
    who = f"{organization_id} {visitor_id}".encode()
    return blake2b(
        who, digest_size=16, key=settings.TRELLIS_CLICK_KEY.encode()[:64], person=b"erased visitor"
    ).hexdigest()
