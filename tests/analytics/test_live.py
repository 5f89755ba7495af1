"""The Live page and the part it polls."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.ingress.event import Kind
from tests.analytics.make import a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}


def test_the_page_fetches_its_part_at_once(page: Client):
    assert 'hx-get="/live/events?kind="' in page.get("/live").text


def test_the_part_polls_itself(page: Client):
    answer = page.get("/live/events", headers=HTMX)

    assert 'hx-trigger="poll from:body"' in answer.text
    assert "<html" not in answer.text


def test_newest_events_come_first_and_of_every_kind(page: Client, alice: Membership):
    mine, now = alice.organization_id, timezone.now()
    older, newer = stored(
        a_click(now - timedelta(seconds=9), organization=mine), a_bot(now - timedelta(seconds=3), organization=mine)
    )

    answer = page.get("/live/events", headers=HTMX)

    assert [event.event_id for event in answer.context["events"]] == [newer.event_id, older.event_id]
    assert (answer.context["total"], answer.context["people"]) == (2, 1)


def test_one_kind_can_be_watched(page: Client, alice: Membership):
    mine, now = alice.organization_id, timezone.now() - timedelta(seconds=3)
    _, bot = stored(a_click(now, organization=mine), a_bot(now, organization=mine))

    answer = page.get(f"/live/events?kind={Kind.BOT}", headers=HTMX)

    assert [event.event_id for event in answer.context["events"]] == [bot.event_id]
    assert 'hx-get="/live/events?kind=bot"' in answer.text


def test_a_kind_that_does_not_exist_means_all(page: Client):
    assert page.get("/live/events?kind=alien", headers=HTMX).context["kind"] == ""


def test_without_events_the_page_says_what_to_do(page: Client):
    assert "Nothing has come in yet" in page.get("/live/events", headers=HTMX).text
