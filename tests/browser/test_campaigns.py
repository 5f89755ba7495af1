"""Campaigns in a real browser: every page in every look, numbers that come by themselves, the test click, two people."""

import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Status
from apps.campaigns.tasks import publish_routes
from apps.ingress.process import this_process
from tests.accounts.make import alice, bob
from tests.analytics.make import a_click, stored
from tests.browser.conftest import LOOKS, PATIENCE_MS
from tests.browser.test_walk import TURN_MS, store_what_was_shipped
from tests.campaigns.make import a_campaign, a_definition, a_destination, a_rule

SPRING, DRAFT = "/campaigns/spring", "/campaigns/draft"
PAGES = [
    "/campaigns", "/campaigns?search=nothing", "/campaigns?status=archived", "/campaigns/new",
    *(f"{SPRING}{tab}" for tab in ("", "/links", "/links/new?source=meta", "/conversions", "/cost", "/versions")),
    *(f"{SPRING}/{tab}" for tab in ("compare", "compare?with=draft", "versions?from=1&to=2", "versions/1", "publish")),
    *(f"{SPRING}/setup/{step}" for step in ("basics", "destinations", "rules", "link", "test", "live")),
    *(f"{DRAFT}{page}" for page in ("", "/versions", "/setup/destinations", "/setup/rules", "/setup/test", "/setup/live")),
    "/reports/campaign-numbers?key=spring", "/reports/campaigns/spring", "/reports/campaigns/spring/test-click",
]  # fmt: skip


@pytest.fixture
def owner() -> Membership:
    return alice()


@pytest.fixture
def busy(owner: Membership) -> Membership:
    """Two campaigns: one with two versions, an unpublished change, clicks and a long name; one that is empty."""
    spring = a_campaign(owner.organization, "spring", live=True, name="Spring " * 20, tags=["shoes", "q2"])
    for zone in ("UTC", "Asia/Tokyo"):
        spring = editing.save_draft(spring.pk, {**spring.draft, "zone": zone}, seen=spring.revision, user=owner.user)
        if zone == "UTC":
            editing.publish(spring.pk, seen=spring.revision, user=owner.user, note="For everybody")
    editing.new_campaign(owner.organization, owner.user, "Draft", key="draft")
    routed = {
        "routed_campaign_id": spring.pk,
        "routed_version": 1,
        "rule_id": 4,
        "destination_id": 2,
        "link_key": "spring",
    }
    now = timezone.now()
    stored(*(a_click(now - timedelta(hours=n + 1), organization=owner.organization_id, **routed) for n in range(30)))
    return owner


@pytest.fixture
def tracking(settings: LazySettings, live_server) -> None:
    settings.TRELLIS_INGRESS_URL = live_server.url


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_campaigns_is_accessible(visit, violations, too_wide, busy, theme, width):
    page = visit("/healthz", busy.user, theme=theme, width=width)

    def faults(path: str) -> list[str]:
        page.goto(visit.address + path)
        expect(page.locator("[data-skeleton]")).to_have_count(0)
        return [*violations(page), *(["wider than the screen"] if too_wide(page) else [])]

    found = {path: faults(path) for path in PAGES}

    assert {path: said for path, said in found.items() if said} == {}


def test_numbers_come_into_the_cells_of_the_list(visit, busy):
    page = visit("/campaigns", busy.user)

    expect(page.locator("#clicks-spring")).to_contain_text("30")
    expect(page.locator("#clicks-draft")).to_contain_text("0")
    page.get_by_role("link", name="Today").click()

    expect(page.locator("#campaigns")).to_be_visible()
    expect(page).to_have_url(re.compile("span=today"))


def test_campaigns_are_paused_with_the_keyboard_alone(visit, busy):
    page = visit("/campaigns", busy.user)
    expect(page.locator("#clicks-spring")).to_contain_text("30")

    page.get_by_role("checkbox", name="Choose Spring").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#campaign-spring")).to_contain_text("Paused")
    assert Campaign.objects.get(key="spring").status == Status.PAUSED


