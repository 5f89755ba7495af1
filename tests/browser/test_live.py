"""The Live page in a browser: new events come by themselves, and stop when asked to."""

from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import expect

from tests.accounts.make import alice
from tests.analytics.make import a_bot, a_click, stored

POLL = "document.body.dispatchEvent(new Event('poll'))"


def test_a_new_event_appears_without_a_reload(visit):
    member = alice()
    page = visit("/live", member.user)
    expect(page.get_by_text("Nothing has come in yet")).to_be_visible()

    [event] = stored(a_click(timezone.now(), organization=member.organization_id))
    page.evaluate(POLL)

    expect(page.locator(f"#event-{event.event_id}")).to_be_visible()


def test_when_the_warehouse_comes_back_the_page_goes_on_by_itself(visit):
    page = visit("/settings", alice().user)
    context = {"what": "It cannot be shown.", "retry_url": "/live/events?kind="}
    failed = render_to_string("analytics/_live_failed.html", context)
    page.route("**/live/events*", lambda route: route.fulfill(body=failed, content_type="text/html"), times=1)
    page.goto(visit.address + "/live")
    expect(page.get_by_text("It cannot be shown.")).to_be_visible()

    page.evaluate(POLL)

    expect(page.get_by_text("Nothing has come in yet")).to_be_visible()


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
