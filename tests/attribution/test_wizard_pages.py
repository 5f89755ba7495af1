"""The wizard that names clicks afterwards: one address a step, nothing changes before it is confirmed, and then once."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership
from apps.attribution.models import Run, RunDraft
from apps.campaigns.models import Campaign
from apps.ingress.models import Job
from tests.accounts import make
from tests.attribution.retroactive import NEWSLETTER, a_draft, an_applied_run
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
NEW = "/retroactive/new"


def at(draft: RunDraft, step: str) -> str:
    return reverse("attribution:retroactive-step", args=[draft.pk, step])


def sent(client: Client, draft: RunDraft, step: str, **fields: Any) -> HttpResponse:
    """The form of a step, as the draft is now."""
    draft.refresh_from_db()
    return client.post(at(draft, step), {"seen": draft.revision, **fields})


def confirmed(client: Client, draft: RunDraft, **fields: Any) -> HttpResponse:
    return sent(client, draft, "confirm", **{"edition": 0, "go": "start", **fields})


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.fixture
def draft(alice: Membership) -> RunDraft:
    return a_draft(alice)


@pytest.fixture
def named(draft: RunDraft) -> RunDraft:
    draft.name = "Partner"
    draft.save()
    return draft


def test_conditions_are_saved_as_a_rule(client: Client, draft: RunDraft) -> None:
    form = {"when.kind": "all", "when.0.field": "country", "when.0.op": "in", "when.0.value": "Germany\nAT"}

    answer = sent(client, draft, "conditions", **form)

    draft.refresh_from_db()
    assert answer["Location"] == at(draft, "preview")
    assert draft.rule == {"all": [{"field": "country", "op": "in", "value": ["DE", "AT"]}]}


def test_a_button_of_the_builder_saves_nothing_and_complains_of_nothing(client: Client, draft: RunDraft) -> None:
    form = {"when.kind": "all", "when.0.field": "source", "when.0.op": "is", "when.0.value": ""}

    answer = sent(client, draft, "conditions", do="add:", **form)

    draft.refresh_from_db()
    assert answer.status_code == 200
    assert 'name="when.1.field"' in text(answer)
    assert "alert-danger" not in text(answer)
    assert draft.rule == NEWSLETTER


def test_a_condition_without_a_value_is_refused_where_it_stands(client: Client, draft: RunDraft) -> None:
    form = {"when.kind": "all", "when.0.field": "country", "when.0.op": "in", "when.0.value": ""}

    answer = sent(client, draft, "conditions", **form)

    assert answer.status_code == 422
    assert text(answer).count("A list here has") == 2  # above, and at the condition


def test_a_step_that_lacks_what_comes_before_leads_back_there(client: Client, alice: Membership) -> None:
    empty = a_draft(alice, rule=None)

    assert client.get(at(empty, "preview"))["Location"] == at(empty, "conditions")
    assert client.get(at(a_draft(alice), "confirm"))["Location"].endswith("/name")


def test_a_new_campaign_needs_a_name_and_a_free_key(client: Client, draft: RunDraft) -> None:
    a_campaign(draft.organization, "taken")

    nameless = sent(client, draft, "name", to="new")
    taken = sent(client, draft, "name", to="new", name="Partner", key="taken")
    good = sent(client, draft, "name", to="new", name="Partner", key="partner", note="as agreed")

    draft.refresh_from_db()
    assert (nameless.status_code, taken.status_code, good.status_code) == (422, 422, 302)
    assert "A campaign needs a name" in text(nameless)
    assert "This key is taken" in text(taken)
    assert (draft.name, draft.key, draft.note) == ("Partner", "partner", "as agreed")


def test_a_campaign_of_others_cannot_be_chosen(client: Client, draft: RunDraft) -> None:
    theirs = a_campaign(make.charlie().organization)

    assert sent(client, draft, "name", to="existing", campaign=theirs.pk).status_code == 422
    assert sent(client, draft, "name", to="existing", campaign="").status_code == 422


def test_back_saves_too(client: Client, draft: RunDraft) -> None:
    answer = sent(client, draft, "policy", policy="override", go="back")

    draft.refresh_from_db()
    assert answer["Location"] == at(draft, "preview")
    assert draft.policy == "override"


def test_of_two_people_the_second_is_told(client: Client, draft: RunDraft) -> None:
    sent(client, draft, "policy", policy="override")

    answer = client.post(at(draft, "policy"), {"seen": 1, "policy": "fill"})

    draft.refresh_from_db()
    assert answer.status_code == 422
    assert "has changed this draft since you opened it" in text(answer)
    assert draft.policy == "override"


def test_confirming_makes_the_campaign_and_one_run(client: Client, named: RunDraft) -> None:
    first, second = confirmed(client, named), confirmed(client, named)

    run = Run.objects.get()
    named.refresh_from_db()
    campaign = Campaign.objects.get()
    assert first["Location"] == second["Location"] == reverse("attribution:retroactive-run", args=[run.pk])
    assert (named.run, run.campaign, campaign.name) == (run, campaign, "Partner")
    assert (campaign.version, campaign.draft["membership"]) == (None, None)
    assert Job.objects.get() == run.job
    assert run.start.isoformat() == "2026-11-16T00:00:00+00:00"
    assert (run.end - run.start, run.goes_live) == (timedelta(days=7), False)


def test_the_conditions_become_the_traffic_of_the_campaign_when_asked(client: Client, named: RunDraft) -> None:
    sent(client, named, "name", to="new", name="Partner", is_membership="on")

    confirmed(client, named, goes_live="on")

    assert Campaign.objects.get().draft["membership"] == NEWSLETTER
    assert Run.objects.get().goes_live


def test_a_run_for_a_campaign_there_is_makes_none(client: Client, draft: RunDraft) -> None:
    campaign = a_campaign(draft.organization)
    sent(client, draft, "name", to="existing", campaign=campaign.pk)

    confirmed(client, draft)

    assert Run.objects.get().campaign == campaign
    assert Campaign.objects.count() == 1


def test_a_key_that_was_taken_meanwhile_starts_nothing(client: Client, named: RunDraft) -> None:
    named.key = "partner"
    named.save()
    a_campaign(named.organization, "partner")

    answer = confirmed(client, named)

    assert answer.status_code == 422
    assert "This key is taken" in text(answer)
    assert not Run.objects.exists()


def test_numbers_of_an_older_edition_are_counted_anew_before_anything_starts(client: Client, named: RunDraft) -> None:
    edition = an_applied_run(a_campaign(named.organization)).edition.number

    stale = confirmed(client, named, edition=edition - 1)
    again = confirmed(client, named, edition=edition)

    assert stale.status_code == 422
    assert f"Edition {edition} was made since these numbers were counted" in text(stale)
    assert f'name="edition" value="{edition}"' in text(stale)
    assert again.status_code == 302


def test_what_was_made_since_the_preview_is_said(client: Client, named: RunDraft) -> None:
    an_applied_run(a_campaign(named.organization))

    page = text(client.get(at(named, "confirm")))

    assert "Since you looked at the preview an edition was made" in page


def test_a_draft_that_was_started_leads_to_its_run(client: Client, named: RunDraft) -> None:
    confirmed(client, named)
    run = reverse("attribution:retroactive-run", args=[Run.objects.get().pk])

    assert client.get(at(named, "policy"))["Location"] == run
    assert client.post(reverse("attribution:discard-retroactive", args=[named.pk]))["Location"] == run
    assert RunDraft.objects.filter(pk=named.pk).exists()


def test_a_draft_can_be_discarded(client: Client, draft: RunDraft) -> None:
    client.post(reverse("attribution:discard-retroactive", args=[draft.pk]))

    assert not RunDraft.objects.exists()


def test_a_step_that_is_none_is_not_there(client: Client, draft: RunDraft) -> None:
    assert client.get(at(draft, "nonsense")).status_code == 404


def test_somebody_else_goes_on_with_a_draft_and_a_viewer_does_not(client: Client, draft: RunDraft) -> None:
    make.signed_in(client, make.bob("marketer"))
    assert client.get(at(draft, "policy")).status_code == 200

    make.signed_in(client, make.a_member(make.a_user(), draft.organization, "viewer"))
    assert client.get(at(draft, "policy")).status_code == 403
    assert confirmed(client, draft).status_code == 403


def test_a_draft_of_others_is_not_there(client: Client, draft: RunDraft) -> None:
    make.signed_in(client, make.charlie())

    answers = [client.get(at(draft, "policy")), sent(client, draft, "policy", policy="fill"), confirmed(client, draft)]

    assert {answer.status_code for answer in answers} == {404}
