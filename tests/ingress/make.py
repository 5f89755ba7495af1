"""Requests, tables and events to test with; each is whole by default and takes what the test is about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.ingress.answer import Desk
from apps.ingress.capture import Capture, Request
from apps.ingress.event import Event
from apps.ingress.line import Decided, encode
from apps.ingress.models import Job
from apps.ingress.routing import RouteTable
from apps.ingress.snowflake import SealedIds, Snowflakes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
KEY = b"a key for tests, 32 bytes long.."
CLICKS = SealedIds(KEY, b"click")
VISITORS = SealedIds(KEY, b"visitor")
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

# A test that reads ClickHouse takes an organization nobody else has: rows are never deleted between tests.
_organizations = count(1_000_000)
_ids = count(1)


def an_organization_id() -> int:
    return next(_organizations)


def a_request(target: str = "/in/spring", *, method: str = "GET", peer: str = "203.0.113.9", **headers: str) -> Request:
    """Headers are given as `user_agent="…"`; a browser's come by default."""
    given = {"host": "go.example.com", "user_agent": AGENT, **headers}
    pairs = [(name.replace("_", "-").title().encode(), value.encode("latin-1")) for name, value in given.items()]
    return Request(method.encode(), target.encode("latin-1"), pairs, peer)


def an_organization_unit(**changes: Any) -> dict[str, Any]:
    return {
        "key": "acme",
        "hosts": [],
        "domains": ["example.com"],
        "link_secret": "s3cret",
        "default_destination": "",
        "safe_url": "",
        "retention_days": 365,
        **changes,
    }


def a_link_unit(**changes: Any) -> dict[str, Any]:
    return {"organization_id": 7, "link_id": 70, "destination": "https://shop.example.com/", "paused": False, **changes}


def a_table(*, organization: dict[str, Any] | None = None, **links: dict[str, Any]) -> RouteTable:
    """Organization 7 (`acme`) with the link `spring`, and more links by their key."""
    table = RouteTable()
    table.apply("organization:7", an_organization_unit(**(organization or {})))
    for key, link in {"spring": {}, **links}.items():
        table.apply(f"link:{key}", a_link_unit(**link))
    return table


def a_desk(table: RouteTable | None = None, *, capture: Capture | None = None) -> Desk:
    ids = Snowflakes(3, start_ms=0, reserve=lambda ms: ms + 1_000)
    return Desk(table=table or a_table(), capture=capture or Capture(), ids=ids, click_ids=CLICKS, visitor_ids=VISITORS)


def an_event(**changes: Any) -> Event:
    """A stored-to-be event with an id of its own."""
    event = Event(
        organization_id=7, event_id=(NOW_MS << 22) + next(_ids), happened_at=NOW, stored_at=NOW, user_agent=AGENT
    )
    return event._replace(**changes)


def a_line(**changes: Any) -> bytes:
    """A line as ingress writes it; `changes` are fields of Decided, `target` and headers those of the request."""
    target = changes.pop("target", "/in/spring?utm_source=news")
    headers = changes.pop("headers", {})
    decided = Decided(
        event_id=(NOW_MS << 22) + next(_ids),
        at_ms=NOW_MS,
        organization_id=7,
        visitor_id=5,
        visitor_is_new=False,
        status=302,
        reason="link",
        link_id=70,
        link_key="spring",
        destination="https://shop.example.com/",
        retention_days=365,
    )
    return encode(Capture().read(a_request(target, **headers)), decided._replace(**changes)).rstrip(b"\n")


def a_job(organization_id: int = 0, **changes: Any) -> Job:
    """Queued just now, of a kind nobody does."""
    given = {"kind": "nothing", "title": "Counting sheep", "created_at": NOW, "heartbeat_at": NOW}
    return Job.objects.create(organization_id=organization_id, **{**given, **changes})