def test_days_are_changed_on_the_tab_and_stepped_back_to(visit, busy):
    page = visit(SPRING, busy.user)
    expect(page.locator("#kpi-clicks")).to_contain_text("30")

    page.get_by_role("link", name="7 days", exact=True).click()
    expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute("aria-current", "true")
    assert page.url.startswith(f"{visit.address}{SPRING}?")
    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Spring")


def test_a_destination_in_a_card_narrows_the_tab(visit, busy):
    page = visit(SPRING, busy.user)

    page.locator("#breakdown-destinations").get_by_role("link", name="Shop DE").click()

    expect(page.locator("#filters")).to_be_visible()
    expect(page.locator("#kpi-clicks")).to_contain_text("30")
    assert "destination_id=2" in page.url


@pytest.mark.usefixtures("tracking")
def test_a_campaign_is_set_up_tried_and_goes_live(visit, owner):
    page = visit("/campaigns", owner.user)
    page.get_by_role("link", name="Make the first campaign").click()
    page.get_by_label("Name").fill("Autumn")
    page.get_by_role("textbox", name="Key").fill("autumn")
    page.get_by_role("button", name="Make the draft and go on").click()
    page.get_by_label("Name").fill("Here")
    page.get_by_label("Address").fill(f"{visit.address}/healthz?click={{click_id}}")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Parameter of the link").fill("sub1")
    page.get_by_label("Name of the rule").fill("Tried")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator("#rules")).to_contain_text("Tried")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Where do you place it?").select_option("newsletter")
    page.get_by_role("button", name="Fill in what it needs").click()
    expect(page.get_by_label("Medium")).to_have_value("email")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Put it in force for a test").click()
    expect(page.locator("#test-click")).to_contain_text("Waiting for the first click")
    address = page.locator("#tracking-link .copy-text").inner_text().removeprefix(visit.address)

    publish_routes()
    this_process().follower.follow_once()
    visit(f"{address}&sub1=x")
    seen = page.get_by_text("Because the rule “Tried” holds.")
    for _ in range(PATIENCE_MS // TURN_MS):
        store_what_was_shipped()
        page.evaluate("document.body.dispatchEvent(new Event('poll'))")
        page.wait_for_timeout(TURN_MS)
        if seen.count():
            break
    expect(seen).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Go live").click()

    expect(page.locator("#status-bar")).to_contain_text("Live")
    assert Campaign.objects.get().status == Status.ACTIVE


def test_the_second_of_two_people_sees_what_the_first_did_and_keeps_what_they_typed(visit, owner):
    document = a_definition(destinations=[a_destination(1, "Shop")], rules=[a_rule(2)], next_id=3)
    a_campaign(owner.organization, "spring", document=document)
    mine, theirs = (visit(f"{SPRING}/setup/destinations", who.user) for who in (owner, bob(Role.MARKETER)))
    theirs.get_by_label("Name").fill("Outlet")
    theirs.get_by_role("button", name="Save and go on").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Rules")

    mine.get_by_label("Name").fill("Store")
    mine.get_by_role("button", name="Save and go on").click()

    expect(mine.locator("#conflict")).to_contain_text("Bob Byrd has saved this campaign")
    expect(mine.locator("#conflict")).to_contain_text("Outlet")
    expect(mine.get_by_label("Name")).to_have_value("Store")


def test_without_javascript_a_row_is_added_and_a_campaign_chosen(browser, visit, busy):
    page = visit("/healthz", busy.user)
    cookies = page.context.cookies()
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(cookies)
    try:
        bare = plain.new_page()
        bare.goto(f"{visit.address}{DRAFT}/setup/destinations")
        bare.get_by_label("Name").fill("Typed")
        bare.get_by_role("button", name="Another destination").click()
        assert bare.get_by_label("Name").count() == 2
        assert bare.get_by_label("Name").first.input_value() == "Typed"
        bare.goto(f"{visit.address}/campaigns")
        bare.get_by_role("checkbox", name="Choose Draft").check()
        bare.get_by_role("button", name="Archive", exact=True).click()
        expect(bare.locator("#campaign-draft")).to_have_count(0)
    finally:
        plain.close()
