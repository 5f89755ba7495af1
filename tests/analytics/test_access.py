"""Who sees which event. Alice and Bob are of acme, Charlie of other."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership
from tests.accounts import make
from tests.analytics.make import a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

PAGES = [
    "overview", "totals", "over-time", "hours", "movers", "onboarding", "explore", "explore-answer", "saved-views", "filter-form",
    "values", "live", "live-events", "events",
]  # fmt: skip
STAFF_PAGES = ["system", "system-services", "system-pipeline", "system-workers"]


@pytest.mark.parametrize("name", PAGES + STAFF_PAGES)
def test_a_stranger_is_sent_to_sign_in(client: Client, name: str):
    answer = client.get(reverse(f"analytics:{name}"))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_a_viewer_without_any_events(client: Client, name: str):
    make.signed_in(client, make.bob())

    assert client.get(reverse(f"analytics:{name}")).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_pages_only_show(page: Client, name: str):
    assert page.post(reverse(f"analytics:{name}")).status_code == 405


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_an_owner_is_not_staff(page: Client, name: str):
    assert page.get(reverse(f"analytics:{name}")).status_code == 403


def test_an_event_opens_for_every_member_of_its_organization(client: Client, alice: Membership):
    [event] = stored(a_click(organization=alice.organization_id))

    for member in (alice, make.bob()):
        answer = make.signed_in(client, member).get(f"/events/{event.event_id}")
        assert answer.status_code == 200


def test_an_event_of_another_organization_is_not_there(client: Client, alice: Membership):
    [event] = stored(a_click(organization=alice.organization_id))
    make.signed_in(client, make.charlie())

    answer = client.get(f"/events/{event.event_id}")

    assert answer.status_code == 404


@pytest.mark.parametrize("event_id", ["0", "1", str(2**64 - 1), str(2**64), "9" * 400])
def test_an_event_that_never_was_is_not_there(page: Client, event_id: str):
    assert page.get(f"/events/{event_id}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/live/events", "/events?kinds=all", "/events?kinds=all&format=csv", "/reports/breakdown/sources?tab=source"],
)
def test_nothing_of_another_organization_is_listed(client: Client, alice: Membership, path: str):
    stored(
        a_click(
            organization=alice.organization_id,
            path="/in/secret-of-acme",
            source="secret-of-acme",
            parameters={"utm_source": "secret-of-acme"},
        )
    )
    make.signed_in(client, make.charlie())

    answer = client.get(path)

    assert b"secret-of-acme" not in answer.getvalue()


def test_the_id_of_anothers_event_finds_nothing_by_search(client: Client, alice: Membership):
    [event] = stored(a_click(organization=alice.organization_id))
    make.signed_in(client, make.charlie())

    answer = client.get("/events", {"q": str(event.event_id)})

    assert "No event fits these filters" in answer.text


def test_the_clicks_of_anothers_link_are_none(client: Client, alice: Membership):
    stored(a_click(organization=alice.organization_id, link_key="summer"))
    make.signed_in(client, make.charlie())

    assert "none yet" in client.get(reverse("analytics:link-clicks", args=["summer"])).text
