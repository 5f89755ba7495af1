"""The list of events narrowed by the filters that every report has."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.analytics.views.events import PAGE
from tests.analytics.listing import HTMX, an_event, listed, rows_of

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

PHONES = {
    "all": [{"field": "device_type", "op": "is", "value": "phone"}, {"field": "country", "op": "is", "value": "DE"}]
}


@pytest.mark.parametrize(
    "query",
    [{"country": "DE", "device_type": "phone"}, {"rule": json.dumps(PHONES)}, {"country!": "AT", "os!": "Windows"}],
)
def test_the_filters_of_every_report_narrow_the_list_too(
    page: Client, alice: Membership, recent: dict[str, object], query: dict[str, str]
):
    wanted = an_event(alice, **recent, country="DE", device_type="phone", os="Android")
    an_event(alice, **recent, country="AT", device_type="phone", os="Android")
    an_event(alice, **recent, country="DE", device_type="desktop", os="Windows")

    assert listed(page.get("/events", query)) == [wanted.event_id]
    assert [row["event_id"] for row in rows_of(page, urlencode(query))] == [str(wanted.event_id)]


def test_filters_stay_while_one_looks_for_something_and_turns_the_page(
    page: Client, alice: Membership, recent: dict[str, object]
):
    for _ in range(PAGE + 1):
        an_event(alice, **recent, country="DE", link_key="winter")
    an_event(alice, **recent, country="AT", link_key="winter")

    answer = page.get("/events?country=DE&link=winter")
    rest = page.get(f"/events{answer.context['next_url']}", headers=HTMX)

    assert 'name="country" value="DE"' in answer.content.decode()
    assert (len(listed(answer)), len(listed(rest))) == (PAGE, 1)


def test_a_filter_is_a_chip_that_can_be_taken_away(page: Client):
    text = page.get("/events?country=DE&q=x&kinds=all&span=7d").content.decode()

    assert "Remove the filter: Country is Germany" in text
    assert 'href="?span=7d&amp;kinds=all&amp;q=x"' in text


def test_a_filter_that_cannot_be_read_is_refused_with_a_sentence(page: Client):
    answer = page.get("/events?rule={")

    assert (answer.status_code, "is not JSON" in answer.content.decode()) == (422, True)


def test_a_filter_added_on_this_page_leads_back_to_it(page: Client):
    answer = page.get("/reports/filter?page=analytics:events&q=shoes&add=country&op=is&value=DE")

    assert (answer.status_code, answer["Location"]) == (302, "/events?q=shoes&country=DE")


def test_a_report_leads_to_its_events(page: Client):
    text = page.get("/explore?by=source&metric=clicks&country=DE&span=7d").content.decode()

    assert 'href="/events?span=7d&amp;kinds=people&amp;country=DE"' in text
