"""Access logs to import, and what ClickHouse has of them afterwards."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command

from apps.ingress.warehouse.connection import client

NASTY = Path(__file__).parent / "fixtures" / "nasty_combined.log"
FROM = datetime(2026, 5, 17, 8, tzinfo=UTC)


class Row(NamedTuple):
    event_id: int
    happened_at: datetime
    visitor_id: int
    method: str
    host: str
    path: str
    query: str
    headers: list[tuple[Any, Any]]
    parameters: dict[str, str]
    ip: str
    user_agent: Any
    referrer: Any
    status: int
    origin: str
    kind: str
    retention_days: int


def run(file: Path | str, *options: str) -> str:
    out = io.StringIO()
    call_command("import_access_log", str(file), "--organization", "acme", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows(organization_id: int) -> list[Row]:
    sql = f"SELECT {', '.join(Row._fields)} FROM events WHERE organization_id = {{id:UInt32}} ORDER BY happened_at, event_id"
    return [Row(*row) for row in client().execute(sql, {"id": organization_id})]


def row_of(organization_id: int, path: str) -> Row:
    return next(row for row in rows(organization_id) if row.path == path)


def a_hit(second: int, path: str = "/") -> str:
    at = FROM + timedelta(seconds=second)
    return f'203.0.113.5 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'


def a_log(tmp_path: Path, *lines: str, name: str = "access.log") -> Path:
    file = tmp_path / name
    file.write_text("".join(lines))
    return file


def counted(words: str, report: str) -> int:
    match = re.search(rf"([\d,]+)  {words}", report)
    assert match, report
    return int(match[1].replace(",", ""))
