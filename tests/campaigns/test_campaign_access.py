"""Whose campaigns people see and change: their organization's, as far as their role goes."""

import re

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns.models import Campaign, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db
TABS = ["", "/links", "/conversions", "/cost", "/compare", "/versions", "/versions/1"]


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True, tags=["shoes"])


@pytest.mark.parametrize("tab", [*TABS, "/publish", "/setup/basics", "/links/new"])
def test_charlie_cannot_open_alices_campaign(client: Client, spring: Campaign, tab: str) -> None:
    make.signed_in(client, make.charlie())

    assert client.get(f"/campaigns/spring{tab}").status_code == 404


@pytest.mark.usefixtures("spring")
def test_charlie_compares_with_nobody_elses_campaign(client: Client) -> None:
    charlie = make.charlie()
    make.signed_in(client, charlie)
    a_campaign(charlie.organization, "mine")

    assert client.get("/campaigns/mine/compare?with=spring").status_code == 404


@pytest.mark.parametrize("deed", ["pause", "archive", "clone", "publish", "versions/1/restore", "setup/live"])
def test_charlie_cannot_change_alices_campaign(client: Client, spring: Campaign, deed: str) -> None:
    make.signed_in(client, make.charlie())

    answer = client.post(f"/campaigns/spring/{deed}", {"seen": "1"})

    assert answer.status_code == 404
    assert list(Campaign.objects.values_list("updated_at", flat=True)) == [spring.updated_at]


def test_charlie_chooses_alices_campaign_in_vain(client: Client, spring: Campaign) -> None:
    make.signed_in(client, make.charlie())

    client.post("/campaigns/-/change", {"do": "archive", "key": "spring"})

    spring.refresh_from_db()
    assert spring.status == Status.ACTIVE


@pytest.mark.parametrize(
    "deed", ["pause", "archive", "clone", "publish", "versions/1/restore", "setup/live", "links/new"]
)
def test_a_viewer_changes_nothing(client: Client, spring: Campaign, deed: str) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    answer = client.post(f"/campaigns/spring/{deed}", {"seen": "1"})

    assert answer.status_code == 403
    assert list(Campaign.objects.values_list("updated_at", flat=True)) == [spring.updated_at]


@pytest.mark.parametrize("tab", TABS)
def test_a_viewer_sees_everything_and_nothing_to_change_it(client: Client, spring: Campaign, tab: str) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    page = client.get(f"/campaigns/spring{tab}").content.decode()

    assert "Spring" in page
    assert not re.search(r'method="post"[^>]*/campaigns|formaction|/setup/|/publish|/restore', page)
