"""A partner's clicks become a campaign a week after they came: through the whole wizard, and back again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from apps.attribution.models import Edition, Run
from apps.campaigns.models import Campaign
from apps.ingress import jobs
from apps.ingress.models import Job
from tests.accounts.make import alice
from tests.analytics.make import a_click, stored
from tests.browser.conftest import PHONE

CLICKS, OTHERS = 12, 5


@pytest.fixture
def owner() -> Membership:
    """Alice, to whom a partner sent clicks on three days before anybody told Trellis of it."""
    member, now = alice(), timezone.now()
    mine = {"organization": member.organization_id}
    stored(
        *(a_click(now - timedelta(hours=1 + 6 * n), source="partner", country="DE", **mine) for n in range(CLICKS)),
        *(a_click(now - timedelta(hours=1 + 6 * n), source="search", **mine) for n in range(OTHERS)),
    )
    return member


def workers_do_what_waits() -> None:
    """What a worker does with every job, to its end."""
    while job := Job.objects.open().first():
        jobs.work(job.pk, job.turn)


def settled(page: Page) -> None:
    expect(page.locator("[data-skeleton]")).to_have_count(0)


def describe(page: Page, source: str) -> None:
    """On the step of conditions: the source is this one."""
    page.get_by_label("What is asked").select_option("source")
    expect(page.get_by_text("Names or codes")).to_have_count(
        0
    )  # the hint of countries goes when the field is drawn anew
    page.get_by_label("How it is compared").select_option("is")
    page.get_by_role("combobox", name="Value", exact=True).fill(source)
    expect(page.locator("#rule-reach")).to_contain_text(f"{CLICKS} of {CLICKS + OTHERS} clicks")
    page.locator("#conditions .card-footer").get_by_role("button", name="Save and go on").click()
    expect(page.locator(".wizard-steps .current")).to_contain_text("Preview")


def test_a_partner_becomes_a_campaign_and_is_reverted(visit, owner):
    page = visit("/retroactive", owner.user)

    page.get_by_role("main").get_by_role("link", name="Name clicks").first.click()
    page.get_by_role("link", name="Last 7 days").click()
    page.get_by_role("button", name="Make the draft and go on").click()
    describe(page, "partner")
    expect(page.locator("#gained")).to_contain_text(f"{CLICKS}")
    expect(page.locator("#taken")).to_contain_text("nothing is taken from anybody")
    expect(page.locator("#before-and-after svg").first).to_be_visible()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#policies")).to_contain_text("The same as fill")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Name", exact=True).fill("Partner")
    page.get_by_label("Why").fill("agreed in May")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#confirmed")).to_contain_text(f"{CLICKS}")
    page.get_by_role("button", name="Name the clicks").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    workers_do_what_waits()
    expect(page.get_by_text("Done: Clicks were named Partner")).to_be_visible()

    page.get_by_role("link", name="See edition 1").click()
    expect(page.locator("#comparison")).to_contain_text(f"+{CLICKS}")
    page.get_by_role("link", name="Revert …").click()
    expect(page.locator("#revert-preview")).to_contain_text("Partner → no campaign")
    page.get_by_label("Why").fill("it was not them")
    page.get_by_role("button", name="Revert edition 1").click()
    workers_do_what_waits()
    expect(page.get_by_text("Done: Edition 1 was reverted")).to_be_visible()
    page.get_by_role("link", name="See edition 2").click()
    expect(page.locator("#comparison")).to_contain_text(f"-{CLICKS}")
    assert [edition.note for edition in Edition.objects.order_by("number")] == ["agreed in May", "it was not them"]
    assert Campaign.objects.get().name == "Partner"


def test_every_step_is_accessible_and_a_draft_is_found_again(visit, owner, violations, too_wide):
    page = visit("/retroactive/new", owner.user, theme="dark", width=PHONE)
    found: dict[str, list[str]] = {}

    def look(step: str) -> None:
        settled(page)
        found[step] = [*violations(page), *(["too wide"] if too_wide(page) else [])]

    look("days")
    page.get_by_role("button", name="Make the draft and go on").click()
    expect(page.locator("#builder")).to_be_visible()
    page.get_by_role("button", name="Condition", exact=True).click()
    expect(page.get_by_label("What is asked")).to_have_count(2)
    look("conditions")
    page.get_by_role("button", name="Remove this condition").first.click()
    expect(page.get_by_label("What is asked")).to_have_count(1)
    describe(page, "partner")
    look("preview")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".wizard-steps .current")).to_contain_text("Policy")
    look("policy")
    page.get_by_label("Override").check()
    page.goto(f"{visit.address}/retroactive")
    look("list")
    page.get_by_role("link", name="Go on with").click()
    expect(page.get_by_text("Say first which campaign the clicks belong to.")).to_be_visible()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("A campaign needs a name.")).to_be_visible()
    look("name")
    page.get_by_label("Name", exact=True).fill("Partner")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".wizard-steps .current")).to_contain_text("Confirm")
    look("confirm")
    page.get_by_role("button", name="Name the clicks").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    look("run")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("everything is as it was before").first).to_be_visible()
    look("cancelled")

    assert {step: said for step, said in found.items() if said} == {}
    assert Run.objects.get().state == Run.State.CANCELLED
