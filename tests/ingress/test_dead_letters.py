"""Lines that could not become events: replayed without a double, or given up."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from apps.ingress import dead_letters
from apps.ingress.models import DeadLetter
from apps.ingress.store import store_lines
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.accounts import make
from tests.ingress.letters import LOG_LINE, a_letter, a_log_letter, paths, status_of
from tests.ingress.make import NOW, a_line, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

LATER = NOW + timedelta(hours=1)


def later() -> datetime:
    return LATER


@pytest.fixture
def organization_id() -> int:
    return an_organization_id()


def test_a_replayed_line_is_stored_as_it_would_have_been(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)

    outcome = dead_letters.replay([letter], later)

    assert outcome == dead_letters.Replayed(replayed=1)
    assert paths(organization_id) == ["/in/spring"]
    assert status_of(letter) == DeadLetter.Status.REPLAYED
    assert letter.settled_at == LATER


def test_replaying_twice_stores_once(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)
    stale = DeadLetter.objects.get(pk=letter.pk)
    dead_letters.replay([letter], later)

    dead_letters.replay([stale], later)

    assert paths(organization_id) == ["/in/spring"]


def test_replaying_what_is_stored_already_stores_nothing(organization_id: int) -> None:
    line = a_line(organization_id=organization_id)
    store_lines("901", [line], now=NOW)

    dead_letters.replay([a_letter(line, organization_id=organization_id)], later)

    assert paths(organization_id) == ["/in/spring"]


def test_a_line_that_is_still_bad_waits_on_with_the_newer_reason() -> None:
    letter = a_letter(b"{not json")

    outcome = dead_letters.replay([letter], later)

    assert outcome == dead_letters.Replayed(still_bad=1)
    assert status_of(letter) == DeadLetter.Status.WAITING
    assert letter.reason.startswith("JSONDecodeError")
    assert DeadLetter.objects.count() == 1


def test_bytes_are_never_edited() -> None:
    letter = a_letter(b"\x00\xff{not json")

    dead_letters.replay([letter], later)
    dead_letters.discard([letter], LATER)

    letter.refresh_from_db()
    assert bytes(letter.line) == b"\x00\xff{not json"


def test_a_line_of_a_log_is_replayed_as_its_import_would_have_read_it(organization_id: int) -> None:
    letter = a_log_letter(organization_id=organization_id)

    outcome = dead_letters.replay([letter], later)

    assert outcome.replayed == 1
    assert paths(organization_id) == ["/kept"]


def test_a_replayed_line_of_a_log_is_not_imported_again(organization_id: int, tmp_path: Any) -> None:
    make.an_organization("acme", id=organization_id)
    dead_letters.replay([a_log_letter(organization_id=organization_id)], later)
    file = tmp_path / "access.log"
    file.write_bytes(LOG_LINE + b"\n")

    call_command("import_access_log", str(file), "--organization", "acme", stdout=io.StringIO())

    assert paths(organization_id) == ["/kept"]


def test_a_line_of_a_log_that_is_still_malformed_waits_on() -> None:
    letter = a_log_letter(b"no line")

    outcome = dead_letters.replay([letter], later)

    assert outcome.still_bad == 1
    letter.refresh_from_db()
    assert letter.reason == "not a line in combined format"


def test_discarded_letters_are_left_alone(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)
    dead_letters.discard([letter], NOW)
    letter.refresh_from_db()

    outcome = dead_letters.replay([letter], later)

    assert outcome == dead_letters.Replayed(settled_before=1)
    assert paths(organization_id) == []


def test_discarding_twice_counts_once() -> None:
    letter = a_letter(b"bad")

    assert [dead_letters.discard([letter], NOW), dead_letters.discard([letter], LATER)] == [1, 0]
    assert status_of(letter) == DeadLetter.Status.DISCARDED
    assert letter.settled_at == NOW


def test_with_clickhouse_away_a_letter_waits_on(organization_id: int, clickhouse_away: None) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)

    with pytest.raises(WarehouseUnavailable):
        dead_letters.replay([letter], later)

    assert status_of(letter) == DeadLetter.Status.WAITING
    assert letter.reason == "ClickHouse had a bad day"
