"""The Versions tab: what was published, what publishing would change, and the way back."""

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from apps.campaigns.outline import outline
from tests.accounts import make
from tests.campaigns.make import a_campaign, a_definition, a_destination, a_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True)


def with_world_shop_renamed(campaign: Campaign, name: str) -> Campaign:
    campaign.refresh_from_db()
    first, *others = campaign.draft["destinations"]
    draft = {**campaign.draft, "destinations": [{**first, "name": name}, *others]}
    return editing.save_draft(campaign.pk, draft, seen=campaign.revision, user=None)


def published(campaign: Campaign, name: str) -> Campaign:
    changed = with_world_shop_renamed(campaign, name)
    editing.publish(changed.pk, seen=changed.revision, user=None, note=f"Now it is {name}")
    return changed


def test_what_publishing_changes_is_said_in_words_before(client: Client, spring: Campaign) -> None:
    with_world_shop_renamed(spring, "Globe")

    page = client.get("/campaigns/spring/publish").content.decode()

    assert "Shop World" in page
    assert "Globe" in page
    assert "Version 2 is kept" in page


def test_publishing_keeps_who_did_it_and_why(
    client: Client, spring: Campaign, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    seen = with_world_shop_renamed(spring, "Globe").revision

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/campaigns/spring/publish", {"seen": seen, "note": "Rebranding"})

    spring.refresh_from_db()
    assert answer["Location"] == "/campaigns/spring/versions"
    assert (spring.version.number, spring.version.note) == (2, "Rebranding")
    assert spring.version.created_by.email == "alice@example.com"


def test_a_version_says_its_dates_on_its_own_clock(client: Client, spring: Campaign) -> None:
    draft = {**spring.draft, "zone": "Asia/Tokyo", "starts_at": "2026-12-01T08:00:00Z"}
    changed = editing.save_draft(spring.pk, draft, seen=spring.revision, user=None)
    editing.publish(spring.pk, seen=changed.revision, user=None)

    assert "From 1 Dec 2026 17:00 JST" in client.get("/campaigns/spring/versions/2").content.decode()


def test_the_second_who_publishes_is_told_and_nothing_is_published(client: Client, spring: Campaign) -> None:
    with_world_shop_renamed(spring, "Globe")

    answer = client.post("/campaigns/spring/publish", {"seen": spring.revision})

    spring.refresh_from_db()
    assert answer.status_code == 422
    assert "has saved this campaign" in answer.content.decode()
    assert spring.version.number == 1


def test_a_note_longer_than_a_note_is_refused(client: Client, spring: Campaign) -> None:
    seen = with_world_shop_renamed(spring, "Globe").revision

    answer = client.post("/campaigns/spring/publish", {"seen": seen, "note": "x" * 501})

    assert answer.status_code == 422
    assert spring.versions.count() == 1


def test_with_nothing_to_publish_the_page_says_so(client: Client, spring: Campaign) -> None:
    page = client.get("/campaigns/spring/publish").content.decode()

    assert "Nothing to publish" in page


def test_the_history_has_number_author_note_and_changes(client: Client, spring: Campaign) -> None:
    published(spring, "Globe")

    page = client.get("/campaigns/spring/versions").content.decode()

    assert page.index("Version 2") < page.index("Version 1")
    assert "“Now it is Globe”" in page
    assert "Shop World" in page


@pytest.mark.parametrize("query", ["from=1&to=3", "from=3&to=1"])
def test_two_versions_are_compared_whichever_way_round(client: Client, spring: Campaign, query: str) -> None:
    published(spring, "Globe")
    published(spring, "Planet")

    page = client.get(f"/campaigns/spring/versions?{query}")

    assert "From version 1 to version 3" in page.content.decode()
    assert any("Shop World" in sentence and "Planet" in sentence for sentence in page.context["differences"])


@pytest.mark.parametrize(
    ("query", "status"), [("from=1&to=99", 404), ("from=x&to=1", 200), ("from=1", 200), ("from=-1&to=0", 200)]
)
def test_a_comparison_that_cannot_be_is_no_error(client: Client, spring: Campaign, query: str, status: int) -> None:
    assert client.get(f"/campaigns/spring/versions?{query}").status_code == status


def test_one_version_is_shown_whole(client: Client, spring: Campaign) -> None:
    published(spring, "Globe")

    page = client.get("/campaigns/spring/versions/1").content.decode()

    assert "Shop World" in page
    assert "country is Germany and device is phone" in page
    assert "sub1 as s1" in page


def test_an_earlier_version_becomes_the_draft_and_nothing_is_published_by_that(
    client: Client, spring: Campaign
) -> None:
    seen = published(spring, "Globe").revision

    client.post("/campaigns/spring/versions/1/restore", {"seen": seen})

    spring.refresh_from_db()
    assert spring.draft["destinations"][0]["name"] == "Shop World"
    assert spring.version.number == 2


def test_restoring_over_what_somebody_else_saved_is_refused(client: Client, spring: Campaign) -> None:
    published(spring, "Globe")

    answer = client.post("/campaigns/spring/versions/1/restore", {"seen": 1})

    spring.refresh_from_db()
    assert answer.status_code == 422
    assert spring.draft["destinations"][0]["name"] == "Globe"


def test_a_version_there_is_not_is_not_found(client: Client, spring: Campaign) -> None:
    assert client.get("/campaigns/spring/versions/7").status_code == 404
    assert client.post("/campaigns/spring/versions/7/restore", {"seen": 1}).status_code == 404


def test_a_viewer_reads_the_history_and_has_no_button(client: Client, spring: Campaign) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    page = client.get("/campaigns/spring/versions/1").content.decode()

    assert "Shop World" in page
    assert "Make it the draft" not in page


# The outline


def test_shares_are_told_as_parts_of_a_whole() -> None:
    whole = outline(a_definition(fallback=[{"destination": 1, "weight": 1}, {"destination": 2, "weight": 3}]))

    assert [(split.name, split.share) for split in whole.fallback] == [("Shop World", 0.25), ("Shop DE", 0.75)]


def test_an_outline_names_pauses_dates_and_caps() -> None:
    capped = a_destination(1, caps=[{"of": "conversions", "per": "ever", "limit": 1000}], paused=True)
    timed = a_rule(2, starts_at="2026-11-23T00:00:00Z", caps=[{"of": "clicks", "per": "day", "limit": 5}])

    whole = outline(a_definition(destinations=[capped], rules=[timed], fallback=[], next_id=3))

    assert (whole.destinations[0].is_paused, whole.destinations[0].caps) == (True, ["at most 1,000 conversions in all"])
    assert (whole.rules[0].words, whole.rules[0].caps) == ("everything", ["at most 5 clicks a day"])
    assert whole.rules[0].starts_at is not None
