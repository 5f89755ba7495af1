"""Settings, Webhooks: empty, with an endless address, in every look; made, tried and listed by hand."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from apps.attribution.models import WebhookDelivery
from tests.accounts.make import alice, with_verified_address
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.browser.conftest import LOOKS

ENDLESS = "https://hooks.example/" + "x" * 400


@pytest.fixture
def owner() -> Membership:
    return with_verified_address(alice())


def faults(page: Page, violations, too_wide) -> list[str]:
    return [*violations(page), *(["wider than the screen"] if too_wide(page) else [])]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_are_accessible_and_fit(visit, violations, too_wide, owner, theme, width):
    page = visit("/settings/webhooks", owner.user, theme=theme, width=width)
    found = {"empty": faults(page, violations, too_wide)}
    empty, endpoint = an_endpoint(owner.organization), an_endpoint(owner.organization, ENDLESS)
    for state in WebhookDelivery.State.values:
        message = a_message(endpoint)
        said = {"state": state, "attempts": 3, "tried_at": timezone.now(), "said": "No answer: " + "x" * 300}
        WebhookDelivery.objects.filter(pk=message.pk).update(**said)

    for path in ("/settings/webhooks", *(f"/settings/webhooks/{each.pk}" for each in (empty, endpoint))):
        page.goto(visit.address + path)
        found[path] = faults(page, violations, too_wide)

    assert {path: said for path, said in found.items() if said} == {}


def test_one_is_made_and_tried(visit, owner):
    page = visit("/settings/webhooks", owner.user)

    page.get_by_label("Address").fill("https://127.0.0.1/hook")
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("not an address of the public internet")).to_be_visible()
    page.get_by_label("Address").fill("https://93.184.216.34/hook")
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("Copy the secret now.")).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test event").click()

    expect(page.get_by_role("row", name="webhook.test")).to_contain_text("Waiting")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_its_secret_is_replaced_and_the_second_time_refused(visit, violations, too_wide, owner, theme, width):
    endpoint = an_endpoint(owner.organization, ENDLESS)
    page = visit(f"/settings/webhooks/{endpoint.pk}", owner.user, theme=theme, width=width)

    page.get_by_label("The old secret signs beside").select_option("a week")
    page.get_by_role("button", name="Replace the secret").click()
    expect(page.get_by_text("each message is signed with the old secret as well")).to_be_visible()
    found = faults(page, violations, too_wide)
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("The old secret signs beside the new one until")).to_be_visible()
    page.get_by_role("button", name="Replace the secret").click()

    expect(page.get_by_text("The secret before this one signs until")).to_be_visible()
    assert [*found, *faults(page, violations, too_wide)] == []
