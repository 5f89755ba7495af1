"""The history of attribution, one edition, a run on its way, and taking one back."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.ledger import applying, running
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.models import Job
from apps.ingress.rules import parse
from tests.accounts import make
from tests.attribution.ledger.make import WEEK
from tests.attribution.retroactive import (
    NEWSLETTER,
    a_draft,
    a_published_edition,
    an_edition_of_a_run,
    an_ended_run,
)
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db
LIST = "/retroactive"
PART = {"HX-Request": "true"}


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", name="Spring")


@pytest.fixture
def going(spring: Campaign, alice: Membership) -> Run:
    """A run on its way to a worker."""
    named = InForce(parse(NEWSLETTER))
    run = applying.plan(spring, named, *WEEK, policy=Policy.FILL, now=timezone.now(), by=alice.user)
    running.start(run)
    return run


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def page_of(run: Run) -> str:
    return reverse("attribution:retroactive-run", args=[run.pk])


def reverting(client: Client, number: int, edition: int) -> HttpResponse:
    return client.post(f"/retroactive/{number}/revert", {"edition": edition, "note": "a mistake"})  # type: ignore[return-value]


def test_an_empty_history_says_what_to_do(client: Client, alice: Membership) -> None:
    page = text(client.get(LIST))

    assert "No click was named afterwards yet" in page
    assert 'href="/retroactive/new"' in page


def test_a_viewer_is_not_offered_what_is_refused(client: Client, alice: Membership) -> None:
    a_draft(alice)
    make.signed_in(client, make.bob())

    assert "/retroactive/new" not in text(client.get(LIST))
    assert "/retroactive/drafts/" not in text(client.get(LIST))


def test_the_history_has_editions_and_what_came_to_nothing_the_newest_first(client: Client, spring: Campaign) -> None:
    an_ended_run(spring, "failed", error="no disk left")
    an_edition_of_a_run(spring, 10, note="as agreed")
    an_edition_of_a_run(spring, 11)

    page = text(client.get(LIST))

    assert page.index('href="/retroactive/11"') < page.index('href="/retroactive/10"') < page.index("no disk left")
    assert "as agreed" in page


def test_drafts_and_runs_on_their_way_stand_above(client: Client, alice: Membership, going: Run) -> None:
    draft = a_draft(alice, name="Partner")

    page = text(client.get(LIST))

    assert f'href="/retroactive/drafts/{draft.pk}/confirm"' in page
    assert 'hx-trigger="poll from:body"' in page
    assert page.index("Going on") < page.index("Partner")


def test_a_long_history_comes_in_pages(client: Client, spring: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.attribution.views.editions.PAGE", 2)
    for number in range(1, 6):
        an_edition_of_a_run(spring, number)

    first = client.get(LIST)
    address = first.context["next_url"]
    rows = client.get(LIST + address, headers=PART)
    last = client.get(LIST + rows.context["next_url"], headers=PART)

    numbers = [[past.edition.number for past in each.context["history"]] for each in (first, rows, last)]
    assert numbers == [[5, 4], [3, 2], [1]]
    assert last.context["next_url"] == ""
    assert "<html" not in text(rows)


def test_a_place_in_the_history_that_cannot_be_read_is_its_beginning(client: Client, alice: Membership) -> None:
    assert client.get(f"{LIST}?before=nonsense").status_code == 200
    assert client.get(f"{LIST}?before=1e300").status_code == 200
    assert client.get(f"{LIST}?before=nan").status_code == 200


def test_the_list_asks_as_much_for_many_editions_as_for_one(
    client: Client, spring: Campaign, django_assert_max_num_queries: object
) -> None:
    for number in range(1, 9):
        an_edition_of_a_run(spring, number)
        an_ended_run(spring, "cancelled")

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get(LIST)


def test_an_edition_says_what_its_run_did(client: Client, spring: Campaign) -> None:
    counts = {"gained": {str(spring.pk): 1234}, "taken": {"999": 5}}
    an_edition_of_a_run(spring, 3, counts=counts)

    page = text(client.get("/retroactive/3"))

    assert "1,234" in page
    assert "campaign 999" in page
    assert 'href="/retroactive/3/revert"' in page


def test_an_edition_without_a_run_has_words_and_no_revert(client: Client, alice: Membership) -> None:
    a_published_edition(alice, 4)

    page = text(client.get("/retroactive/4"))

    assert "New clicks are named Spring" in page
    assert "/retroactive/4/revert" not in page
    assert client.get("/retroactive/4/revert")["Location"] == "/retroactive/4"
    assert "4" in text(client.get(LIST))


def test_an_edition_that_was_reverted_says_by_which(client: Client, spring: Campaign) -> None:
    first = an_edition_of_a_run(spring, 1)
    an_edition_of_a_run(spring, 2, reverts=first.run)

    assert 'href="/retroactive/2"' in text(client.get("/retroactive/1"))
    assert 'href="/retroactive/1"' in text(client.get("/retroactive/2"))


def test_what_caught_up_is_reverted_with_its_run(client: Client, spring: Campaign) -> None:
    first = an_edition_of_a_run(spring, 1)
    an_edition_of_a_run(spring, 2, catches_up=first.run)

    assert "It belongs to" in text(client.get("/retroactive/2"))
    assert reverting(client, 2, 2)["Location"] == "/retroactive/2"
    assert not Run.objects.exclude(reverts=None).exists()


def test_a_revert_is_started_once(client: Client, spring: Campaign) -> None:
    edition = an_edition_of_a_run(spring)

    first, second = reverting(client, 1, 1), reverting(client, 1, 1)

    run = Run.objects.exclude(reverts=None).get()
    assert first["Location"] == second["Location"] == page_of(run)
    assert (run.reverts, run.note, Job.objects.count()) == (edition.run, "a mistake", 1)
    assert "It is being reverted" in text(client.get("/retroactive/1"))


def test_a_revert_that_was_counted_before_another_edition_is_counted_anew(client: Client, spring: Campaign) -> None:
    an_edition_of_a_run(spring, 1)
    an_edition_of_a_run(spring, 2)

    answer = reverting(client, 1, 1)

    assert answer.status_code == 422
    assert "A newer edition was made" in text(answer)
    assert reverting(client, 1, 2).status_code == 302


def test_a_run_on_its_way_asks_again_and_can_be_cancelled(client: Client, going: Run) -> None:
    part = client.get(page_of(going), headers=PART)
    client.post(reverse("attribution:cancel-retroactive", args=[going.pk]))
    ended = text(client.get(page_of(going), headers=PART))

    going.refresh_from_db()
    assert 'hx-trigger="poll from:body"' in text(part)
    assert "<html" not in text(part)
    assert (going.state, Job.objects.get().status) == ("cancelled", "cancelled")
    assert "hx-trigger" not in ended
    assert "Begin again with the same" in ended


def test_a_run_that_failed_says_why_and_how_to_begin_again(client: Client, spring: Campaign) -> None:
    run = an_ended_run(spring, "failed", error="no disk left")

    page = text(client.get(page_of(run)))

    assert "no disk left" in page
    assert "/retroactive/new?from=2026-11-16&amp;to=2026-11-16&amp;rule=%7B%22" in page


def test_a_run_that_is_done_leads_to_its_campaign_and_its_edition(client: Client, spring: Campaign) -> None:
    edition = an_edition_of_a_run(spring, 7)

    page = text(client.get(page_of(edition.run)))

    assert 'href="/campaigns/spring"' in page
    assert 'href="/retroactive/7"' in page


def test_a_viewer_looks_and_changes_nothing(client: Client, spring: Campaign, going: Run) -> None:
    an_edition_of_a_run(spring, 1)
    make.signed_in(client, make.bob())

    looked = [client.get(page).status_code for page in (LIST, "/retroactive/1", page_of(going))]
    changed = [client.post(page).status_code for page in ("/retroactive/1/revert", f"{page_of(going)}/cancel")]

    assert looked == [200, 200, 200]
    assert changed == [403, 403]


def test_editions_and_runs_of_others_are_not_there(client: Client, spring: Campaign, going: Run) -> None:
    an_edition_of_a_run(spring, 1)
    make.signed_in(client, make.charlie())

    pages = ("/retroactive/1", "/retroactive/1/revert", page_of(going))

    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert reverting(client, 1, 1).status_code == 404
    assert "Spring" not in text(client.get(LIST))
