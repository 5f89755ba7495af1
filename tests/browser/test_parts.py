"""The shared parts and scripts in a browser, on a page that holds every one of them."""

import pytest
from playwright.sync_api import expect

from tests.accounts.make import alice
from tests.browser.conftest import LOOKS

pytestmark = pytest.mark.urls("tests.browser.parts_page")


@pytest.fixture
def parts(visit):
    return visit("/parts", alice().user)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_part_is_accessible(visit, violations, too_wide, theme, width):
    page = visit("/parts", alice().user, theme=theme, width=width)
    expect(page.get_by_text("It is here.")).to_be_visible()

    assert violations(page) == []
    assert not too_wide(page)


def test_charts_are_drawn_and_named(parts):
    chart = parts.get_by_role("img", name="Clicks per day")

    expect(chart.locator("svg path").first).to_be_attached()


def test_a_chart_tells_its_numbers_under_the_pointer(parts):
    chart = parts.get_by_role("img", name="Clicks per day")
    box = chart.bounding_box()

    chart.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})

    expect(chart).to_contain_text("5,000")


def test_the_table_of_a_chart_opens(parts):
    parts.get_by_text("Clicks per day as a table").click()

    expect(parts.get_by_role("row", name="21 Nov 5,000 2,500")).to_be_visible()


def test_a_change_of_theme_draws_the_charts_in_its_colours(parts):
    line = parts.locator("#days svg path[stroke]").last
    by_day = parts.locator("#days svg").inner_html()

    parts.evaluate("localStorage.setItem('theme', 'dark'); document.dispatchEvent(new Event('trellis:choose-theme'))")
    expect(line).to_be_attached()

    assert parts.locator("#days svg").inner_html() != by_day


def test_a_part_that_failed_says_so_and_offers_a_retry(parts):
    card = parts.get_by_role("alert").filter(has_text="The server answered 500")

    expect(card).to_be_visible()
    expect(card.get_by_role("link", name="Retry")).to_have_attribute("href", "/broken")


def test_retry_puts_the_part_in_the_place_of_the_error(parts):
    card = parts.get_by_role("alert").filter(has_text="Sources could not be read")

    card.get_by_role("link", name="Retry").click()

    expect(card).to_have_count(0)


def test_what_failed_elsewhere_is_a_toast_that_stays(parts):
    parts.get_by_role("button", name="Break").click()

    expect(parts.locator("#toasts")).to_contain_text("That did not work. The server answered 500.")


def test_a_toast_comes_with_an_answer_and_is_plain_text(parts):
    parts.get_by_role("button", name="Toast").click()

    expect(parts.locator("#toasts")).to_contain_text("Saved <b>it</b>.")


def test_what_htmx_posts_carries_the_csrf_token(parts):
    parts.get_by_role("button", name="Post").click()

    expect(parts.locator("#echo")).to_have_text("posted by POST")


def test_a_refused_form_comes_back_with_its_errors(parts):
    parts.get_by_label("Name").fill("Spring")
    parts.get_by_role("button", name="Send").click()

    expect(parts.get_by_label("Name")).to_have_value("Spring")
    expect(parts.locator("#id_way_error")).to_have_text("This field is required.")


def test_the_drawer_opens_with_the_answer_and_gives_the_focus_back(parts, violations):
    link = parts.get_by_role("link", name="the details")
    link.click()
    drawer = parts.get_by_role("dialog", name="Details")
    expect(drawer).to_contain_text("Details of it")
    assert violations(parts) == []

    parts.keyboard.press("Escape")

    expect(drawer).to_be_hidden()
    expect(link).to_be_focused()


def test_more_rows_take_the_place_of_the_button_and_the_focus(parts):
    parts.get_by_role("link", name="Load more").click()

    expect(parts.get_by_role("link", name="First of the new")).to_be_focused()
    expect(parts.get_by_role("link", name="Load more")).to_have_count(0)


def test_copying_puts_the_text_on_the_clipboard(parts):
    parts.context.grant_permissions(["clipboard-read", "clipboard-write"])

    parts.get_by_role("button", name="Copy the link").click()

    expect(parts.locator("#toasts")).to_contain_text("Copied.")
    assert parts.evaluate("navigator.clipboard.readText()") == "https://go.example/in/spring"


def test_where_copying_is_refused_the_text_is_selected(parts):
    parts.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")

    parts.get_by_role("button", name="Copy the link").click()

    expect(parts.locator("#toasts")).to_contain_text("The text is selected")
    assert parts.evaluate("getSelection().toString()") == "https://go.example/in/spring"


def test_polls_come_every_five_seconds_until_they_are_paused(parts):
    parts.clock.install()
    parts.reload()
    parts.evaluate("document.body.addEventListener('poll', () => document.body.append('polled '))")
    parts.clock.run_for(10_000)
    expect(parts.locator("body")).to_contain_text("polled polled")

    parts.get_by_role("button", name="Pause").click()
    parts.clock.run_for(60_000)

    assert parts.locator("body").inner_text().count("polled") == 2


@pytest.mark.parametrize(("level", "shown"), [("info", 0), ("success", 0), ("warning", 1), ("error", 1)])
def test_a_message_of_what_went_wrong_stays_until_it_is_dismissed(parts, level, shown):
    parts.clock.install()

    parts.evaluate("(level) => htmx.trigger(document.body, 'toast', {message: 'Mind this.', level})", level)
    parts.clock.fast_forward("01:00")

    expect(parts.locator("#toasts").get_by_text("Mind this.")).to_have_count(shown)
