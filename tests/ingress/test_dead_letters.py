"""Lines that could not become events: kept, shown to staff, replayed without a double, or given up."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.ingress import dead_letters
from apps.ingress.line_words import hex_dump, readable
from apps.ingress.models import DeadLetter
from apps.ingress.store import store_lines
from apps.ingress.warehouse.connection import client as warehouse
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.writer import store_events
from tests.accounts import make
from tests.ingress.make import NOW, a_line, an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

LATER = NOW + timedelta(hours=1)
LIST = reverse("admin:ingress_deadletter_changelist")
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


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("dead_letters", *arguments, stdout=out)
    return out.getvalue()


def status_of(letter: DeadLetter) -> str:
    letter.refresh_from_db()
    return letter.status


@pytest.fixture
def organization_id() -> int:
    return an_organization_id()


@pytest.fixture
def admin(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def test_a_replayed_line_is_stored_as_it_would_have_been(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)

    outcome = dead_letters.replay([letter], LATER)

    assert outcome == dead_letters.Replayed(replayed=1)
    assert paths(organization_id) == ["/in/spring"]
    assert status_of(letter) == DeadLetter.Status.REPLAYED
    assert letter.settled_at == LATER


def test_replaying_twice_stores_once(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)
    stale = DeadLetter.objects.get(pk=letter.pk)
    dead_letters.replay([letter], LATER)

    dead_letters.replay([stale], LATER)

    assert paths(organization_id) == ["/in/spring"]


def test_replaying_what_is_stored_already_stores_nothing(organization_id: int) -> None:
    line = a_line(organization_id=organization_id)
    store_lines("901", [line], now=NOW)

    dead_letters.replay([a_letter(line, organization_id=organization_id)], LATER)

    assert paths(organization_id) == ["/in/spring"]


def test_a_line_that_is_still_bad_waits_on_with_the_newer_reason() -> None:
    letter = a_letter(b"{not json")

    outcome = dead_letters.replay([letter], LATER)

    assert outcome == dead_letters.Replayed(still_bad=1)
    assert status_of(letter) == DeadLetter.Status.WAITING
    assert letter.reason.startswith("JSONDecodeError")
    assert DeadLetter.objects.count() == 1


def test_bytes_are_never_edited() -> None:
    letter = a_letter(b"\x00\xff{not json")

    dead_letters.replay([letter], LATER)
    dead_letters.discard([letter], LATER)

    letter.refresh_from_db()
    assert bytes(letter.line) == b"\x00\xff{not json"


def test_a_line_of_a_log_is_replayed_as_its_import_would_have_read_it(organization_id: int) -> None:
    letter = a_log_letter(organization_id=organization_id)

    outcome = dead_letters.replay([letter], LATER)

    assert outcome.replayed == 1
    assert paths(organization_id) == ["/kept"]


def test_a_replayed_line_of_a_log_is_not_imported_again(organization_id: int, tmp_path: Any) -> None:
    make.an_organization("acme", id=organization_id)
    dead_letters.replay([a_log_letter(organization_id=organization_id)], LATER)
    file = tmp_path / "access.log"
    file.write_bytes(LOG_LINE + b"\n")

    call_command("import_access_log", str(file), "--organization", "acme", stdout=io.StringIO())

    assert paths(organization_id) == ["/kept"]


def test_a_line_of_a_log_that_is_still_malformed_waits_on() -> None:
    letter = a_log_letter(b"no line")

    outcome = dead_letters.replay([letter], LATER)

    assert outcome.still_bad == 1
    letter.refresh_from_db()
    assert letter.reason == "not a line in combined format"


def test_discarded_letters_are_left_alone(organization_id: int) -> None:
    letter = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)
    dead_letters.discard([letter], NOW)
    letter.refresh_from_db()

    outcome = dead_letters.replay([letter], LATER)

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
        dead_letters.replay([letter], LATER)

    assert status_of(letter) == DeadLetter.Status.WAITING
    assert letter.reason == "ClickHouse had a bad day"


def test_the_command_lists_what_waits_with_its_reason() -> None:
    make.an_organization("acme", id=7)
    a_letter(b"{\x1b[2J")
    a_letter(b"gone", position=2, status=DeadLetter.Status.DISCARDED)

    listed = run("list")

    assert "Acme" in listed
    assert "ClickHouse had a bad day" in listed
    assert r"{\x1b[2J" in listed
    assert "1 waiting, 1 shown." in listed


def test_the_command_lists_one_organization_only() -> None:
    make.an_organization("acme", id=7)
    a_letter(b"ours")
    a_letter(b"theirs", organization_id=8, position=2)

    listed = run("list", "--organization", "acme")

    assert "ours" in listed
    assert "theirs" not in listed


def test_the_command_replays_all(organization_id: int) -> None:
    a_letter(a_line(organization_id=organization_id), organization_id=organization_id)

    assert run("replay", "--all") == "1 replayed, 0 still cannot be stored.\n"
    assert len(paths(organization_id)) == 1


def test_the_command_fails_when_something_still_cannot_be_stored() -> None:
    a_letter(b"{not json")

    with pytest.raises(CommandError) as failure:
        run("replay", "--all")

    assert failure.value.returncode == 3


def test_the_command_discards_by_id() -> None:
    keep, drop = a_letter(b"one"), a_letter(b"two", position=2)

    assert run("discard", "--id", str(drop.pk)) == "1 discarded.\n"
    assert (status_of(keep), status_of(drop)) == ("waiting", "discarded")


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_the_command_does_nothing_unasked(verb: str) -> None:
    letter = a_letter(b"one")

    with pytest.raises(CommandError, match="Which"):
        run(verb)

    assert status_of(letter) == "waiting"


def test_the_command_says_which_ids_it_does_not_know() -> None:
    with pytest.raises(CommandError, match="Not waiting, or not there: 4711"):
        run("discard", "--id", "4711")


def test_the_command_says_that_clickhouse_is_away(organization_id: int, clickhouse_away: None) -> None:
    a_letter(a_line(organization_id=organization_id))

    with pytest.raises(CommandError, match="still waits"):
        run("replay", "--all")


def test_staff_see_letters_with_their_organization_and_reason(admin: Client) -> None:
    make.an_organization("acme", id=7)
    a_letter(b"<script>alert(1)</script>")

    page = admin.get(LIST).content.decode()

    assert "Acme" in page
    assert "ClickHouse had a bad day" in page
    assert "<script>alert(1)" not in page


def test_the_list_does_not_ask_more_for_more_letters(admin: Client, django_assert_max_num_queries: Any) -> None:
    for position in range(1, 30):
        a_letter(b"bad", position=position)

    with django_assert_max_num_queries(15):
        admin.get(LIST)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=waiting", {"ours"}),
        ("organization=7", {"ours", "done"}),
        ("q=ur", {"ours"}),
        ("q=day", {"ours", "done", "theirs"}),
    ],
)
def test_letters_can_be_filtered_and_searched_in_their_bytes(admin: Client, query: str, found: set[str]) -> None:
    a_letter(b"ours")
    a_letter(b"done", position=2, status=DeadLetter.Status.DISCARDED)
    a_letter(b"theirs", position=3, organization_id=8, status=DeadLetter.Status.REPLAYED)

    shown = admin.get(f"{LIST}?{query}").context["cl"].result_list

    assert {bytes(letter.line).decode() for letter in shown} == found


def test_a_letter_is_shown_as_text_and_as_bytes_and_cannot_be_edited(admin: Client) -> None:
    letter = a_letter(b'GET /caf\xc3\xa9 \xff<b>"')

    page = admin.get(reverse("admin:ingress_deadletter_change", args=[letter.pk])).content.decode()

    assert "GET /café \\xff&lt;b&gt;" in page
    assert "47 45 54 20 2f 63 61 66" in page
    assert 'name="line"' not in page
    assert "_save" not in page


def test_an_action_asks_before_it_does_anything(admin: Client) -> None:
    letter = a_letter(b"bad")

    page = admin.post(LIST, {"action": "discard", "_selected_action": [letter.pk]}).content.decode()

    assert "1 waiting dead letter will be given up" in page
    assert status_of(letter) == "waiting"


def test_staff_replay_and_it_is_logged(admin: Client, organization_id: int) -> None:
    good = a_letter(a_line(organization_id=organization_id), organization_id=organization_id)
    bad = a_letter(b"{not json", position=2)

    data = {"action": "replay", "_selected_action": [good.pk, bad.pk], "confirmed": "1"}
    page = admin.post(LIST, data, follow=True).content.decode()

    assert "1 replayed." in page
    assert "1 still cannot be stored" in page
    assert (status_of(good), status_of(bad)) == ("replayed", "waiting")
    assert LogEntry.objects.filter(object_id=str(good.pk)).exists()


def test_staff_discard_everything_a_filter_finds(admin: Client) -> None:
    mine, other = a_letter(b"a"), a_letter(b"b", position=2, organization_id=8)

    data = {"action": "discard", "_selected_action": [mine.pk], "select_across": "1", "confirmed": "1"}
    admin.post(f"{LIST}?organization=7", data)

    assert (status_of(mine), status_of(other)) == ("discarded", "waiting")


def test_without_clickhouse_the_admin_says_that_they_still_wait(
    admin: Client, organization_id: int, clickhouse_away: None
) -> None:
    letter = a_letter(a_line(organization_id=organization_id))

    data = {"action": "replay", "_selected_action": [letter.pk], "confirmed": "1"}
    page = admin.post(LIST, data, follow=True).content.decode()

    assert "What was not replayed still waits" in page
    assert status_of(letter) == "waiting"


def test_members_who_are_not_staff_see_no_letters(client: Client) -> None:
    a_letter(b"secret")

    answer = make.signed_in(client, make.alice()).get(LIST)

    assert answer.status_code == 302
    assert reverse("admin:login") in answer["Location"]


def test_staff_see_stored_events(admin: Client, organization_id: int) -> None:
    event = an_event(organization_id=organization_id, path="/in/seen", query="a=1")
    store_events([event], token=f"admin-{organization_id}")

    page = admin.get(f"{reverse('admin:ingress_storedevent_changelist')}?days=all").content.decode()

    assert "/in/seen?a=1" in page
    assert str(event.event_id) in page


def test_a_stored_event_can_be_opened_and_not_edited(admin: Client, organization_id: int) -> None:
    event = an_event(organization_id=organization_id, referrer="http://\udcff/")
    store_events([event], token=f"admin-{organization_id}")

    page = admin.get(reverse("admin:ingress_storedevent_change", args=[event.event_id]))

    assert page.status_code == 200
    assert b"_save" not in page.content


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"plain", "plain"), ("é".encode(), "é"), (b"\xff", r"\xff"), (b"a\x1b[2J\n", r"a\x1b[2J\n"), (b"", "")],
)
def test_bytes_are_readable_and_cannot_move_a_cursor(raw: bytes, text: str) -> None:
    assert readable(raw) == text


def test_a_hex_dump_shows_where_what_and_how_it_looks() -> None:
    assert hex_dump(b"0123456789abcdef\x00") == (
        f"000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n000010  {'00':<47}  ."
    )
