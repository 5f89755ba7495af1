"""Signing in at Warden, all the way in a browser: there, back, and in the organization."""

import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import expect

from apps.accounts.management.commands.warden_dev import believe, furnish
from apps.accounts.models import Membership, WardenIssuer
from apps.accounts.warden.dev.serving import WardenServer, running
from tests.accounts.make import alice
from tests.browser.conftest import LOOKS


@pytest.fixture
def warden(settings: LazySettings, live_server) -> Iterator[WardenServer]:
    settings.TRELLIS_PAGES_URL, settings.TRELLIS_SECURE = live_server.url, False
    organization = alice().organization
    with running() as server:
        furnish(server.warden, organization)
        believe(server.warden.issuer, organization)
        yield server


def test_whoever_signs_in_at_warden_lands_on_overview_as_a_member(visit, warden: WardenServer):
    page = visit("/accounts/login/?next=/")
    page.get_by_role("button", name="Sign in with Warden (development)").click()
    expect(page).to_have_title("Warden")
    page.get_by_role("button", name="Marketer of Warden").click()

    expect(page).to_have_url(f"{visit.address}/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    member = Membership.objects.get(user__email="marketer@warden.localhost")
    assert (member.organization.key, member.role) == ("acme", "marketer")

    page.goto(f"{visit.address}/settings/members")
    expect(page.get_by_role("cell", name=re.compile("marketer@warden.localhost"))).to_be_visible()


PORTAL = """<!doctype html><title>Portal</title>
<form method="post" action="{address}/warden/session"><input type="hidden" name="token" value="{token}">
<button>Open Trellis</button></form>"""


@pytest.mark.parametrize(("is_the_portal", "lands"), [(True, "Overview"), (False, "You are not signed in")])
def test_a_portal_opens_trellis_for_its_visitor_and_no_other_site_does(visit, warden, is_the_portal, lands):
    """Another site, as the browser sees it: what it sends as Origin decides."""
    origin = warden.warden.issuer if is_the_portal else "https://portal.example"
    WardenIssuer.objects.update(portal_origin=origin)
    token = warden.warden.token(warden.warden.people[0].claims())
    form = PORTAL.format(address=visit.address, token=token).encode()
    warden.answers["/portal"] = (200, {"Content-Type": "text/html"}, form)

    page = visit("/accounts/login/")
    page.goto(f"{warden.warden.issuer}/portal")
    page.get_by_role("button", name="Open Trellis").click()

    expect(page.get_by_role("heading", name=lands)).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_whom_warden_let_in_is_told_why_a_password_is_needed(
    visit, violations, too_wide, warden: WardenServer, theme, width
):
    page = visit("/accounts/login/?next=/accounts/email/", theme=theme, width=width)
    page.get_by_role("button", name="Sign in with Warden (development)").click()
    page.get_by_role("button", name="Marketer of Warden").click()

    expect(page.get_by_role("heading", name="Sign in with your password for this")).to_be_visible()
    assert (violations(page), too_wide(page)) == ([], False)

    page.get_by_role("link", name="Sign out").click()
    expect(page).to_have_url(f"{visit.address}/accounts/logout/")


def test_without_an_issuer_there_is_no_button(visit, warden: WardenServer):
    WardenIssuer.objects.update(is_active=False)

    page = visit("/accounts/login/")

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Warden"))).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_on_the_way_are_fit_to_be_seen(visit, violations, too_wide, warden: WardenServer, theme, width):
    person = Membership.objects.get().user
    for path, who in (
        ("/accounts/login/", None),
        ("/accounts/oidc/warden-dev/login/", None),
        ("/accounts/oidc/warden-dev/login/?process=connect", person),
        ("/accounts/oidc/warden-dev/login/callback/?state=none&code=none", None),
        ("/accounts/3rdparty/", person),
    ):
        page = visit(path, who, theme=theme, width=width)

        assert violations(page) == [], path
        assert not too_wide(page), path


def test_warden_away_is_said(visit, violations, warden: WardenServer):
    warden.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    page = visit("/accounts/login/")

    page.get_by_role("button", name="Sign in with Warden (development)").click()

    expect(page.get_by_text("Warden does not answer")).to_be_visible()
    assert violations(page) == []
