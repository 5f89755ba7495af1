"""Text as people give it: one endless word, right to left, emoji, eight thousand characters. No page may burst or lose a button."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from apps.attribution.costs import take_in
from apps.attribution.models import Network
from tests.accounts.make import a_domain, alice
from tests.analytics.make import a_click, a_saved_view, stored
from tests.attribution.make import a_network
from tests.browser.conftest import DESKTOP, LOOKS, PHONE

WORD = "\U0001f9f5شبكة التسويق " + "W" * 100
FILE = "Date,Campaign,Cost\n2026-11-01,{word},5\n31/31/2026,x,5\n2026-11-02,x,abc\n"


@pytest.fixture
def wordy() -> Membership:
    """Alice, whose organization and all that is in it have names that fit nowhere."""
    member = alice()
    mine = member.organization
    mine.name = WORD
    mine.save()
    a_network(mine, name=WORD)
    a_domain(mine, ".".join(["x" * 60] * 3))
    a_domain(mine, "verified.example.com", verified_at=timezone.now())
    take_in(mine, f"{WORD}.csv", FILE.format(word="x" * 200).encode(), member.user)
    return member


def paths() -> list[str]:
    network = Network.objects.get()
    upload = network.organization.cost_uploads.get()
    return [
        "/settings/networks", f"/settings/networks/{network.pk}", f"/settings/networks/{network.pk}/try",
        "/settings/domains", "/costs", f"/costs/{upload.pk}", "/settings",
    ]  # fmt: skip


def faults(page: Page, violations, too_wide) -> list[str]:
    return [*violations(page), *(["wider than the screen"] if too_wide(page) else [])]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_name_makes_a_page_wider_than_its_screen(visit, violations, too_wide, wordy, theme, width):
    page = visit("/healthz", wordy.user, theme=theme, width=width)
    found = {}

    for path in paths():
        page.goto(visit.address + path)
        found[path] = faults(page, violations, too_wide)

    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_long_name_leaves_the_buttons_beside_it_free(visit, wordy, width):
    page = visit(f"/settings/networks/{Network.objects.get().pk}", wordy.user, width=width)

    page.get_by_role("link", name="Test postback").click()

    expect(page.get_by_role("heading", name="Test postback", level=1)).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_steps_of_an_endless_postback_fit(visit, violations, too_wide, wordy, theme, width):
    page = visit(f"/settings/networks/{Network.objects.get().pk}/try", wordy.user, theme=theme, width=width)

    page.get_by_label("Address").fill("click_id=" + "x" * 7_000 + "&status=\u202eعرض")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("row", name="Outcome")).to_be_visible()

    assert faults(page, violations, too_wide) == []
    assert page.locator("#steps").bounding_box()["height"] < 3_000


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_file_that_counts_already_is_told_accessibly(visit, violations, too_wide, wordy, theme, width):
    page = visit(paths()[5], wordy.user, theme=theme, width=width)
    page.get_by_role("button", name="Apply 1 row").click()
    page.goto(visit.address + "/costs")

    again = {"name": "again.csv", "mimeType": "text/csv", "buffer": FILE.format(word="x" * 200).encode()}
    page.get_by_label("File").set_input_files(again)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("The same file counts already")

    assert faults(page, violations, too_wide) == []


def test_a_saved_view_of_a_long_name_stays_on_a_phone(visit, too_wide, wordy):
    view = a_saved_view(wordy, name="W" * 80)

    page = visit(f"/explore/views/{view.pk}", wordy.user, width=PHONE)

    expect(page.locator("#explore-form").get_by_role("button", name="W" * 80)).to_be_visible()
    assert not too_wide(page)


def test_the_names_of_many_lines_do_not_cover_the_numbers(visit):
    member, now = alice(), timezone.now()
    sources = ["newsletter-of-the-week", "friends-of-the-shop", "the-daily-garden", "search"]
    stored(
        *(
            a_click(now - timedelta(days=day), organization=member.organization_id, source=source)
            for day in range(5)
            for source in sources
        )
    )

    page = visit("/explore?span=7d&by=source&series=1", member.user, width=PHONE)
    drawing = page.get_by_role("img", name="Clicks").locator("svg")
    expect(drawing.get_by_text("search", exact=True)).to_be_visible()

    lowest = max(bottom(drawing.get_by_text(source, exact=True)) for source in sources)
    assert lowest <= box_of(drawing.get_by_text("1", exact=True))["y"]


def bottom(text) -> float:
    box = box_of(text)
    return box["y"] + box["height"]


def box_of(text) -> dict[str, float]:
    """A drawing is drawn anew when its size changes, and has no text for that moment."""
    return next(box for _ in range(100) if (box := text.bounding_box()))
