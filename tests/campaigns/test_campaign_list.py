"""The list of campaigns: what it shows, how it is narrowed, and what is done to many at once."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign, Link, Status
from tests.accounts import make
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True, tags=["shoes"])


def said(answer: object) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


# The list


def test_the_list_shows_each_campaign_with_its_status_and_tags(client: Client, spring: Campaign) -> None:
    a_campaign(spring.organization, "autumn", name="Autumn")

    page = client.get("/campaigns").content.decode()

    assert page.index("Autumn") < page.index("Spring")
    assert (page.count('bg-green-lt">Live'), page.count('bg-blue-lt">Draft')) == (1, 1)
    assert "shoes" in page


def test_the_numbers_are_asked_of_another_floor_for_the_campaigns_of_the_page(client: Client, spring: Campaign) -> None:
    page = client.get("/campaigns?span=7d").content.decode()

    assert 'hx-get="/reports/campaign-numbers?span=7d&amp;key=spring"' in page
    assert 'id="clicks-spring"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"spring", "autumn"}),
        ("status=archived", {"old"}),
        ("status=draft", {"autumn"}),
        ("tag=shoes", {"spring"}),
        ("search=AUT", {"autumn"}),
        ("search=nothing", set()),
        ("tag=nothing", set()),
    ],
)
def test_the_list_is_narrowed_by_status_tag_and_letters(
    client: Client, spring: Campaign, query: str, found: set[str]
) -> None:
    a_campaign(spring.organization, "autumn", name="Autumn")
    editing.archive(a_campaign(spring.organization, "old").pk, user=None)

    page = client.get(f"/campaigns?{query}").context["page"]

    assert {campaign.key for campaign in page.object_list} == found


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=999", "status=nonsense", "search=%00", "tag=" + "x" * 99])
def test_an_address_somebody_bent_still_gives_a_list(client: Client, spring: Campaign, query: str) -> None:
    assert client.get(f"/campaigns?{query}").status_code == 200


@pytest.mark.parametrize(("role", "offers"), [(Role.MARKETER, True), (Role.VIEWER, False)])
def test_an_empty_list_says_what_to_do(client: Client, role: str, offers: bool) -> None:
    make.signed_in(client, make.bob(role))

    page = client.get("/campaigns").content.decode()

    assert "No campaign yet" in page
    assert ("Make the first campaign" in page) == offers


def test_a_long_list_has_pages_that_keep_what_was_asked(client: Client, alice: Membership) -> None:
    for number in range(27):
        a_campaign(alice.organization, f"n{number}")

    first = client.get("/campaigns?search=n")
    second = client.get(f"/campaigns?{first.context['next_query']}")

    assert [len(answer.context["page"].object_list) for answer in (first, second)] == [25, 2]
    assert "search=n" in second.context["previous_query"]


def test_typing_a_search_redraws_the_report_alone(client: Client, spring: Campaign) -> None:
    part = client.get("/campaigns?search=spr", headers=HTMX).content.decode()

    assert part.strip().startswith('<div id="report">')
    assert "<html" not in part


@pytest.mark.parametrize("campaigns", [1, 15])
def test_more_campaigns_cost_no_more_queries(
    client: Client, alice: Membership, campaigns: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(campaigns):
        a_campaign(alice.organization)

    # session, person, seen, memberships, tags, count, campaigns
    with django_assert_num_queries(7):
        client.get("/campaigns")


# Many at once


@pytest.mark.parametrize(
    ("deeds", "statuses"),
    [
        (["pause"], {Status.PAUSED}),
        (["pause", "resume"], {Status.ACTIVE}),
        (["archive"], {Status.ARCHIVED}),
        (["archive", "unarchive"], {Status.PAUSED}),
    ],
)
def test_what_is_chosen_is_paused_resumed_and_archived_together(
    client: Client, alice: Membership, deeds: list[str], statuses: set[str]
) -> None:
    keys = [a_campaign(alice.organization, live=True).key for _ in range(3)]

    for deed in deeds:
        client.post("/campaigns/-/change", {"do": deed, "key": keys})

    assert set(Campaign.objects.values_list("status", flat=True)) == statuses


def test_what_is_chosen_is_cloned_as_drafts_with_links_of_their_own(client: Client, spring: Campaign) -> None:
    answer = client.post("/campaigns/-/change", {"do": "clone", "key": "spring"})

    copy = Campaign.objects.exclude(pk=spring.pk).get()
    assert (copy.name, copy.status, copy.draft) == ("Copy of Spring", Status.DRAFT, spring.draft)
    assert Link.objects.filter(campaign=copy).count() == 1
    assert said(answer) == ["Copy of Spring is made, as a draft."]


def test_one_that_cannot_be_paused_is_named_and_the_others_are(client: Client, spring: Campaign) -> None:
    a_campaign(spring.organization, "autumn", name="Autumn")

    answer = client.post("/campaigns/-/change", {"do": "pause", "key": ["spring", "autumn"]})

    assert said(answer) == [
        "Spring is paused: visitors go to the organization's default destination.",
        "Autumn: Only a live campaign can be paused.",
    ]


@pytest.mark.parametrize("chosen", [{"do": "pause"}, {"do": "explode", "key": "spring"}, {"key": "spring"}])
def test_choosing_nothing_or_a_deed_there_is_not_changes_nothing(
    client: Client, spring: Campaign, chosen: dict[str, str]
) -> None:
    answer = client.post("/campaigns/-/change", chosen)

    spring.refresh_from_db()
    assert (answer.status_code, spring.status) == (302, Status.ACTIVE)
    assert said(answer)
