"""The first step of the wizard: days, what the address brings along, and where history begins."""

import json
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.models import RunDraft
from tests.analytics.make import a_click, stored
from tests.attribution.ledger.make import MONDAY
from tests.attribution.retroactive import DAYS, NEWSLETTER

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
NEW = "/retroactive/new"


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_looking_at_the_first_step_makes_no_draft(client: Client, alice: Membership) -> None:
    assert client.get(NEW).status_code == 200
    assert not RunDraft.objects.exists()


def test_days_make_a_draft_with_the_conditions_the_address_brought(client: Client, alice: Membership) -> None:
    address = f"{NEW}?rule={json.dumps(NEWSLETTER)}&from=2026-11-16&to=2026-11-22"
    page = text(client.get(address))

    answer = client.post(address, DAYS)

    draft = RunDraft.objects.get()
    assert "source is newsletter" in page
    assert 'value="2026-11-16"' in page
    assert (draft.rule, draft.created_by) == (NEWSLETTER, alice.user)
    assert answer["Location"] == reverse("attribution:retroactive-step", args=[draft.pk, "conditions"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rule={", "they are no JSON"),
        ('rule={"field":"nonsense","op":"is","value":"x"}', "nonsense"),
        ("rule=[]", "A rule is"),
        (f"rule={'[' * 5000}", "they are no JSON"),
        ("from=yesterday", "The day from in the address cannot be read"),
    ],
)
def test_what_the_address_brings_and_cannot_be_read_is_said(
    client: Client, alice: Membership, query: str, said: str
) -> None:
    answer = client.get(f"{NEW}?{query}")

    assert answer.status_code == 200
    assert said in text(answer)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first_on": "2026-11-22", "last_on": "2026-11-16"}, "must not be before the first"),
        ({"first_on": "1970-01-01", "last_on": "2026-11-16"}, "Days begin on"),
        ({"first_on": "2300-01-01", "last_on": "2300-01-02"}, "has not come yet"),
        ({"first_on": "", "last_on": "2026-11-16"}, "This field is required"),
    ],
)
def test_bad_days_stay_on_the_page(client: Client, alice: Membership, days: dict[str, str], said: str) -> None:
    answer = client.post(NEW, days)

    assert answer.status_code == 422
    assert said in text(answer)
    assert not RunDraft.objects.exists()


@pytest.mark.usefixtures("clickhouse_away")
def test_the_days_are_asked_also_while_clickhouse_is_away(client: Client, alice: Membership) -> None:
    assert client.get(NEW).status_code == 200
    assert "ClickHouse does not answer now" in text(client.get("/retroactive/begins"))


def test_all_of_history_can_be_taken_with_the_conditions_that_came_along(client: Client, alice: Membership) -> None:
    stored(a_click(MONDAY, organization=alice.organization_id))
    address = "http://testserver/retroactive/new?rule=%7B%7D"

    answer = text(client.get("/retroactive/begins", headers={"HX-Request": "true", "HX-Current-URL": address}))

    assert "begins on 16 Nov 2026, 00:00" in answer
    assert 'href="/retroactive/new?from=2026-11-16&amp;to=' in answer
    assert "rule=%7B%7D" in answer


def test_today_is_the_last_day_there_is(client: Client, alice: Membership) -> None:
    today = timezone.now().date()

    assert client.post(NEW, {"first_on": today, "last_on": today + timedelta(days=2)}).status_code == 422
    assert client.post(NEW, {"first_on": today, "last_on": today}).status_code == 302
