"""What everybody does first: make a link, click it somewhere else, see the click arrive, read it whole."""

import re

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from apps.campaigns.tasks import publish_routes
from apps.ingress.broker import broker
from apps.ingress.process import this_process
from apps.ingress.shipper import PAYLOAD
from apps.ingress.tasks import store_segment
from tests.accounts.make import alice
from tests.browser.conftest import PATIENCE_MS

TURN_MS = 200


@pytest.fixture
def tracking(settings: LazySettings, live_server) -> None:
    """Tracked links answer on the pages' own server, which has them as its first middleware."""
    settings.TRELLIS_INGRESS_URL = live_server.url


def store_what_was_shipped() -> None:
    """A turn of the worker that the tests do not run."""
    for key in broker().scan_iter(f"{PAYLOAD}*"):
        store_segment(key.decode().removeprefix(PAYLOAD))


def wait_for_rows(page: Page, number: int) -> None:
    rows = page.locator("#live-events tbody a.row-link")
    for _ in range(PATIENCE_MS // TURN_MS):
        store_what_was_shipped()
        page.evaluate("document.body.dispatchEvent(new Event('poll'))")
        page.wait_for_timeout(TURN_MS)
        if rows.count() == number:
            return
    expect(rows).to_have_count(number)


@pytest.mark.usefixtures("tracking")
def test_a_new_link_is_clicked_elsewhere_and_seen_live_and_whole(visit):
    page = visit("/links", alice().user)
    page.get_by_role("link", name="New link").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Spring sale")
    page.get_by_label("Destination").fill(f"{visit.address}/healthz?click={{click_id}}")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_label("Source").fill("newsletter")
    address = page.locator("#address .copy-text")
    expect(address).to_contain_text("utm_source=newsletter")
    tracked = address.inner_text().removeprefix(visit.address)

    publish_routes()
    this_process().follower.follow_once()
    expect(visit(f"{tracked}&sub1=a&sub1=b")).to_have_url(re.compile(r"/healthz\?click=[0-9a-z]{21}$"))
    page.goto(visit.address + "/live")
    wait_for_rows(page, 1)
    page.locator("#live-events tbody a.row-link").click()

    expect(page.locator("#request")).to_contain_text("utm_source=newsletter&sub1=a&sub1=b")
    expect(page.locator("#parameters tbody tr")).to_have_count(3)
    expect(page.locator("#decision")).to_contain_text("Sent to the destination of the link")
