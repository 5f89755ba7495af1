"""Campaigns in the admin: looked at and stopped, never edited; versions never touched at all."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.campaigns import editing
from apps.campaigns.models import Campaign, CampaignVersion
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_definition, in_force

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/campaign/"
VERSIONS = "/admin/campaigns/campaignversion/"


@pytest.fixture
def staff(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def act(staff: Client, action: str, *campaigns: Campaign) -> str:
    chosen = {"action": action, "_selected_action": [campaign.pk for campaign in campaigns]}
    return staff.post(LIST, chosen, follow=True).content.decode()


@pytest.mark.parametrize("search", ["spring", "acme", "Spring", "a..b"])
def test_staff_searches_campaigns_and_versions(staff: Client, search: str) -> None:
    a_campaign(make.an_organization("acme"), "spring", live=True)

    for page in (LIST, VERSIONS):
        assert staff.get(page, {"q": search, "status": "active"} if page == LIST else {"q": search}).status_code == 200


def test_staff_sees_draft_and_versions(staff: Client) -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    editing.save_draft(campaign.pk, a_definition(zone="Asia/Tokyo"), seen=1, user=None)

    page = staff.get(f"{LIST}{campaign.pk}/change/").content.decode()

    assert "Asia/Tokyo" in page
    assert "First version: 3 destinations, 1 rule" in page
    assert 'name="_save"' not in page


def test_staff_opens_a_version_whole(staff: Client) -> None:
    campaign = a_campaign(make.an_organization(), live=True)

    page = staff.get(f"{VERSIONS}{campaign.version_id}/change/").content.decode()

    assert "German phones" in page
    assert 'name="_save"' not in page


def test_nothing_is_added_changed_or_deleted_here(staff: Client) -> None:
    campaign = a_campaign(make.an_organization(), live=True)

    for page, pk in ((LIST, campaign.pk), (VERSIONS, campaign.version_id)):
        answers = [staff.post(f"{page}{way}/", {"post": "yes"}) for way in ("add", f"{pk}/change", f"{pk}/delete")]
        assert [answer.status_code for answer in answers] == [403, 403, 403]

    assert Campaign.objects.get().revision == 1
    assert CampaignVersion.objects.get().document == a_definition()


@pytest.mark.usefixtures("route_table")
def test_staff_stops_campaigns(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    live, other = a_campaign(make.an_organization(), live=True), a_campaign(make.an_organization(), live=True)

    with django_capture_on_commit_callbacks(execute=True):
        act(staff, "pause", live, other)

    assert {(each.status, str(each.status_by)) for each in Campaign.objects.all()} == {("paused", "staff@example.com")}
    assert in_force(live.key)


def test_what_cannot_be_paused_is_said(staff: Client) -> None:
    page = act(staff, "pause", a_campaign(make.an_organization()))

    assert "Only a live campaign can be paused." in page
    assert Campaign.objects.get().status == "draft"


def test_staff_who_may_only_look_stops_nothing(client: Client) -> None:
    campaign = a_campaign(make.an_organization(), live=True)
    make.signed_in(client, make.a_user(is_staff=True))

    act(client, "archive", campaign)

    assert Campaign.objects.get().status == "active"


@pytest.mark.parametrize("campaigns", [1, 12])
def test_more_campaigns_cost_no_more_queries(
    staff: Client, campaigns: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(campaigns):
        a_campaign(make.an_organization(), live=True)

    # session, person, seen, two counts, rows
    for page in (LIST, VERSIONS):
        with django_assert_num_queries(6):
            staff.get(page)
