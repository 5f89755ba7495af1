"""The pages of one campaign: its tabs, its links, and another campaign beside it."""

import re

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Link, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TABS = ["", "/links", "/conversions", "/cost", "/compare", "/versions", "/versions/1"]


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True, tags=["shoes"])


# One campaign


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_an_address_and_says_that_it_is_open(client: Client, spring: Campaign, tab: str) -> None:
    page = client.get(f"/campaigns/spring{tab}").content.decode()

    assert len(re.findall(r'class="nav-link active"[^>]*aria-current="page"', page)) == 1
    assert "version 1 in force" in page


def test_the_status_bar_says_what_is_not_published_yet(client: Client, spring: Campaign) -> None:
    draft = {**spring.draft, "fallback": [{"destination": 2, "weight": 100}]}
    editing.save_draft(spring.pk, draft, seen=spring.revision, user=None)

    page = client.get("/campaigns/spring").content.decode()

    assert "not published yet" in page
    assert "/campaigns/spring/publish" in page


def test_performance_hands_its_address_on_to_the_floor_that_counts(client: Client, spring: Campaign) -> None:
    page = client.get("/campaigns/spring?span=7d&country=DE")
    part = client.get("/campaigns/spring?span=7d", headers=HTMX).content.decode()

    assert 'hx-get="/reports/campaigns/spring?span=7d&amp;country=DE"' in page.content.decode()
    assert part.strip().startswith('<div id="report"')


@pytest.mark.parametrize(
    ("deed", "status"), [("pause", Status.PAUSED), ("archive", Status.ARCHIVED), ("resume", Status.ACTIVE)]
)
def test_a_campaign_is_paused_resumed_and_archived_on_its_page(
    client: Client, spring: Campaign, deed: str, status: str
) -> None:
    client.post(f"/campaigns/spring/{deed}")

    spring.refresh_from_db()
    assert spring.status == status


def test_a_clone_opens_as_soon_as_it_is_made(client: Client, spring: Campaign) -> None:
    answer = client.post("/campaigns/spring/clone")

    copy = Campaign.objects.exclude(pk=spring.pk).get()
    assert answer["Location"] == f"/campaigns/{copy.key}"


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("", {"pause", "clone", "archive"}),
        ("pause", {"resume", "clone", "archive"}),
        ("archive", {"unarchive", "clone"}),
    ],
)
def test_a_page_offers_what_can_be_done_now(client: Client, spring: Campaign, status: str, offered: set[str]) -> None:
    if status:
        client.post(f"/campaigns/spring/{status}")

    page = client.get("/campaigns/spring").content.decode()

    assert {*re.findall(r'formaction="/campaigns/spring/(\w+)"', page)} == offered


# Its links


def test_the_links_tab_lists_each_with_its_whole_address(client: Client, spring: Campaign) -> None:
    editing.add_link(spring.pk, user=None, name="TikTok", key="spring-tt", parameters=[("utm_source", "tiktok")])

    page = client.get("/campaigns/spring/links").content.decode()

    assert 'data-copy="http://localhost:8001/in/spring"' in page
    assert 'data-copy="http://localhost:8001/in/spring-tt?utm_source=tiktok"' in page


def test_a_source_fills_in_what_its_links_need(client: Client, spring: Campaign) -> None:
    page = client.get("/campaigns/spring/links/new?source=tiktok")

    form = page.context["form"]
    assert (form["utm_source"].value(), form["utm_campaign"].value()) == ("tiktok", "spring")
    assert "creative_id=__CID__" in form["more"].value()


def test_a_link_keeps_the_macros_of_its_source_as_they_are(client: Client, spring: Campaign) -> None:
    fields = {"name": "TikTok", "key": "", "source": "tiktok", "utm_source": "tiktok", "more": "sub1=__AID__\nx={a b}"}

    answer = client.post("/campaigns/spring/links/new", fields)

    link = Link.objects.get(source="tiktok")
    assert answer["Location"] == "/campaigns/spring/links"
    assert link.address.endswith("?utm_source=tiktok&sub1=__AID__&x={a%20b}")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "This field is required"),
        ({"key": "spring"}, "This key is taken"),
        ({"key": "a b"}, "Letters, digits, - and _ only"),
        ({"more": "nonsense"}, "Write name=value"),
        ({"more": "a=1\na=2"}, "each name once"),
    ],
)
def test_a_link_that_cannot_be_is_refused_beside_its_field(
    client: Client, spring: Campaign, fields: dict[str, str], says: str
) -> None:
    answer = client.post("/campaigns/spring/links/new", {"name": "New", **fields})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert spring.links.count() == 1


# Side by side


def test_the_other_campaign_is_chosen_among_ones_own(client: Client, spring: Campaign) -> None:
    a_campaign(spring.organization, "autumn", name="Autumn")
    a_campaign(make.charlie().organization, "theirs", name="Theirs")

    page = client.get("/campaigns/spring/compare?with=autumn").content.decode()

    assert '<option value="autumn" selected>' in page
    assert "theirs" not in page
    assert "/reports/campaigns/spring/comparison?with=autumn" in page
