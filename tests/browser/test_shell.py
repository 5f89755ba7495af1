"""The frame of every page: signing in, navigation, theme, keyboard, phone."""

import re

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from tests.accounts.make import PASSWORD, alice, staff
from tests.browser.conftest import PHONE


def test_signing_in_leads_to_the_overview(visit):
    person = alice().user
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    page = visit("/")

    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_signing_out_leads_to_the_sign_in_page(visit):
    page = visit("/settings", alice().user)

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_menus_and_the_help_are_accessible(visit, violations, theme):
    page = visit("/settings", alice().user, theme=theme)

    page.get_by_role("button", name="Your account").click()
    with_menu = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")

    assert with_menu + violations(page) == []


def test_the_page_one_is_on_is_marked(visit):
    page = visit("/settings", alice().user)

    expect(page.locator('nav [aria-current="page"]').first).to_have_text("Settings")


def test_without_a_choice_the_theme_is_the_systems(visit):
    page = visit("/settings", alice().user, theme="dark")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_chosen_theme_stays_into_the_admin(visit):
    page = visit("/settings", staff())

    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(page.url.replace("/settings", "/admin/"))

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_admins_choice_of_theme_comes_back_to_the_pages(visit):
    page = visit("/admin/", staff())

    page.get_by_role("button", name="Toggle theme").first.click()
    chosen = page.locator("html").get_attribute("data-theme")
    page.goto(page.url.replace("/admin/", "/settings"))

    expect(page.locator("html")).to_have_attribute("data-bs-theme", chosen)


def test_the_help_lists_the_keys_and_gives_the_focus_back(visit):
    page = visit("/settings", alice().user)
    page.get_by_role("button", name="Keyboard shortcuts").click()

    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Overview")
    page.keyboard.press("Escape")

    expect(help_).to_be_hidden()
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()


def test_two_keys_go_to_a_page(visit):
    page = visit("/settings", alice().user)

    page.keyboard.press("g")
    page.keyboard.press("l")

    expect(page).to_have_url(re.compile(r"/live$"))


def test_slash_goes_to_the_search(visit):
    page = visit("/settings", alice().user)

    page.keyboard.press("/")

    expect(page.get_by_role("searchbox", name="Search events")).to_be_focused()
    expect(page.get_by_role("searchbox", name="Search events")).to_have_value("")


def test_keys_do_nothing_while_one_is_writing(visit):
    page = visit("/settings", alice().user)

    page.get_by_role("searchbox", name="Search events").press_sequentially("?gl/")

    expect(page.get_by_role("searchbox", name="Search events")).to_have_value("?gl/")
    expect(page).to_have_url(re.compile(r"/settings$"))


def test_keys_can_be_switched_off(visit):
    page = visit("/settings", alice().user)
    page.keyboard.press("?")
    page.get_by_label("Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("g")
    page.keyboard.press("l")

    expect(page).to_have_url(re.compile(r"/settings$"))


def test_the_skip_link_is_first_and_leads_to_the_content(visit):
    page = visit("/settings", alice().user)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_on_a_phone_the_navigation_opens_and_closes(visit, violations):
    page = visit("/settings", alice().user, width=PHONE)
    overview = page.get_by_role("link", name="Overview", exact=True)
    expect(overview).to_be_hidden()

    page.get_by_role("button", name="Menu", exact=True).click()
    expect(overview).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    expect(overview).to_be_hidden()


def test_a_message_becomes_a_toast_that_can_be_dismissed(visit):
    page = visit("/settings", alice().user)
    page.get_by_role("button", name="Save", exact=True).click()

    toast = page.locator("#toasts .toast")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Dismiss").click()

    expect(toast).to_have_count(0)
