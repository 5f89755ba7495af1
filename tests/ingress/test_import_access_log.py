"""`manage.py import_access_log`, spoken to as a person would and judged by what ClickHouse has afterwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.ingress.models import DeadLetter
from tests.ingress.logs import FROM, NASTY, a_hit, a_log, counted, row_of, rows, run

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


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


def test_a_log_of_many_years_out_of_order_comes_in(acme: int, tmp_path: Path) -> None:
    def line(month: int) -> str:
        at = datetime(2004 + month // 12, month % 12 + 1, 3, tzinfo=UTC)
        return f'203.0.113.5 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'

    run(a_log(tmp_path, *(line(month * 37 % 240) for month in range(240))))

    assert len(rows(acme)) == 240


def test_a_file_in_another_format_is_refused_before_anything_is_stored(acme: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"in no format known here(?s:.*)id,name"):
        run(a_log(tmp_path, "id,name\n", "1,Dana\n"))

    assert not DeadLetter.objects.filter(organization_id=acme).exists()


def test_the_wrong_format_is_refused_with_the_right_one(acme: int) -> None:
    with pytest.raises(CommandError, match="--format combined"):
        run(NASTY, "--format", "w3c")


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
