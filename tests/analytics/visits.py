"""Clicks of one visitor, who said something personal in every part of a request."""

from datetime import UTC, datetime
from typing import Any

from apps.ingress.warehouse.connection import client as clickhouse
from tests.attribution.make import a_stored_click

VISITOR, OTHER = 7_000_001, 7_000_002
SAID = {
    "ip": "203.0.113.77",
    "user_agent": "Alices own agent",
    "referrer": "https://mail.example.com/alice",
    "query": "email=alice@example.com&utm_source=news",
    "parameters": {"email": "alice@example.com", "utm_source": "news"},
    "headers": (("User-Agent", "Alices own agent"), ("Accept-Language", "de")),
    "path": "/in/alice",
    "destination": "https://shop.example.com/?who=alice",
    "search_term": "alice example",
    "ad_click_id": "alice-click",
    "browser": "Firefox",
    "utm_source": "news",
}
# In a month of which no other test has events: erasing rewrites all parts of the months it finds.
WHEN = datetime(2026, 3, 14, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def a_visit(organization_id: int, visitor_id: int = VISITOR, **fields: Any) -> Any:
    return a_stored_click(organization_id, visitor_id=visitor_id, **{"happened_at": WHEN, **SAID, **fields})


def rows(table: str, organization_id: int) -> str:
    """All of them, as text."""
    sql = f"SELECT * FROM {table} WHERE organization_id = {{id:UInt32}}"
    return repr(clickhouse().execute(sql, {"id": organization_id}))
