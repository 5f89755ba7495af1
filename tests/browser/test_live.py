"""The Live page in a browser: new events come by themselves, and stop when asked to."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.accounts.make import alice
from tests.analytics.make import a_bot, a_click, stored
from tests.browser.conftest import LOOKS

POLL = "document.body.dispatchEvent(new Event('poll'))"


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_live_page_is_accessible(visit, violations, too_wide, theme, width):
    member, now = alice(), timezone.now()
    mine = member.organization_id
    stored(*(a_click(now - timedelta(minutes=n), organization=mine) for n in range(20)), a_bot(now, organization=mine))
    page = visit("/live", member.user, theme=theme, width=width)
    expect(page.locator("#live-events svg").first).to_be_visible()
    expect(page.locator("[data-skeleton]")).to_have_count(0)

    assert violations(page) == []
    assert not too_wide(page)


def test_a_new_event_appears_without_a_reload(visit):
    member = alice()
    page = visit("/live", member.user)
    expect(page.get_by_text("Nothing has come in yet")).to_be_visible()

    [event] = stored(a_click(timezone.now(), organization=member.organization_id))
    page.evaluate(POLL)

    expect(page.locator(f"#event-{event.event_id}")).to_be_visible()


def test_pause_stops_the_polling(visit):
    page = visit("/live", alice().user)
    expect(page.locator("[data-skeleton]")).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.wait_for_timeout(5500)

    assert asked == []


def test_one_kind_can_be_watched(visit):
    member, now = alice(), timezone.now()
    mine = member.organization_id
    person, bot = stored(a_click(now, organization=mine), a_bot(now, organization=mine))
    page = visit("/live", member.user)

    page.get_by_label("Kind of request").select_option("bot")
    page.get_by_role("button", name="Filter").click()

    expect(page.locator(f"#event-{bot.event_id}")).to_be_visible()
    expect(page.locator(f"#event-{person.event_id}")).to_have_count(0)
