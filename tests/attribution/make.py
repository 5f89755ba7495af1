"""Networks, clicks and postbacks to test with, and what the books come to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from apps.accounts.models import Organization
from apps.attribution import booking, storing
from apps.attribution.models import Network
from apps.attribution.presets import Preset
from apps.ingress.event import Event
from apps.ingress.models import Postback
from apps.ingress.snowflake import EPOCH_MS, click_id
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.writer import store_events
from tests.accounts.make import an_organization
from tests.ingress.make import an_event, an_organization_id
from tests.ingress.postbacks import a_postback_line

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
SUMS = ("conversions", "sales", "rejected", "revenue", "pending", "cost")
_numbers = count(1)


def an_organization_of_its_own(**fields: Any) -> Organization:
    """Under a number that no other test has stored anything under."""
    number = an_organization_id()
    return an_organization(fields.pop("key", f"money-{number}"), id=number, **fields)


def a_network(organization: Organization | None = None, preset: str = Preset.GENERIC, **fields: Any) -> Network:
    return Network.found(organization or an_organization_of_its_own(), fields.pop("name", "Ads4U"), preset, **fields)


def a_click(organization_id: int, happened_at: datetime = NOON - timedelta(hours=3), **fields: Any) -> Event:
    """A click that is not stored yet."""
    ms = int(happened_at.timestamp() * 1000)
    event_id = (ms - EPOCH_MS) << 22 | next(_numbers)
    return an_event(
        **{
            "organization_id": organization_id,
            "event_id": event_id,
            "happened_at": happened_at,
            "country": "DE",
            **fields,
        }
    )


def a_stored_click(organization_id: int, happened_at: datetime = NOON - timedelta(hours=3), **fields: Any) -> Event:
    event = a_click(organization_id, happened_at, **fields)
    store_events([event], token=uuid4().hex)
    return event


def a_postback(network: Network, *, at: datetime = NOON, click: Event | None = None, **parameters: Any) -> Postback:
    """A row as ingress leaves it, with an id that sorts behind those made before."""
    said = {"click_id": click_id(click.event_id), **parameters} if click else parameters
    number = next(_numbers)
    line = a_postback_line(
        f"/postback/{network.key}?{urlencode(said, errors='surrogateescape')}",
        id=number << 22,
        at_ms=int(at.timestamp() * 1000),
        organization_id=network.organization_id,
        network_id=network.pk,
    )
    return Postback.objects.create(
        id=number << 22,
        organization_id=network.organization_id,
        network_id=network.pk,
        received_at=at,
        reason="accepted",
        line=line,
    )


def booked(now: datetime = NOON) -> int:
    """Everything that waits, booked and stored; returns how many postbacks."""
    number = 0
    while some := booking.book_waiting(now):
        number += some
    while storing.store_waiting(now):
        pass
    return number


def sums(organization_id: int, where: str = "1") -> dict[str, Any]:
    """What a report would say: plain sums over the stored rows."""
    totals = ", ".join(f"sum({name})" for name in SUMS)
    sql = f"SELECT {totals} FROM conversions WHERE organization_id = {organization_id} AND {where}"
    return dict(zip(SUMS, client().execute(sql)[0], strict=True))


def money(text: str) -> Decimal:
    return Decimal(text)
