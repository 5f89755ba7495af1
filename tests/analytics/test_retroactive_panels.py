"""What the pages of retroactive attribution count, a floor above them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.ledger.estimate import estimate
from apps.attribution.models import Policy, Run, RunDraft
from apps.campaigns.models import Campaign
from apps.ingress.event import Event, Kind, Unlabelled
from tests.accounts import make
from tests.analytics.make import a_click, a_saved_view, stored
from tests.attribution.ledger.make import A_DAY, MONDAY
from tests.attribution.make import a_network, a_postback, booked
from tests.attribution.retroactive import a_draft, a_reverted_run, an_applied_run
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
PART = {"HX-Request": "true"}
GERMAN = {"field": "country", "op": "is", "value": "DE"}


@pytest.fixture
def letters(alice: Membership) -> list[Event]:
    """Four clicks of the newsletter, of which two are German, and a bot that came over it too; on two days of a week."""
    mine = {"organization": alice.organization_id, "source": "newsletter"}
    return stored(
        a_click(MONDAY, country="DE", **mine),
        a_click(MONDAY, country="FR", **mine),
        a_click(MONDAY + A_DAY, country="DE", **mine),
        a_click(MONDAY + A_DAY, country="FR", **mine),
        a_click(MONDAY + A_DAY, kind=Kind.BOT, **mine),
        a_click(MONDAY, organization=alice.organization_id),
    )


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", name="Spring")


@pytest.fixture
def draft(alice: Membership) -> RunDraft:
    return a_draft(alice, name="Partner")


def part(page: Client, address: str) -> HttpResponse:
    return page.get(address, headers=PART)  # type: ignore[return-value]


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def previewed(page: Client, draft: RunDraft, which: str = "preview") -> HttpResponse:
    return part(page, f"/reports/retroactive/{draft.pk}/{which}")


def test_the_preview_counts_both_policies_and_says_whose_clicks_they_are(
    page: Client, letters: list[Event], spring: Campaign, draft: RunDraft
) -> None:
    an_applied_run(spring, GERMAN)

    answer = previewed(page, draft)

    found = answer.context["foreseen"]
    assert (found.fill.people, found.fill.events) == (2, 3)
    assert (found.taken.people, found.override.people) == (2, 4)
    assert [(each.old, each.sums.events) for each in found.taken_from] == [(spring, 2)]
    assert "Spring" in text(answer)
    assert 'id="before-and-after"' in text(answer)


def test_saved_views_that_will_show_other_numbers_are_named(
    page: Client, alice: Membership, letters: list[Event], draft: RunDraft
) -> None:
    days = "span=custom&from=2026-11-16&to=2026-11-20"
    for name, query in (
        ("By campaign", f"{days}&by=attributed_campaign"),
        ("Of nobody", f"{days}&by=country&attributed_campaign=none"),
        ("As it was", f"{days}&by=attributed_campaign&edition=0"),
        ("Another time", "span=custom&from=2026-01-01&to=2026-01-05&by=attributed_campaign"),
        ("By country", f"{days}&by=country"),
    ):
        a_saved_view(alice, name=name, query=query)

    answer = previewed(page, draft)

    assert [view.name for view in answer.context["views"]] == ["By campaign", "Of nobody"]
    assert "Saved views that will show other numbers" in text(answer)


def test_the_chart_has_the_campaign_before_and_after_by_day(
    page: Client, letters: list[Event], spring: Campaign, draft: RunDraft
) -> None:
    an_applied_run(spring, GERMAN)
    draft.campaign = spring
    draft.save()

    series = {each["name"]: each["values"] for each in previewed(page, draft).context["chart"]["series"]}

    assert series == {"Now": [1, 1], "With fill": [2, 2]}


def test_the_preview_knows_what_the_clicks_earned(page: Client, letters: list[Event], draft: RunDraft) -> None:
    network = a_network(draft.organization)
    a_postback(network, click=letters[0], txid="1", payout="5", status="sale", currency=draft.organization.currency)
    booked()

    answer = previewed(page, draft, "policies")

    assert answer.context["foreseen"].fill.revenue == Decimal(5)
    assert "5.00" in text(answer)


def test_sample_events_lead_to_their_pages(page: Client, letters: list[Event], draft: RunDraft) -> None:
    answer = text(previewed(page, draft))

    assert {event.event_id for event in letters if f'href="/events/{event.event_id}"' in answer} == {
        event.event_id for event in letters[:5]
    }


def test_a_hole_in_history_and_a_preview_of_nothing_are_said(
    page: Client, letters: list[Event], draft: RunDraft
) -> None:
    RunDraft.objects.update(first_on=MONDAY.date() - A_DAY, rule={"field": "source", "op": "is", "value": "nobody"})

    answer = text(previewed(page, draft))

    assert "History before 16 Nov 2026" in answer
    assert "No click would change" in answer


def test_what_is_confirmed_is_of_the_policy_that_was_chosen(
    page: Client, letters: list[Event], spring: Campaign, draft: RunDraft
) -> None:
    an_applied_run(spring, GERMAN)

    fill = text(previewed(page, draft, "confirm"))
    RunDraft.objects.update(policy=Policy.OVERRIDE)
    override = text(previewed(page, draft, "confirm"))

    assert "<strong>2</strong>" in fill
    assert "are left to them" in fill
    assert "<strong>4</strong>" in override
    assert "Taken from" in override


def test_a_draft_without_conditions_cannot_be_counted(page: Client, alice: Membership) -> None:
    assert previewed(page, a_draft(alice, rule=None)).status_code == 422
    assert previewed(page, a_draft(alice), "nonsense").status_code == 404


def test_conditions_are_counted_over_the_days_of_the_draft(page: Client, letters: list[Event], draft: RunDraft) -> None:
    form = {"when.kind": "all", "when.0.field": "source", "when.0.op": "is", "when.0.value": "newsletter"}

    answer = text(page.post(f"/reports/retroactive/{draft.pk}/reach", form))

    assert "<strong>4</strong> of 5 clicks of people from 16 Nov 2026 to 22 Nov 2026" in answer


@pytest.mark.usefixtures("clickhouse_is_down")
def test_a_preview_says_so_when_clickhouse_is_away(page: Client, draft: RunDraft) -> None:
    answer = previewed(page, draft)

    assert "ClickHouse does not answer" in text(answer)
    assert "Retry" in text(answer)


def test_an_edition_is_compared_with_the_one_before(page: Client, letters: list[Event], spring: Campaign) -> None:
    summer = a_campaign(spring.organization, "summer", name="Summer")
    an_applied_run(spring, GERMAN)
    an_applied_run(summer, policy=Policy.OVERRIDE)

    answer = part(page, "/reports/editions/2")

    rows = {campaign.name: (row.before, row.after) for row, campaign in answer.context["rows"]}
    assert rows == {"Spring": (2, 0), "Summer": (0, 4)}
    assert answer.context["shown"] == summer
    assert [each["values"] for each in answer.context["chart"]["series"]] == [[0, 0], [2, 2]]


def test_any_two_editions_are_compared_and_any_campaign_by_day(
    page: Client, letters: list[Event], spring: Campaign
) -> None:
    run = an_applied_run(spring, GERMAN)
    a_reverted_run(run)

    whole = part(page, f"/reports/editions/2?before=0&after=1&shown={spring.pk}")
    same = part(page, "/reports/editions/2?before=0&after=2")

    assert [(row.before, row.after) for row, _ in whole.context["rows"]] == [(0, 2)]
    assert same.context["rows"] == []
    assert part(page, "/reports/editions/2?before=0&after=9").status_code == 422


def test_a_revert_is_counted_before_it_is_done(page: Client, letters: list[Event], spring: Campaign) -> None:
    an_applied_run(spring, GERMAN)

    answer = part(page, "/reports/editions/1/revert")

    assert [(each.old, each.new, each.sums.events) for each in answer.context["foreseen"].between] == [
        (spring, None, 2)
    ]
    assert "no campaign" in text(answer)


def test_an_event_tells_every_label_it_had(page: Client, letters: list[Event], spring: Campaign) -> None:
    run = an_applied_run(spring, note="as agreed")
    address = f"/events/{letters[0].event_id}/labels"
    named = part(page, address)
    a_reverted_run(run)
    reverted = part(page, address)

    lines = [(line.entry.edition, line.is_gain, line.name) for line in reverted.context["account"].lines]
    assert lines == [(1, True, "Spring"), (2, False, "Spring")]
    assert named.context["account"].current.name == "Spring"
    assert "as agreed" in text(named)
    assert reverted.context["account"].current is None
    assert "It had one, which was taken back" in text(reverted)
    assert "Edition 1 was reverted" in text(reverted)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "No run has named it"),
        (Unlabelled.UNKNOWN_KEY, "a campaign that nobody has"),
        (Unlabelled.PAUSED, "was paused"),
    ],
)
def test_an_event_without_a_campaign_says_why(page: Client, alice: Membership, reason: str, said: str) -> None:
    [event] = stored(a_click(MONDAY, organization=alice.organization_id, label_reason=reason))

    answer = text(part(page, f"/events/{event.event_id}/labels"))

    assert "No campaign." in answer
    assert said in answer


def test_nothing_of_it_is_there_for_others(
    page: Client, letters: list[Event], spring: Campaign, draft: RunDraft
) -> None:
    an_applied_run(spring)
    make.signed_in(page, make.charlie())

    addresses = (
        f"/reports/retroactive/{draft.pk}/preview",
        "/reports/editions/1",
        "/reports/editions/1/revert",
        f"/events/{letters[0].event_id}/labels",
    )

    assert [part(page, address).status_code for address in addresses] == [404, 404, 404, 404]


def test_an_estimate_goes_by_the_last_run_that_says_something(letters: list[Event], spring: Campaign) -> None:
    usual = estimate(spring.organization_id, entries=1_000_000, days=100)
    run = an_applied_run(spring)
    short = estimate(spring.organization_id, entries=1_000_000, days=100)
    Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(seconds=60), ended_at=timezone.now())
    measured = estimate(spring.organization_id, entries=1_000_000, days=100)

    assert (usual.seconds, usual.is_measured) == (14.0, False)
    assert short == usual
    assert measured.is_measured
    assert measured.seconds == 14.0 * 20
