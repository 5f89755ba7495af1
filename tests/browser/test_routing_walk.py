"""A campaign from its name to its revenue: set up in the wizard, clicked from two countries with two devices, paid for."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from apps.attribution.models import Network
from apps.attribution.publish import publish_networks
from apps.attribution.tasks import book_postbacks, match_orphans
from apps.campaigns.tasks import publish_routes
from apps.ingress.capture import Capture
from apps.ingress.enrich import tables
from apps.ingress.enrich.tables import Shelf
from apps.ingress.process import this_process
from tests.accounts.make import alice
from tests.attribution.make import a_network
from tests.browser.test_walk import store_what_was_shipped
from tests.ingress.enrich.geo import a_city_file

BERLIN = {
    "country": {"iso_code": "DE", "names": {"en": "Germany"}},
    "city": {"names": {"en": "Berlin"}},
    "location": {"time_zone": "Europe/Berlin"},
}
FROM_BERLIN, FROM_LONDON = "203.0.113.9", "81.2.69.160"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
# A minute: answers may be some seconds old, and a postback may be booked before its click is stored.
ROUNDS = 60
SHOPS = ("Shop World", "Shop DE", "App")


@pytest.fixture
def owner() -> Membership:
    return alice()


@pytest.fixture
def network(owner: Membership) -> Network:
    return a_network(owner.organization)


@pytest.fixture
def tracking(settings: LazySettings, live_server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Tracked links on the pages' own server, behind a proxy that says where clicks come from, with a geo file."""
    settings.TRELLIS_INGRESS_URL = live_server.url
    a_city_file(tmp_path, **{"203.0.113.0/24": BERLIN})
    shelf = Shelf(str(tmp_path))
    process = this_process()
    before = process.desk._tables
    monkeypatch.setattr(tables, "_shelf", shelf)
    monkeypatch.setattr(process.tables, "_shelf", shelf)
    monkeypatch.setattr(process.desk, "_capture", Capture(trusted_proxies=["127.0.0.0/8"]))
    process.desk.put_tables(shelf.fresh(datetime.now(UTC)))
    yield
    process.desk.put_tables(before)


def set_up(page: Page, shops: str) -> str:
    """A campaign of three shops and two rules, in the wizard as far as the test click; returns the address of its link."""
    page.get_by_role("link", name="Make the first campaign").click()
    page.get_by_label("Name").fill("Winter")
    page.get_by_role("textbox", name="Key").fill("winter")
    page.get_by_role("button", name="Make the draft and go on").click()
    fill_in_destinations(page, shops)
    add_rule(page, name="German phones", countries="Germany", device="phone", to="App")
    add_rule(page, name="Germany", countries="DE", device="", to="Shop DE")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Put it in force for a test").click()
    return page.locator("#tracking-link .copy-text").inner_text()


def fill_in_destinations(page: Page, shops: str) -> None:
    """Those that no rule decides about go to the first one only."""
    for place, name in enumerate(SHOPS):
        if place:
            page.get_by_role("button", name="Another destination").click()
        row = page.locator(f"#destination-{place + 1}")
        row.get_by_label("Name").fill(name)
        row.get_by_label("Address").fill(f"{shops}?shop={place + 1}&click={{click_id}}")
        row.get_by_label("Weight").fill("0" if place else "100")
    page.get_by_role("button", name="Save and go on").click()


def add_rule(page: Page, *, name: str, countries: str, device: str, to: str) -> None:
    page.get_by_label("Countries").fill(countries)
    page.get_by_label("Device").select_option(device)
    page.get_by_label("Send them to").select_option(label=to)
    page.get_by_label("Name of the rule").fill(name)
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator("#rules")).to_contain_text(name)


def clicked(visit, address: str, *, ip: str, agent: str) -> tuple[str, str]:
    """Somebody else's browser follows the link: number of the shop it ends at, and the click id it has there."""
    context = visit.browser.new_context(user_agent=agent, extra_http_headers={"X-Forwarded-For": ip})
    visit.contexts.append(context)
    page = context.new_page()
    page.goto(address)
    found = re.search(r"/healthz\?shop=(\d)&click=([0-9a-z]{21})$", page.url)
    assert found, page.url
    return found[1], found[2]


def put_in_force() -> None:
    """What beat and the follower do by themselves within a second or two."""
    publish_routes()
    publish_networks()
    this_process().follower.follow_once()


def wait_until_earned(page: Page, address: str, amount: str) -> None:
    """Turns of the workers that the tests do not run, until the campaign's page has the amount."""
    for _ in range(ROUNDS):
        store_what_was_shipped()
        book_postbacks()
        match_orphans()
        page.goto(address)
        expect(page.locator("[data-skeleton]")).to_have_count(0)
        if page.locator("#kpi-revenue").filter(has_text=amount).count():
            return
        page.wait_for_timeout(1_000)
    expect(page.locator("#kpi-revenue")).to_contain_text(amount)


@pytest.mark.usefixtures("tracking")
def test_a_campaign_of_the_wizard_routes_by_country_and_device_and_shows_what_it_earned(visit, owner, network):
    page = visit("/campaigns", owner.user)
    address = set_up(page, f"{visit.address}/healthz")
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Go live").click()
    expect(page.locator("#status-bar")).to_contain_text("Live")
    put_in_force()

    app, click_id = clicked(visit, address, ip=FROM_BERLIN, agent=PHONE)
    german, _ = clicked(visit, address, ip=FROM_BERLIN, agent=DESKTOP)
    world, _ = clicked(visit, address, ip=FROM_LONDON, agent=PHONE)
    assert [SHOPS[int(shop) - 1] for shop in (app, german, world)] == ["App", "Shop DE", "Shop World"]

    visit(f"/postback/{network.key}?click_id={click_id}&status=sale&payout=12.50&txid=1")
    wait_until_earned(page, f"{visit.address}/campaigns/winter", "12.50")

    expect(page.locator("#kpi-clicks")).to_contain_text("3")
    expect(page.locator("#kpi-conversions")).to_contain_text("1")
    for shop in SHOPS:
        expect(page.locator("#breakdown-destinations")).to_contain_text(shop)
    for rule in ("German phones", "Germany"):
        expect(page.locator("#rule-effectiveness")).to_contain_text(rule)
