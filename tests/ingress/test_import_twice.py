"""Importing the same lines again, in whatever way, stores them once."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from apps.ingress import imports
from apps.ingress.access_log import Format, ServerLog
from apps.ingress.access_log_event import Import, Occurrences, event_id
from apps.ingress.access_log_file import Line
from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.connection import client
from tests.accounts.make import an_organization
from tests.ingress.history import delete_events
from tests.ingress.logs import FROM, NASTY, a_hit, a_log, counted, rows, run
from tests.ingress.make import an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


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
    halfway = imports.bring(Import(acme, ServerLog(Format.COMBINED)), [lines[:10], lines[10:]], timezone.now)
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
            list(imports.bring(Import(acme, ServerLog(Format.COMBINED)), chunks, timezone.now))
        finally:
            connections.close_all()
            client().disconnect()

    with ThreadPoolExecutor() as pool:
        list(pool.map(bring, (320, 333)))

    assert len(rows(acme)) == 333


def test_what_was_deleted_since_can_be_imported_again(acme: int, tmp_path: Path) -> None:
    file = a_log(tmp_path, *(a_hit(n) for n in range(5)))
    run(file)
    delete_events("organization_id = {acme:UInt32}", acme=acme)

    report = run(file)

    assert counted("stored", report) == 5
    assert len(rows(acme)) == 5


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
