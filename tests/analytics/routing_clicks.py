"""Clicks that a campaign routed, and its panels as a browser asks for them."""

from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.campaigns.models import Campaign
from apps.ingress.event import Event
from tests.analytics.make import a_click, stored

HTMX = {"HX-Request": "true"}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/604.1"


def clicked(campaign: Campaign, times: int = 1, **fields: Any) -> list[Event]:
    """Clicks of Germans on phones that the version in force sent to its rule's shop."""
    given = {
        "routed_campaign_id": campaign.pk, "routed_version": 1, "rule_id": 4, "destination_id": 2, "propensity": 0.7,
        "reason": "rule", "link_key": campaign.key, "path": f"/in/{campaign.key}", "country": "DE", "device_type": "phone",
    }  # fmt: skip
    at = timezone.now() - timedelta(minutes=5)
    return stored(*(a_click(at, organization=campaign.organization_id, **{**given, **fields}) for _ in range(times)))


def panel(page: Client, name: str, **query: Any) -> str:
    answer = page.get(f"/reports/campaigns/spring/{name}", query, headers=HTMX)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def post(page: Client, name: str, fields: dict[str, Any]) -> str:
    answer = page.post(f"/reports/campaigns/spring/{name}", fields, headers=HTMX)
    assert answer.status_code == 200
    return unescape(answer.content.decode())
