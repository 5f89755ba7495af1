"""What strangers sent, seen by people: every word shown as it was, none of them doing anything."""

import csv
import json
from collections.abc import Iterator
from functools import cache
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.analytics.templatetags.evidence import visible
from apps.ingress.models import DeadLetter
from apps.ingress.store import Stored, store_lines
from tests.accounts import make
from tests.security.hostile import ORGANIZATION, WORDS, Asked
from tests.security.markup import Markup

PARTS = (
    "/live/events",
    "/reports/breakdown/sources?kinds=all&tab=source",
    "/reports/breakdown/sources?kinds=all&tab=campaign",
    "/reports/breakdown/links?kinds=all",
    "/reports/breakdown/links?kinds=all&tab=landing_page",
    "/reports/breakdown/kinds",
    "/explore/answer?kinds=all&by=referrer&by=term",
    "/explore/answer?kinds=all&by=content&series=1",
    "/",
)
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.fixture
def member(hostile: list[Asked]) -> Membership:
    """Of the organization that was sent all of it."""
    stored_once(tuple(one.line for one in hostile if one.line))
    organization = make.an_organization("acme", id=ORGANIZATION)
    return make.a_member(make.a_user(is_staff=True, is_superuser=True), organization, Role.VIEWER)


@pytest.fixture
def browser(client: Client, member: Membership) -> Client:
    return make.signed_in(client, member)


@pytest.fixture
def everywhere(hostile: list[Asked]) -> dict[str, Asked]:
    return {one.word: one for one in hostile if one.place == "everywhere" and one.line}


def test_every_line_becomes_an_event(hostile: list[Asked]) -> None:
    lines = tuple(one.line for one in hostile if one.line)

    assert stored_once(lines) == Stored(stored=len(lines), dead=0, skipped=0)


def test_a_request_is_shown_whole_and_harmless(browser: Client, everywhere: dict[str, Asked]) -> None:
    for word, asked in everywhere.items():
        page = Markup(browser.get(f"/events/{asked.event.event_id}").text)

        assert (word, page.harm) == (word, [])
        assert visible(WORDS[word]) in page.text, word


def test_the_list_of_events_is_harmless_from_end_to_end(browser: Client) -> None:
    pages = list(every_page(browser))

    assert [Markup(page).harm for page in pages if Markup(page).harm] == []
    assert len(pages) > 5


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_harmless(browser: Client, part: str) -> None:
    assert Markup(browser.get(part).text).harm == []


@pytest.mark.parametrize(("address", "name"), [("/events", "q"), ("/links", "search")])
def test_a_word_that_is_asked_for_does_nothing(browser: Client, address: str, name: str) -> None:
    for word, text in WORDS.items():
        answer = browser.get(address, {name: text, "span": "1"})

        assert (word, answer.status_code in (200, 422), Markup(answer.text).harm) == (word, True, [])


def test_a_cell_of_a_spreadsheet_is_no_formula(browser: Client) -> None:
    text = browser.get("/events?kinds=all&format=csv").getvalue().decode()

    rows = list(csv.reader(StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if cell.lstrip(" ").startswith(FORMULAS)] == []


@pytest.mark.parametrize("separator", [";", "\t"])
def test_nor_where_a_spreadsheet_divides_cells_elsewhere(browser: Client, separator: str) -> None:
    """Where a comma stands in numbers, a spreadsheet divides at the semicolon, and knows nothing of our quotes."""
    text = browser.get("/events?kinds=all&format=csv").getvalue().decode()

    cells = [cell.lstrip('"') for line in text.splitlines() for cell in line.split(separator)[1:]]
    assert [cell for cell in cells if cell.startswith(FORMULAS)] == []


def test_a_program_reads_what_was_sent(client: Client, member: Membership, everywhere: dict[str, Asked]) -> None:
    _, token = make.an_api_key(member.organization)

    for word, asked in everywhere.items():
        answer = client.get(f"/api/v1/events/{asked.event.event_id}", headers={"Authorization": f"Bearer {token}"})

        assert answer["Content-Type"] == "application/json"
        assert json.loads(answer.content)["parameters"]["utm_source"] == WORDS[word]


def test_staff_see_it_harmless_too(browser: Client, everywhere: dict[str, Asked]) -> None:
    ids = [asked.event.event_id for asked in everywhere.values()][:20]
    pages = ["/admin/ingress/storedevent/", *(f"/admin/ingress/storedevent/{event_id}/change/" for event_id in ids)]

    assert [(page, harm) for page in pages if (harm := Markup(browser.get(page, follow=True).text).harm)] == []


def test_a_dead_letter_is_shown_harmless(browser: Client) -> None:
    words = "\0".join(WORDS.values()).encode()
    store_lines("broken", [words.replace(b"\n", b" ")], now=timezone.now())
    letter = DeadLetter.objects.get()

    for page in ("/admin/ingress/deadletter/", f"/admin/ingress/deadletter/{letter.pk}/change/"):
        assert Markup(browser.get(page).text).harm == []


def test_harm_is_seen() -> None:
    page = "<p onclick=x><script>1</script><a href=//evil.example><base><img src=javascript:x><meta http-equiv=refresh>"

    assert len(Markup(page).harm) == 6


@cache
def stored_once(lines: tuple[bytes, ...]) -> Stored:
    """ClickHouse keeps them from one test to the next."""
    return store_lines(f"hostile-{ORGANIZATION}", lines, now=timezone.now())


def every_page(browser: Client) -> Iterator[str]:
    """The list, followed by its own cursor to the end."""
    address = "/events?kinds=all"
    while address:
        answer = browser.get(address)
        yield answer.text
        address = f"/events{answer.context['next_url']}" if answer.context["next_url"] else ""
