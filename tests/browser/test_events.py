"""Events, one event, System and the API's documentation in a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.ingress.event import Event
from tests.accounts.make import alice
from tests.analytics.make import a_click, stored
from tests.browser.conftest import LOOKS

HOSTILE = "<script>document.title='taken'</script>\u202e" + "y" * 300


@pytest.fixture
def member() -> Membership:
    return alice()


def sixty(member: Membership) -> list[Event]:
    now = timezone.now()
    return stored(*(a_click(now - timedelta(minutes=n), organization=member.organization_id) for n in range(60)))


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_an_event_with_hostile_text_is_accessible_and_harmless(visit, violations, too_wide, member, theme, width):
    [event] = stored(
        a_click(
            organization=member.organization_id,
            path="/in/" + HOSTILE,
            query="a=1&a=" + HOSTILE,
            headers=((HOSTILE[:60], HOSTILE), ("accept", "*/*")),
            withheld_headers=("cookie",),
            user_agent=HOSTILE,
            referrer=HOSTILE,
            destination="https://shop.example.com/?" + HOSTILE,
        )
    )
    page = visit(f"/events/{event.event_id}", member.user, theme=theme, width=width)

    assert page.title().startswith("Event")
    assert violations(page) == []
    assert not too_wide(page)


def test_load_more_adds_the_next_rows_below(visit, member):
    sixty(member)
    page = visit("/events", member.user)
    rows = page.locator("#events tbody tr:not(.more)")
    expect(rows).to_have_count(50)

    page.get_by_role("link", name="Load more").click()

    expect(rows).to_have_count(60)
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)


def test_filters_can_be_set_and_cleared(visit, member):
    sixty(member)
    [winter] = stored(a_click(timezone.now(), organization=member.organization_id, link_key="winter"))
    page = visit("/events", member.user)

    page.get_by_label("Link key").fill("winter")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#events tbody tr")).to_have_count(1)
    expect(page.locator(f"#event-{winter.event_id}")).to_be_visible()
    page.get_by_role("link", name="Clear").click()

    expect(page.locator("#events tbody tr:not(.more)")).to_have_count(50)


def test_a_row_leads_to_its_event(visit, member):
    [event] = stored(a_click(timezone.now(), organization=member.organization_id))
    page = visit("/events", member.user)

    page.locator(f"#event-{event.event_id}").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Event {event.event_id}")


def test_the_api_docs_are_drawn_under_the_policy(visit):
    page = visit("/api/docs/")

    expect(page.get_by_text("/api/v1/events", exact=True)).to_be_visible()
    page.get_by_text("Events, newest first").click()

    expect(page.get_by_text("next_cursor").first).to_be_visible()
