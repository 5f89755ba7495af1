"""The overview in a browser: cards load, fail and recover by themselves, in every look."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.campaigns.models import Link
from tests.accounts.make import alice
from tests.analytics.make import a_bot, a_click, stored
from tests.browser.conftest import LOOKS


@pytest.fixture
def busy() -> Membership:
    """Alice, whose link was followed on each of the last days."""
    member, now = alice(), timezone.now()
    Link.objects.create(
        organization=member.organization, key="summer", name="Summer sale", destination="https://shop.example.com/"
    )
    mine = member.organization_id
    clicks = [a_click(now - timedelta(hours=hour), organization=mine) for hour in range(1, 60)]
    stored(*clicks, *(a_bot(now - timedelta(hours=hour), organization=mine) for hour in range(1, 9)))
    return member


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_overview_is_accessible_without_traffic(visit, violations, too_wide, theme, width):
    page = visit("/", alice().user, theme=theme, width=width)
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.locator("[data-skeleton]")).to_have_count(0)

    assert violations(page) == []
    assert not too_wide(page)


def test_the_switch_to_all_kinds_counts_bots_too(visit, busy):
    page = visit("/?span=7d", busy.user)
    expect(page.locator("#totals").get_by_text("Clicks, 7 days")).to_be_visible()

    page.get_by_role("link", name="All kinds").click()

    expect(page.locator("#totals [title='67']")).to_be_visible()
    assert "kinds=all" in page.url


def test_a_filter_changes_the_report_alone_and_can_be_stepped_back(visit, busy):
    page = visit("/?span=7d", busy.user)
    page.evaluate("window.same = true")

    page.get_by_role("link", name="All kinds").click()
    expect(page.locator("#kinds-all")).to_have_attribute("aria-current", "true")
    expect(page.locator("#kinds-all")).to_be_focused()
    assert page.evaluate("window.same")
    page.go_back()

    expect(page).to_have_url(visit.address + "/?span=7d")
    expect(page.locator("#kinds-people")).to_have_attribute("aria-current", "true")


def test_days_can_be_chosen_from_the_menu(visit, busy):
    page = visit("/", busy.user)

    page.get_by_role("button", name="Days").click()
    page.get_by_label("From", exact=True).fill("2026-01-01")
    page.get_by_label("To", exact=True).fill("2026-01-07")
    page.get_by_role("button", name="Show these days").click()

    expect(page.get_by_role("button", name="1 Jan 2026 – 7 Jan 2026")).to_be_visible()


def test_a_card_that_failed_recovers_with_retry(visit, busy):
    page = visit("/settings", busy.user)
    context = {"what": "The kinds cannot be shown.", "retry_url": "/reports/kinds"}
    failed = render_to_string("_error_card.html", context)
    page.route("**/reports/kinds*", lambda route: route.fulfill(body=failed, content_type="text/html"), times=1)
    page.goto(visit.address + "/")

    page.get_by_role("link", name="Retry").click()

    expect(page.locator("#kinds").get_by_text("person")).to_be_visible()


def test_the_first_click_is_noticed_without_a_reload(visit):
    member = alice()
    Link.objects.create(
        organization=member.organization, key="first", name="First", destination="https://shop.example.com/"
    )
    page = visit("/", member.user)
    expect(page.get_by_text("1 of 4 done")).to_be_visible()

    stored(a_click(timezone.now(), organization=member.organization_id))
    page.evaluate("document.body.dispatchEvent(new Event('poll'))")

    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)
