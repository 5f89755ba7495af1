"""`manage.py import_access_log`, spoken to as a person would and judged by what ClickHouse has afterwards."""

import bz2
import gzip
import io
import lzma
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from apps.ingress import imports
from apps.ingress.access_log import Format, ServerLog
from apps.ingress.access_log_event import Import, Occurrences, event_id
from apps.ingress.access_log_file import LINE_MAX_BYTES, Line
from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.connection import client
from tests.accounts.make import an_organization
from tests.ingress.make import an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

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


@pytest.fixture
def acme() -> int:
    return an_organization("acme", id=an_organization_id()).pk


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


def test_a_nasty_log_comes_in_whole(acme: int) -> None:
    report = run(NASTY, "--host", "www.example.com")

    assert counted("lines read", report) == 12
    assert counted("stored", report) == 9
    assert counted("malformed", report) == 2
    assert counted("blank", report) == 1
    assert len(rows(acme)) == 9


def test_the_same_line_twice_in_a_log_is_two_events(acme: int) -> None:
    run(NASTY)

    twins = [row for row in rows(acme) if row.path == "/in/spring"]
    assert len(twins) == 2
    assert twins[0].event_id != twins[1].event_id
    assert twins[0].visitor_id == twins[1].visitor_id


def test_an_imported_event_has_what_the_line_says(acme: int) -> None:
    run(NASTY, "--host", "www.example.com")

    row = row_of(acme, "/in/spring")
    assert row.happened_at == datetime(2026, 5, 17, 8, 5, 3, tzinfo=UTC)
    assert (row.method, row.host, row.status, row.ip) == ("GET", "www.example.com", 302, "203.0.113.5")
    assert row.query == "utm_source=news&utm_source=again"
    assert row.parameters == {"utm_source": "news"}
    assert row.referrer == "https://example.org/a?b=c"
    assert [name for name, _ in row.headers] == ["User-Agent", "Referer", ":protocol", ":bytes"]
    assert (row.origin, row.kind, row.retention_days) == ("import", "human", 0)


def test_bytes_survive_as_they_were_sent(acme: int) -> None:
    run(NASTY)

    assert row_of(acme, "/raw").referrer == b"http://\xf0\xf4.example/"
    assert next(row for row in rows(acme) if row.query.startswith("q=")).query == 'q="quoted"&b=\\'


def test_a_hit_that_was_no_request_is_kept_without_a_method(acme: int) -> None:
    run(NASTY)

    hello = next(row for row in rows(acme) if row.status == 400)
    assert (hello.method, hello.path) == ("", "")
    assert (":request", "\x16\x03\x01\x02") in hello.headers


def test_kinds_are_told_as_for_live_clicks(acme: int) -> None:
    run(NASTY)

    kinds = {row.path: row.kind for row in rows(acme)}
    assert (kinds["/in/spring"], kinds["/cut"], kinds[""]) == ("human", "bot", "bot")
    assert next(row for row in rows(acme) if row.method == "HEAD").kind == "head"


def test_malformed_lines_are_named_and_kept_with_their_bytes(acme: int) -> None:
    report = run(NASTY)

    assert "line 5: not a line in combined format: this is no line at all" in report
    assert "line 9: no time in [99/May/2026:08:05:08 +0000]" in report
    letters = DeadLetter.objects.filter(organization_id=acme).order_by("position")
    assert [letter.position for letter in letters] == [5, 9]
    assert bytes(letters[0].line) == b"this is no line at all"
    assert {letter.source for letter in letters} == {DeadLetter.Source.IMPORT}


def test_only_the_first_malformed_lines_are_shown(acme: int, tmp_path: Path) -> None:
    file = a_log(tmp_path, a_hit(0), *(f"bad line {n}\n" for n in range(30)))

    report = run(file)

    assert report.count("not a line in combined format") == 20
    assert counted("malformed", report) == 30
    assert "(the first 20)" in report


def test_a_malformed_line_cannot_move_the_cursor(acme: int, tmp_path: Path) -> None:
    report = run(a_log(tmp_path, a_hit(0), "bad \x1b[2Jline\n"))

    assert "\x1b" not in report
    assert r"bad \x1b[2Jline" in report


