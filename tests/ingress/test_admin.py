"""The staff's view: dead letters to settle, events to look at."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.ingress.models import DeadLetter
from apps.ingress.warehouse.writer import store_events
from tests.accounts import make
from tests.ingress.letters import a_letter, status_of
from tests.ingress.make import a_line, an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

LIST = reverse("admin:ingress_deadletter_changelist")


@pytest.fixture
def organization_id() -> int:
    return an_organization_id()


@pytest.fixture
def admin(client: Client) -> Client:
    return make.signed_in(client, make.staff())


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
    # The whole list begins with the newest of all organizations: with whatever other tests stored.
    narrowed = f"?days=all&organization={organization_id}"

    page = admin.get(f"{reverse('admin:ingress_storedevent_changelist')}{narrowed}").content.decode()

    assert "/in/seen?a=1" in page
    assert str(event.event_id) in page


@pytest.mark.parametrize("name", ["organization", "days"])
@pytest.mark.parametrize("said", ["²", "x", "9" * 5_000])
def test_what_is_no_number_filters_nothing(admin: Client, name: str, said: str) -> None:
    assert admin.get(reverse("admin:ingress_storedevent_changelist"), {name: said}).status_code == 200


def test_a_stored_event_can_be_opened_and_not_edited(admin: Client, organization_id: int) -> None:
    event = an_event(organization_id=organization_id, referrer="http://\udcff/")
    store_events([event], token=f"admin-{organization_id}")

    page = admin.get(reverse("admin:ingress_storedevent_change", args=[event.event_id]))

    assert page.status_code == 200
    assert b"_save" not in page.content
