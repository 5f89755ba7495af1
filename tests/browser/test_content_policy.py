"""The content security policy on pages that others draw: the admin, the API's documentation, signing in. None of them breaks it."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import Membership
from tests.accounts.make import alice, with_verified_address

SIGNING_IN = (
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/2fa/authenticate/", "/admin/login/",
)  # fmt: skip
ONESELF = (
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/logout/",
)


@pytest.fixture
def staff() -> Membership:
    member = with_verified_address(alice())
    member.user.is_staff = member.user.is_superuser = True
    member.user.save()
    return member


def lists_and_forms() -> list[str]:
    """Of every model in the admin the list, and the empty form where one can be added."""
    found = []
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            try:
                found.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"))
            except NoReverseMatch:
                continue
    return found


def opened(page: Page, address: str, paths: list[str]) -> int:
    """`visit` fails the test when the console says anything."""
    for path in paths:
        page.goto(address + path)
        expect(page.locator("body")).to_be_visible()
    return len(paths)


def test_no_page_of_the_admin_breaks_it(visit, staff: Membership) -> None:
    page = visit("/admin/", staff.user)

    assert (
        opened(
            page,
            visit.address,
            [*lists_and_forms(), f"/admin/accounts/user/{staff.user.pk}/change/", "/admin/password_change/"],
        )
        > 20
    )


def test_no_page_of_signing_in_breaks_it(visit, db: None) -> None:
    assert opened(visit("/accounts/login/"), visit.address, [*SIGNING_IN])


def test_no_page_about_oneself_breaks_it(visit, staff: Membership) -> None:
    assert opened(visit("/", staff.user), visit.address, [*ONESELF])


def test_the_documentation_of_the_api_is_drawn_under_it(visit, db: None) -> None:
    page = visit("/api/docs/")

    expect(page.get_by_text("Trellis API").first).to_be_visible()
