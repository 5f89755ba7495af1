"""Events, stored by the one writer there is."""

from datetime import UTC, datetime
from itertools import count
from random import randrange
from typing import Any
from uuid import uuid4

from apps.accounts.models import Membership
from apps.analytics.models import SavedView
from apps.analytics.span import milliseconds
from apps.ingress.event import Event, Kind, Reason
from apps.ingress.snowflake import EPOCH_MS
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

_numbers = count(1)


def a_click(happened_at: datetime = NOON, *, organization: int = 0, **fields: Any) -> Event:
    """A person following the link `summer`; every click by another visitor unless one is given."""
    number = next(_numbers)
    given = {
        "organization_id": organization,
        "event_id": (milliseconds(happened_at) - EPOCH_MS) << 22 | number,
        "happened_at": happened_at,
        "stored_at": happened_at,
        "visitor_id": number,
        "host": "go.example.com",
        "path": "/in/summer",
        "ip": "192.0.2.7",
        "user_agent": "Mozilla/5.0",
        "kind": Kind.HUMAN,
        "reason": Reason.LINK,
        "link_key": "summer",
        "destination": "https://shop.example.com/",
    }
    return Event(**{**given, **fields})


def a_bot(happened_at: datetime = NOON, **fields: Any) -> Event:
    return a_click(happened_at, **{"kind": Kind.BOT, "visitor_id": 0, "user_agent": "Googlebot/2.1", **fields})


def stored(*events: Event) -> list[Event]:
    """The events, stored in one block."""
    store_events(events, token=uuid4().hex)
    return list(events)


def a_saved_view(owner: Membership, **fields: Any) -> SavedView:
    given = {"name": f"View {next(_numbers)}", "query": "span=7d&kinds=people&by=country", "owner": owner.user}
    return SavedView.objects.create(organization=owner.organization, **{**given, **fields})


# Beyond what PostgreSQL counts up to, and elsewhere in every run, for a test database may be kept.
_organizations = count(2**31 + randrange(2**30))


def a_warehouse() -> Warehouse:
    """Of an organization nobody else has: rows of ClickHouse outlive a test."""
    return Warehouse(next(_organizations))
