"""What the list of events shows, on its page and in its CSV."""

import csv
from io import StringIO

from django.test import Client

from apps.accounts.models import Membership
from apps.ingress.event import Event
from tests.analytics.make import a_click, stored

HTMX = {"HX-Request": "true"}


def listed(answer: object) -> list[int]:
    return [event.event_id for event in answer.context["events"]]  # type: ignore[attr-defined]


def rows_of(page: Client, query: str = "") -> list[dict[str, str]]:
    text = page.get(f"/events?format=csv&kinds=all&{query}").getvalue().decode()
    return list(csv.DictReader(StringIO(text)))


def an_event(alice: Membership, **fields: object) -> Event:
    return stored(a_click(organization=alice.organization_id, **fields))[0]
