"""The Links pages: what members see, what they can change, and that nobody reaches another organization's link."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Link
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_link

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEW = {"name": "Autumn poster", "destination": "https://shop.example.com/autumn?c={click_id}", "key": "autumn"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def link(alice: Membership) -> Link:
    return a_link(alice.organization, "spring", created_by=alice.user)


# The list


def test_the_list_shows_each_link_with_its_address_and_state(client: Client, link: Link) -> None:
    a_link(link.organization, "winter", name="Winter flyer", paused_at=NOW)

    page = client.get("/links").content.decode()

    assert link.url in page
    assert "https://shop.example.com/spring" in page
    assert page.index("Winter flyer") < page.index("Spring newsletter")
    assert (page.count("Paused"), page.count('bg-green-lt">Live')) == (1, 1)


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_an_empty_list_says_what_to_do(client: Client, role: str) -> None:
    make.signed_in(client, make.bob(role))

    page = client.get("/links").content.decode()

    assert "No link yet" in page
    assert ("Make the first link" in page) == (role == Role.OWNER)


@pytest.mark.parametrize(
    ("search", "found"), [("FLYER", 1), ("wint", 1), ("shop.example", 2), ("nothing", 0), ("%", 0)]
)
def test_search_looks_in_name_key_and_destination(client: Client, link: Link, search: str, found: int) -> None:
    a_link(link.organization, "winter", name="A flyer")

    answer = client.get("/links", {"search": search})

    assert len(answer.context["links"]) == found


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=999", f"search={'x' * 300}", "search=%00"])
def test_an_address_somebody_bent_still_gives_a_list(client: Client, link: Link, query: str) -> None:
    assert client.get(f"/links?{query}").status_code == 200


def test_long_lists_come_in_pages(client: Client, alice: Membership) -> None:
    for number in range(30):
        a_link(alice.organization, f"n{number}", name=f"Number {number}")

    first = client.get("/links")
    more = client.get(first.context["next_url"], headers=HTMX)

    assert [len(answer.context["links"]) for answer in (first, more)] == [25, 5]
    assert more.content.decode().strip().startswith("<tr")
    assert more.context["next_url"] == ""


def test_searching_as_one_types_redraws_the_list_alone(client: Client, link: Link) -> None:
    part = client.get("/links?search=spring", headers=HTMX | {"HX-Target": "links"}).content.decode()

    assert part.strip().startswith('<div class="card" id="links">')
    assert "<html" not in part


@pytest.mark.parametrize("links", [1, 20])
def test_more_links_cost_no_more_queries(
    client: Client, alice: Membership, links: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(links):
        a_link(alice.organization, created_by=alice.user)

    # session, person, seen, memberships, count, links
    with django_assert_num_queries(6):
        client.get("/links")


# One link


def test_a_link_has_its_address_its_picture_and_a_test_click(client: Client, link: Link) -> None:
    page = client.get("/links/spring").content.decode()

    assert f'data-copy="{link.url}"' in page
    assert 'src="/links/spring/qr.svg"' in page
    assert 'download="spring.png"' in page
    assert re.search(rf'href="{re.escape(link.url)}" target="_blank" rel="noopener"', page)
    assert "by Alice Ames" in page


def test_a_paused_link_offers_no_test_click(client: Client, link: Link) -> None:
    link.pause(NOW)

    page = client.get("/links/spring").content.decode()

    assert "Send a test click" not in page
    assert "Resume" in page


def test_utm_words_travel_with_the_address_and_its_picture(client: Client, link: Link) -> None:
    part = client.get("/links/spring", {"utm_source": "news & co", "utm_medium": ""}, headers=HTMX).content.decode()

    assert f"{link.url}?utm_source=news%20%26%20co" in part
    assert "qr.svg?utm_source=news+%26+co" in part
    assert "<html" not in part


def test_words_that_are_no_utm_do_not_enter_the_address(client: Client, link: Link) -> None:
    assert client.get("/links/spring", {"evil": "1"}).context["address"] == link.url


@pytest.mark.parametrize(
    ("kind", "media_type", "start"), [("svg", "image/svg+xml", b"<?xml"), ("png", "image/png", b"\x89PNG")]
)
def test_the_qr_code_comes_in_both_formats(
    client: Client, link: Link, kind: str, media_type: str, start: bytes
) -> None:
    plain = client.get(f"/links/{link.key}/qr.{kind}")
    longer = client.get(f"/links/{link.key}/qr.{kind}?utm_source=news")

    assert plain["Content-Type"] == media_type
    assert plain.content.startswith(start)
    assert longer.content != plain.content


def test_other_picture_formats_do_not_exist(client: Client, link: Link) -> None:
    assert client.get(f"/links/{link.key}/qr.gif").status_code == 404


# Who may not


def test_a_viewer_sees_links_and_nothing_to_change_them(client: Client, link: Link) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    pages = client.get("/links").content.decode() + client.get("/links/spring").content.decode()

    assert link.url in pages
    assert not re.search(r"/links/new|/links/spring/(change|pause)", pages)


@pytest.mark.parametrize("deed", ["/links/new", "/links/spring/change", "/links/spring/pause", "/links/spring/resume"])
def test_a_viewer_changes_nothing(client: Client, link: Link, deed: str) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    answer = client.post(deed, NEW)

    assert answer.status_code == 403
    assert list(Link.objects.values_list("updated_at", flat=True)) == [link.updated_at]


@pytest.mark.parametrize("page", ["", "/change", "/qr.svg", "/qr.png"])
def test_charlie_cannot_open_alices_link(client: Client, link: Link, page: str) -> None:
    make.signed_in(client, make.charlie())

    assert client.get(f"/links/spring{page}").status_code == 404


@pytest.mark.parametrize("deed", ["change", "pause", "resume"])
def test_charlie_cannot_change_alices_link(client: Client, link: Link, deed: str) -> None:
    make.signed_in(client, make.charlie())

    answer = client.post(f"/links/spring/{deed}", NEW | {"seen": link.updated_at.isoformat()})

    assert answer.status_code == 404
    assert list(Link.objects.values_list("updated_at", flat=True)) == [link.updated_at]


@pytest.mark.usefixtures("link")
def test_charlie_does_not_find_alices_links(client: Client) -> None:
    make.signed_in(client, make.charlie())

    assert "spring" not in client.get("/links?search=spring").content.decode().replace('value="spring"', "")


def test_a_new_link_belongs_to_the_chosen_organization_whatever_the_form_says(
    client: Client, alice: Membership
) -> None:
    other = make.charlie().organization

    client.post("/links/new", NEW | {"organization": other.pk, "organization_id": other.pk})

    assert Link.objects.get().organization == alice.organization


# Links of campaigns


def test_a_link_of_a_campaign_says_whose_it_is_and_has_its_parameters(client: Client, alice: Membership) -> None:
    campaign = a_campaign(alice.organization, "autumn", name="Autumn sale")
    editing.add_link(
        campaign.pk, user=None, name="Mail", key="mail", parameters=[("utm_source", "mail"), ("sub1", "{id}")]
    )

    listed, one = client.get("/links").content.decode(), client.get("/links/mail").content.decode()

    assert "Autumn sale" in listed
    assert "/in/mail?utm_source=mail&amp;sub1={id}" in listed
    assert 'href="/campaigns/autumn"' in one
    assert "/in/mail?utm_source=mail&amp;sub1={id}" in one


def test_words_typed_beside_a_link_go_before_its_own(client: Client, alice: Membership) -> None:
    campaign = a_campaign(alice.organization, "autumn")
    editing.add_link(
        campaign.pk, user=None, name="Mail", key="mail", parameters=[("utm_source", "mail"), ("sub1", "x")]
    )

    address = client.get("/links/mail", {"utm_source": "print"}).context["address"]

    assert address == "http://localhost:8001/in/mail?sub1=x&utm_source=print"


def test_the_picture_of_a_link_holds_its_parameters(client: Client, alice: Membership) -> None:
    campaign = a_campaign(alice.organization, "autumn")
    editing.add_link(campaign.pk, user=None, name="Mail", key="mail", parameters=[("utm_source", "mail")])

    pictures = [client.get(f"/links/{key}/qr.svg").content for key in ("autumn", "mail")]

    assert pictures[0] != pictures[1]


def test_a_link_of_a_campaign_is_renamed_without_a_destination(client: Client, alice: Membership) -> None:
    a_campaign(alice.organization, "autumn")
    form = client.get("/links/autumn/change").context["form"]

    answer = client.post("/links/autumn/change", {"name": "Renamed", "seen": form["seen"].value()})

    assert answer["Location"] == "/links/autumn"
    assert Link.objects.get().name == "Renamed"


@pytest.mark.parametrize("links", [1, 8])
def test_more_links_of_campaigns_cost_no_more_queries(
    client: Client, alice: Membership, links: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(links):
        a_campaign(alice.organization)

    # session, person, seen, memberships, count, links
    with django_assert_num_queries(6):
        client.get("/links")
