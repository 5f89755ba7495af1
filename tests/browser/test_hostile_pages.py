"""What strangers and members wrote, opened in a real browser: nothing runs, nothing is asked outside, no policy is tried."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from tests.accounts.make import a_domain, alice, an_api_key
from tests.analytics.make import a_click, a_saved_view, stored
from tests.attribution.make import a_network, a_postback, booked
from tests.campaigns.make import a_campaign
from tests.security.hostile import WORDS

TELL = """
document.addEventListener('securitypolicyviolation', (event) => console.error('policy:', event.violatedDirective, event.blockedURI))
"""
PAGES = (
    "/?kinds=all&span=7d", "/events?kinds=all", "/live", "/explore?kinds=all&by=source&by=term&series=1", "/explore?by=referrer",
    "/unattributed?kinds=all", "/unattributed?group=signature", "/campaigns", "/campaigns/hostile", "/links", "/conversions",
    "/explore/views", "/settings/networks", "/settings/api-keys", "/settings/privacy", "/jobs",
    "/reports/breakdown/sources?kinds=all&tab=campaign", "/admin/ingress/storedevent/", "/admin/campaigns/campaign/",
)  # fmt: skip


@pytest.fixture
def written() -> Membership:
    """Alice, whose visitors and colleagues wrote every nasty word wherever one can write."""
    member, now = alice(), timezone.now()
    member.user.is_staff = member.user.is_superuser = True
    member.user.save()
    mine = member.organization
    words = [word for word in WORDS.values() if "\0" not in word]
    mine.name = words[0][:120]
    mine.save()
    a_campaign(mine, "hostile", name=words[1][:80], tags=[words[0][:30]])
    for number, word in enumerate(words[:25]):
        a_campaign(mine, f"hostile-{number}", name=word[:80] or "nothing")
        a_saved_view(member, name=word[:80] or "nothing")
        an_api_key(mine, name=word[:80] or "nothing")
    network = a_network(mine, name=words[2][:60])
    a_domain(mine, "shop.example.com", verified_at=now)
    clicks = [said_everywhere(mine.pk, word, number) for number, word in enumerate(words)]
    stored(*clicks)
    for number, (word, click) in enumerate(zip(words[:20], clicks, strict=False)):
        a_postback(
            network, at=now, click=click, txid=f"{number} {word}"[:150], goal=word[:150], payout="1", status="sale"
        )
    booked(now)
    return member


def said_everywhere(organization_id: int, word: str, number: int):
    return a_click(
        timezone.now() - timedelta(seconds=10 * number), organization=organization_id, host=word, path=f"/in/{word}", query=word,
        parameters={word: word, "utm_source": word}, headers=((word, word), ("User-Agent", word)), withheld_headers=(word,),
        user_agent=word, referrer=word, referrer_domain=word, referrer_name=word, search_term=word, utm_source=word, utm_term=word,
        utm_campaign=word, utm_content=word, source=word, medium=word, channel=word, campaign_key=word, link_key=word,
        destination=word, landing_page=word, city=word, as_name=word, browser=word, ip=word,
    )  # fmt: skip


class Watch:
    """What a page did that no page of ours does."""

    def __init__(self, page: Page, address: str) -> None:
        self.done: list[str] = []
        self.address = address
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("popup", lambda popup: self.done.append(f"opened {popup.url}"))
        page.add_init_script(TELL)

    def _dialog(self, dialog) -> None:
        self.done.append(f"a dialog said {dialog.message!r}")
        dialog.dismiss()

    def _request(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.done.append(f"asked {request.url}")


def test_no_word_of_a_stranger_does_anything_on_any_page(visit, written: Membership) -> None:
    page = visit("/healthz", written.user)
    watch = Watch(page, visit.address)

    for path in PAGES:
        page.goto(visit.address + path)
        expect(page.locator("[data-skeleton]")).to_have_count(0)

    assert watch.done == []


def test_no_event_does_anything_on_its_own_page(visit, written: Membership) -> None:
    page = visit("/healthz", written.user)
    watch = Watch(page, visit.address)
    page.goto(visit.address + "/events?kinds=all")
    events = {link.get_attribute("href") for link in page.locator("a[href*='/events/']").all()}

    for path in sorted(filter(None, events))[:40]:
        page.goto(visit.address + path.partition("?")[0])
        expect(page.locator("[data-skeleton]")).to_have_count(0)

    assert len(events) > 10
    assert watch.done == []


def test_a_dialog_and_a_request_outside_would_be_seen(visit) -> None:
    page = visit("/accounts/login/")
    watch = Watch(page, visit.address)

    page.evaluate("setTimeout(() => alert('seen'), 0)")
    page.wait_for_timeout(200)

    assert watch.done == ["a dialog said 'seen'"]
