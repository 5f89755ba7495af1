"""The overview in a browser: cards load, fail and recover by themselves, in every look."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from apps.campaigns.models import Link
from tests.accounts.make import alice
from tests.analytics.make import a_bot, a_click, stored
from tests.browser.conftest import LOOKS

A_VISIT = {
    "country": "DE",
    "region": "NW",
    "city": "Köln",
    "source": "google",
    "channel": "Organic Search",
    "os": "iOS",
}


@pytest.fixture
def busy() -> Membership:
    """Alice, whose link was followed on each of the last days."""
    member, now = alice(), timezone.now()
    Link.objects.create(
        organization=member.organization, key="summer", name="Summer sale", destination="https://shop.example.com/"
    )
    mine = member.organization_id
    clicks = [a_click(now - timedelta(hours=hour), organization=mine, **A_VISIT) for hour in range(1, 60)]
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
    expect(page.locator("#kpi-clicks [title='59']")).to_be_visible()

    page.get_by_role("link", name="All kinds").click()

    expect(page.locator("#kpi-clicks [title='67']")).to_be_visible()
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

    page.get_by_role("button", name="Days", exact=True).click()
    page.get_by_label("From", exact=True).fill("2026-01-01")
    page.get_by_label("To", exact=True).fill("2026-01-07")
    page.get_by_role("button", name="Show these days").click()

    expect(page.get_by_role("button", name="1 Jan 2026 – 7 Jan 2026")).to_be_visible()


def test_a_card_that_failed_recovers_with_retry(visit, busy):
    page = visit("/settings", busy.user)
    context = {"what": "The kinds cannot be shown.", "retry_url": "/reports/breakdown/kinds"}
    failed = render_to_string("_error_card.html", context)
    page.route(
        "**/reports/breakdown/kinds*", lambda route: route.fulfill(body=failed, content_type="text/html"), times=1
    )
    page.goto(visit.address + "/")

    page.get_by_role("link", name="Retry").click()

    expect(page.locator("#breakdown-kinds").get_by_text("person")).to_be_visible()


def test_the_first_click_is_noticed_without_a_reload(visit):
    member = alice()
    Link.objects.create(
        organization=member.organization, key="first", name="First", destination="https://shop.example.com/"
    )
    page = visit("/", member.user)
    expect(page.get_by_text("1 of 5 done")).to_be_visible()

    stored(a_click(timezone.now(), organization=member.organization_id))
    page.evaluate("document.body.dispatchEvent(new Event('poll'))")

    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)


def test_a_row_of_a_breakdown_narrows_the_page_and_its_chip_takes_it_back(visit, busy):
    page = visit("/?span=7d", busy.user)

    page.locator("#breakdown-sources").get_by_role("link", name="Organic Search").click()
    chip = page.get_by_role("link", name="Remove the filter: Channel is Organic Search")
    expect(chip).to_be_visible()
    assert "channel=Organic+Search" in page.url
    chip.click()

    expect(chip).to_have_count(0)


def test_a_country_on_the_map_narrows_the_page(visit, busy):
    page = visit("/?span=7d", busy.user)
    shape = page.locator("#map svg path").filter(visible=True).first
    expect(shape).to_be_attached()

    page.get_by_text("Countries as a table").click()
    page.locator("#map").get_by_role("link", name="Germany").click()

    expect(page.get_by_role("link", name="Remove the filter: Country is Germany")).to_be_visible()


def test_tabs_change_their_card_alone(visit, busy):
    page = visit("/?span=7d", busy.user)
    page.locator("#breakdown-places").get_by_role("link", name="City").click()

    expect(page.locator("#breakdown-places tbody").get_by_role("link", name="Köln, Germany")).to_be_visible()
    expect(page).to_have_url(visit.address + "/?span=7d")


def test_a_figure_is_drawn_when_it_is_clicked(visit, busy):
    page = visit("/?span=7d", busy.user)

    page.get_by_role("link", name="Visitors", exact=True).click()

    expect(page.get_by_role("heading", name="Visitors over time")).to_be_visible()
    expect(page.get_by_role("img", name="Visitors over time")).to_be_visible()


def choose_field(page: Page, name: str) -> None:
    """Returns when the inputs of this field have come in the place of the others, which may take what is typed with them."""
    others = page.locator("#filter-fields").element_handle()
    page.get_by_label("Field").select_option(name)
    others.wait_for_element_state("hidden")


def test_a_filter_is_added_with_values_to_choose_from(visit, busy):
    page = visit("/?span=7d", busy.user)
    page.get_by_role("button", name="Add filter").click()
    choose_field(page, "os")
    page.get_by_label("Value").press_sequentially("i")
    expect(page.locator("#filter-values option")).to_have_count(1)

    page.get_by_label("Value").fill("iOS")
    page.locator("#filter-form").get_by_role("button", name="Add filter").click()

    expect(page.locator(".chip")).to_have_count(1)
    assert page.url.endswith("os=iOS")


def test_a_condition_that_makes_no_sense_is_explained_where_it_was_typed(visit, busy):
    page = visit("/?span=7d", busy.user)
    page.get_by_role("button", name="Add filter").click()
    choose_field(page, "asn")
    page.get_by_label("Value").fill("many")
    page.locator("#filter-form").get_by_role("button", name="Add filter").click()

    expect(page.locator("#filter-form").get_by_role("alert")).to_be_visible()
    expect(page.locator("#totals")).to_be_visible()


def test_keys_change_the_days_the_comparison_and_the_filters(visit, busy):
    page = visit("/?span=30d&country=DE", busy.user)
    expect(page.locator("[data-skeleton]")).to_have_count(0)

    page.keyboard.press("w")
    expect(page.locator("#span-7d")).to_have_attribute("aria-current", "true")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".chip")).to_have_count(0)
    page.keyboard.press("ArrowLeft")

    expect(page.locator("#span-later")).to_be_visible()


def test_the_help_lists_the_keys_of_the_report(visit, busy):
    page = visit("/?country=DE", busy.user)
    page.keyboard.press("?")

    help = page.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Earlier days", "Clear all filters", "7 days", "Compare with the time before"):
        expect(help.get_by_text(words)).to_be_visible()


def test_without_scripts_everything_is_a_link_or_a_form(browser, live_server, visit, busy):
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([visit._session_of(busy.user)])
    page = context.new_page()
    page.goto(live_server.url + "/?span=7d")

    page.get_by_role("link", name="Sources", exact=True).click()
    page.get_by_role("link", name="Organic Search").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter").click()

    expect(page.locator(".chip")).to_have_count(0)
    context.close()
