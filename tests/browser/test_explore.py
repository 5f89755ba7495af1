"""Explore in a browser: menus, headings, charts, saved views."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from tests.accounts.make import alice
from tests.analytics.make import a_click, stored


@pytest.fixture
def busy() -> Membership:
    member, now = alice(), timezone.now()
    mine = member.organization_id
    stored(
        *(a_click(now - timedelta(hours=n), organization=mine, country="DE", source="google") for n in range(9)),
        *(a_click(now - timedelta(hours=n), organization=mine, country="AT", source="bing") for n in range(4)),
    )
    return member


def test_menus_ask_and_the_address_says_what(visit, busy):
    page = visit("/explore?span=7d", busy.user)

    page.get_by_label("Rows by").select_option("country")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.locator("#explore-table tbody tr")).to_have_count(2)
    assert "by=country" in page.url


def test_a_heading_sorts(visit, busy):
    page = visit("/explore?span=7d&by=country", busy.user)
    first = page.locator("#explore-table tbody tr").first
    expect(first).to_contain_text("Germany")

    page.locator("#explore-table").get_by_role("link", name="Clicks").click()

    expect(first).to_contain_text("Austria")


def test_a_value_narrows_the_page(visit, busy):
    page = visit("/explore?span=7d&by=source", busy.user)

    page.locator("#explore-table").get_by_role("link", name="bing").click()

    expect(page.locator("#explore-table tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Remove the filter: Source is bing")).to_be_visible()


@pytest.mark.parametrize(
    "query",
    [
        "by=country",
        "by=source",
        "by=weekday&by=hour_of_day",
        "by=source&series=1",
        "series=1",
        "by=source&series=1&chart=bar",
    ],
)
def test_every_chart_is_drawn(visit, busy, query):
    page = visit(f"/explore?span=7d&{query}", busy.user)

    expect(page.locator("#explore-chart-figure svg path").first).to_be_attached()


def test_a_view_is_saved_opened_and_deleted(visit, busy):
    page = visit("/explore?span=7d&by=country", busy.user)

    page.get_by_role("button", name="Save this view").click()
    page.locator("#save-name").fill("By country")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="By country")).to_be_visible()
    page.goto(visit.address + "/explore/views")
    page.get_by_text("Rename, share or delete").click()
    page.get_by_role("button", name="Delete By country").click()

    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