def test_importing_twice_stores_once(acme: int) -> None:
    run(NASTY)

    report = run(NASTY)

    assert counted("stored", report) == 0
    assert counted("stored before, left out", report) == 9
    assert len(rows(acme)) == 9
    assert DeadLetter.objects.filter(organization_id=acme).count() == 2


def test_a_log_that_has_grown_brings_only_what_is_new(acme: int, tmp_path: Path) -> None:
    run(a_log(tmp_path, *(a_hit(n) for n in range(10))))

    report = run(a_log(tmp_path, *(a_hit(n) for n in range(14)), a_hit(13)))

    assert counted("stored", report) == 5
    assert len(rows(acme)) == 15


def test_a_later_log_that_overlaps_brings_only_what_is_new(acme: int, tmp_path: Path) -> None:
    run(a_log(tmp_path, *(a_hit(n) for n in range(10))))

    run(a_log(tmp_path, *(a_hit(n) for n in range(5, 20)), name="rotated.log"))

    assert len(rows(acme)) == 20


def test_chunks_and_their_borders_do_not_matter(acme: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_log(tmp_path, *(a_hit(n // 3, f"/{n % 2}") for n in range(50)))
    run(file)
    monkeypatch.setattr("apps.ingress.management.commands.import_access_log.CHUNK_LINES", 7)

    run(file)

    assert len(rows(acme)) == 50


def test_an_import_that_was_cut_off_goes_on_where_it_was(acme: int, tmp_path: Path) -> None:
    lines = [Line(n + 1, a_hit(n).strip().encode()) for n in range(20)]
    halfway = imports.bring(Import(acme, ServerLog(Format.COMBINED)), [lines[:10], lines[10:]], timezone.now())
    next(halfway)

    report = run(a_log(tmp_path, *(a_hit(n) for n in range(20))))

    assert counted("stored before, left out", report) == 10
    assert len(rows(acme)) == 20


@pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])
def test_two_imports_of_a_growing_log_at_once_store_once(acme: int) -> None:
    def bring(length: int) -> None:
        lines = [Line(n + 1, a_hit(n).strip().encode()) for n in range(length)]
        chunks = [lines[at : at + 50] for at in range(0, length, 50)]
        try:
            list(imports.bring(Import(acme, ServerLog(Format.COMBINED)), chunks, timezone.now()))
        finally:
            connections.close_all()
            client().disconnect()

    with ThreadPoolExecutor() as pool:
        list(pool.map(bring, (320, 333)))

    assert len(rows(acme)) == 333


def test_what_was_deleted_since_can_be_imported_again(acme: int, tmp_path: Path) -> None:
    file = a_log(tmp_path, *(a_hit(n) for n in range(5)))
    run(file)
    client().execute(f"ALTER TABLE events DELETE WHERE organization_id = {acme}", settings={"mutations_sync": 2})

    report = run(file)

    assert counted("stored", report) == 5
    assert len(rows(acme)) == 5


def test_a_log_of_many_years_out_of_order_comes_in(acme: int, tmp_path: Path) -> None:
    def line(month: int) -> str:
        at = datetime(2004 + month // 12, month % 12 + 1, 3, tzinfo=UTC)
        return f'203.0.113.5 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'

    run(a_log(tmp_path, *(line(month * 37 % 240) for month in range(240))))

    assert len(rows(acme)) == 240


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_logs_are_read_whatever_they_are_called(
    acme: int, tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "access.log.1"
    file.write_bytes(compress(NASTY.read_bytes()))

    run(file)

    assert len(rows(acme)) == 9


def test_a_log_comes_in_through_a_pipe(acme: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pipe"
    file.write_bytes(gzip.compress(NASTY.read_bytes()))
    with file.open() as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)

        report = run("-")

    assert report.startswith("Importing standard input")
    assert len(rows(acme)) == 9


def test_a_cut_off_file_stores_what_is_before_the_damage_and_says_so(acme: int, tmp_path: Path) -> None:
    whole = gzip.compress("".join(a_hit(n, f"/{n * n}") for n in range(2_000)).encode())
    file = tmp_path / "access.log.gz"
    file.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(CommandError, match=r"(?s)damaged or cut off.*nothing is stored twice"):
        run(file)

    assert 100 < len(rows(acme)) < 2_000


def test_a_line_without_end_does_not_fill_the_memory(acme: int, tmp_path: Path) -> None:
    file = a_log(tmp_path, a_hit(0), "x" * (2 * LINE_MAX_BYTES + 5) + "\n", a_hit(1))

    run(file)

    assert len(rows(acme)) == 2
    letter = DeadLetter.objects.get(organization_id=acme)
    assert letter.position == 2
    assert len(letter.line) == 65_536


def test_a_file_in_another_format_is_refused_before_anything_is_stored(acme: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"in no format known here(?s:.*)id,name"):
        run(a_log(tmp_path, "id,name\n", "1,Dana\n"))

    assert not DeadLetter.objects.filter(organization_id=acme).exists()


def test_the_wrong_format_is_refused_with_the_right_one(acme: int) -> None:
    with pytest.raises(CommandError, match="--format combined"):
        run(NASTY, "--format", "w3c")


def test_an_empty_file_is_no_mistake(acme: int, tmp_path: Path) -> None:
    assert "No hit in this file" in run(a_log(tmp_path))


def test_a_missing_file_is_said_plainly(acme: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nowhere.log")


def test_an_unknown_organization_names_those_there_are(acme: int) -> None:
    with pytest.raises(CommandError, match=r"no organization 'acne'.*acme"):
        call_command("import_access_log", str(NASTY), "--organization", "acne")


def test_an_unknown_time_zone_is_refused(acme: int) -> None:
    with pytest.raises(CommandError, match="is no time zone"):
        run(NASTY, "--time-zone", "Mars/Olympus")


def test_the_time_zone_is_for_lines_that_name_none(acme: int, tmp_path: Path) -> None:
    run(a_log(tmp_path, a_hit(0).replace(" +0000", "")), "--time-zone", "Europe/Berlin")

    assert rows(acme)[0].happened_at == FROM - timedelta(hours=2)


def test_history_is_kept_for_ever_and_said_so(acme: int) -> None:
    report = run(NASTY)

    assert "keeps live events for 730 days; imported history is kept for ever" in report
    assert {row.retention_days for row in rows(acme)} == {0}


def test_with_a_retention_older_lines_are_left_out(acme: int, tmp_path: Path) -> None:
    recent = timezone.now() - timedelta(days=3)
    line = f'203.0.113.5 - - [{recent:%d/%b/%Y:%H:%M:%S} +0000] "GET /new HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'
    old = '203.0.113.5 - - [17/May/2015:08:05:00 +0000] "GET /old HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'

    report = run(a_log(tmp_path, old, line), "--retention-days", "30")

    assert counted("older than asked for", report) == 1
    assert [(row.path, row.retention_days) for row in rows(acme)] == [("/new", 30)]


def test_the_report_says_where_to_look(acme: int) -> None:
    report = run(NASTY)

    assert "From 2026-05-17 08:05:03 UTC to 2026-05-17 08:05:59 UTC." in report
    assert "/events?span=custom&from=2026-05-17&to=2026-05-17&kinds=all" in report


def test_clickhouse_away_is_said_and_nothing_is_half_done(acme: int, clickhouse_away: None) -> None:
    with pytest.raises(CommandError, match="Stopped after 0 lines"):
        run(NASTY)


def test_another_organization_s_import_of_the_same_file_is_its_own(acme: int) -> None:
    other = an_organization("other", id=an_organization_id()).pk
    run(NASTY)

    call_command("import_access_log", str(NASTY), "--organization", "other", stdout=io.StringIO())

    assert len(rows(other)) == 9
    assert not {row.event_id for row in rows(other)} & {row.event_id for row in rows(acme)}


def test_an_id_depends_on_organization_line_and_occurrence_alone() -> None:
    ids = {event_id(org, raw, n, FROM) for org in (1, 2) for raw in (b"a", b"b") for n in (0, 1)}

    assert len(ids) == 8
    assert event_id(1, b"a", 0, FROM) in ids
    assert all(number >> 63 for number in ids)


def test_occurrences_are_counted_across_the_change_of_generations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingress.access_log_event.REMEMBERED_LINES", 3)
    occurrences = Occurrences()

    counts = [occurrences.next(raw) for raw in (b"a", b"a", b"b", b"c", b"a", b"d", b"a")]

    assert counts == [0, 1, 0, 0, 2, 0, 3]
