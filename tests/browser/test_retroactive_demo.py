"""The demo's unattributed partner becomes a campaign, as somebody finds it who looks around: coverage rises, and falls again."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.analytics.demo.organization import OWNER_EMAIL
from apps.attribution.models import Edition
from tests.browser.test_retroactive import settled, workers_do_what_waits

PARTNER = "couponbarn.example"
EVENTS = 4_000


@pytest.fixture
def owner() -> User:
    call_command("demo", events=EVENTS, verbosity=0)
    return User.objects.get(email=OWNER_EMAIL)


def coverage(page: Page, address: str) -> float:
    """The share of clicks that have a campaign, in percent, as the Overview says it."""
    page.goto(f"{address}/")
    card = page.locator("#coverage")
    expect(card).to_contain_text("%")
    found = re.search(r"([\d.]+)\s*%", card.inner_text())
    assert found
    return float(found[1])


def test_the_demos_partner_is_found_named_compared_and_reverted(visit, owner):
    page = visit("/", owner)
    before = coverage(page, visit.address)

    page.locator("#coverage").get_by_role("link", name="Claim it").click()
    row = page.locator("tr", has_text=PARTNER).first
    row.get_by_role("link", name="Make campaign").click()
    expect(page.get_by_text("The conditions come along")).to_contain_text(PARTNER)
    page.get_by_role("button", name="Make the draft and go on").click()
    page.locator("#conditions .card-footer").get_by_role("button", name="Save and go on").click()
    expect(page.locator("#gained")).to_contain_text("Clicks of people")
    settled(page)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#policies")).to_contain_text("The same as fill")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Name", exact=True).fill("Coupon barn")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#confirmed")).to_contain_text("Clicks of people")
    page.get_by_role("button", name="Name the clicks").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    workers_do_what_waits()
    expect(page.get_by_text("Done: Clicks were named Coupon barn")).to_be_visible()

    named = coverage(page, visit.address)
    assert named > before
    edition = Edition.objects.latest("number").number
    page.goto(f"{visit.address}/retroactive/{edition}")
    expect(page.locator("#comparison")).to_contain_text("Coupon barn")
    page.get_by_role("link", name="Revert …").click()
    expect(page.locator("#revert-preview")).to_contain_text("Coupon barn → no campaign")
    page.get_by_role("button", name=f"Revert edition {edition}").click()
    workers_do_what_waits()
    expect(page.get_by_text(f"Done: Edition {edition} was reverted")).to_be_visible()
    assert coverage(page, visit.address) == before
