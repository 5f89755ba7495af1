"""Every page in every look: axe finds nothing, nothing is wider than the screen, and the console stays silent."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.campaigns.models import Link
from tests.accounts.make import INVITED, a_domain, a_user, alice, an_api_key, an_invitation, bob, with_verified_address
from tests.analytics.make import a_bot, a_click, a_saved_view, stored
from tests.attribution.retroactive import a_draft, a_published_edition, an_edition_of_a_run
from tests.browser.conftest import LOOKS, PHONE
from tests.campaigns.make import a_campaign

OF_NOBODY = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here"]
OF_MEMBERS = [
    "/", "/?kinds=all&span=90d&compare=year", "/?country=DE&os!=iOS&metric=visitors", "/?span=century", "/?rule=nonsense",
    "/reports/totals", "/reports/breakdown/places", "/explore", "/explore?by=country&by=source&series=1", "/explore?by=city",
    "/explore?by=weekday&by=hour_of_day", "/explore?by=nonsense", "/explore/views", "/reports/filter-form?add=parameters",
    "/live", "/jobs", "/events?kinds=all", "/events?q=nothing",
    "/links", "/links?search=nothing", "/links/new", "/links/summer", "/links/summer/change", "/settings",
    "/settings/members", "/settings/api-keys", "/settings/signing", "/settings/channels", "/settings/privacy",
    "/settings/domains", "/settings/networks", "/settings/audit", "/settings/audit?thing=nothing",
    "/organizations/new", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/",
    "/conversions", "/conversions?state=orphan", "/costs", "/unattributed", "/unattributed?group=signature&country=NZ",
    "/unattributed/totals", "/unattributed/groups", "/reports/coverage",
    "/explore?by=attributed_campaign&attributed_campaign!=none",
    "/retroactive", "/retroactive/new", "/retroactive/new?rule={&to=x", "/retroactive/1", "/retroactive/1/revert", "/retroactive/2",
]  # fmt: skip
OF_STAFF = ["/system", "/admin/", "/admin/accounts/user/", "/admin/ingress/storedevent/", "/admin/campaigns/link/"]


@pytest.fixture
def busy() -> Membership:
    """Alice, of whose organization there is something on every page; she is staff too."""
    member, now = with_verified_address(alice()), timezone.now()
    member.user.is_staff = member.user.is_superuser = True
    member.user.save()
    mine = member.organization
    mine.is_generated = True
    mine.save()
    bob()
    an_invitation(member)
    an_invitation(member, "late@example.com", token="late", sent_at=now - timedelta(days=9))
    a_domain(mine, "shop.example.com", verified_at=now)
    an_api_key(mine, created_by=member.user)
    Link.objects.create(organization=mine, key="summer", name="Summer sale", destination="https://shop.example.com/")
    Link.objects.create(organization=mine, key="old", name="Old", destination="https://example.com/", paused_at=now)
    a_saved_view(member)
    an_edition_of_a_run(a_campaign(mine, "spring"), counts={"gained": {"7": 5}})
    a_published_edition(member, 2)
    a_draft(member, name="Partner")
    stored(
        *(
            a_click(now - timedelta(minutes=20 * n), organization=mine.pk, ip="2001:db8::1", country="DE", city="Köln")
            for n in range(60)
        )
    )
    stored(*(a_bot(now - timedelta(minutes=n), organization=mine.pk, referrer="https://x.example/") for n in range(5)))
    return member


def faults(page, address, violations, too_wide) -> list[str]:
    page.goto(address)
    expect(page.locator("[data-skeleton]")).to_have_count(0)
    return [*violations(page), *(["wider than the screen"] if too_wide(page) else [])]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_is_accessible(visit, violations, too_wide, busy, theme, width):
    page = visit("/healthz", busy.user, theme=theme, width=width)

    found = {path: faults(page, visit.address + path, violations, too_wide) for path in [*OF_MEMBERS, *OF_STAFF]}

    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_before_signing_in_is_accessible(visit, violations, too_wide, busy, theme, width):
    page = visit("/healthz", theme=theme, width=width)
    # The page to sign up comes last: by the link of an invitation it is another.
    by_invitation = [f"/invitations/{INVITED}", "/invitations/nothing", "/accounts/signup/?invited"]

    found = {path: faults(page, visit.address + path, violations, too_wide) for path in [*OF_NOBODY, *by_invitation]}

    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_refused_is_accessible(visit, violations, too_wide, theme):
    viewer, stranger = bob().user, a_user("dora@example.com")
    refused = {"/links/new": viewer, "/settings/api-keys": viewer, "/system": viewer, "/": stranger}

    found = {
        path: faults(visit("/healthz", person, theme=theme, width=PHONE), visit.address + path, violations, too_wide)
        for path, person in refused.items()
    }

    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_that_a_form_answers_with_are_accessible(visit, violations, too_wide, busy, theme):
    page = visit("/settings/signing", busy.user, theme=theme, width=PHONE)

    page.get_by_role("button", name="Show the secret").click()
    expect(page.get_by_text("Keep it on your server.")).to_be_visible()
    with_secret = violations(page)
    page.goto(visit.address + "/settings/api-keys")
    page.get_by_label("Name").fill("export")
    page.get_by_label("Read reports and events").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("Copy the key now.")).to_be_visible()

    assert with_secret + violations(page) == []
    assert not too_wide(page)
