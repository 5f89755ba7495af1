"""Changing channels by their page, and looking what became of them."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.ingress.models import OrganizationTables
from tests.analytics.make import a_click, stored

NOW = timezone.now()
PARTNERS: dict[str, Any] = {"channel": "Partners", "source": "partner-*"}


def change(page: Client, op: str, seen: int = 0, **said: Any) -> Any:
    return page.post("/settings/channels/change", {"op": op, "seen": seen, **said})


def look(page: Client, op: str, seen: int = 0, **said: Any) -> Any:
    return page.get("/settings/channels/preview", {"op": op, "seen": seen, **said})


def own_rules(page: Client) -> list[str]:
    return [rule.channel for rule in page.get("/settings/channels").context["own"]]


def newest(member: Membership) -> OrganizationTables:
    found = OrganizationTables.latest(member.organization_id)
    assert found
    return found


def clicked(member: Membership, times: int = 1, **fields: Any) -> None:
    at = {"organization": member.organization_id, **fields}
    stored(*(a_click(NOW - timedelta(hours=n + 1), **at) for n in range(times)))


def numbers(answer: Any) -> dict[str, tuple[int, int]]:
    return {one.channel: (one.before, one.after) for one in answer.context["preview"].changes}
