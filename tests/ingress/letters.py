"""Dead letters to settle."""

from typing import Any

from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.connection import client as warehouse
from tests.ingress.make import NOW

LOG_LINE = b'203.0.113.5 - - [17/May/2026:10:05:03 +0200] "GET /kept HTTP/1.1" 200 1 "-" "Mozilla/5.0"'
LOG_CONTEXT = {
    "format": "combined", "time_zone": "UTC", "host": "www.example.com", "scheme": "http", "retention_days": "0",
    "occurrence": "0",
}  # fmt: skip


def a_letter(line: bytes, *, organization_id: int = 7, position: int = 1, **fields: Any) -> DeadLetter:
    """One whose reason is gone by now when `line` is a good one."""
    given = {"segment_id": "900", "reason": "ClickHouse had a bad day", "created_at": NOW, **fields}
    return DeadLetter.objects.create(line=line, organization_id=organization_id, position=position, **given)


def a_log_letter(line: bytes = LOG_LINE, **fields: Any) -> DeadLetter:
    return a_letter(line, source=DeadLetter.Source.IMPORT, context=LOG_CONTEXT, segment_id="import-1", **fields)


def paths(organization_id: int) -> list[str]:
    sql = "SELECT path FROM events WHERE organization_id = {id:UInt32} ORDER BY event_id"
    return [path for (path,) in warehouse().execute(sql, {"id": organization_id})]


def status_of(letter: DeadLetter) -> str:
    letter.refresh_from_db()
    return letter.status
