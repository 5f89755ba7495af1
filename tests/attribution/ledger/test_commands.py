"""`manage.py attribution`, from the preview to the history."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.attribution.models import Run
from apps.campaigns.models import Campaign
from apps.ingress.models import Job
from tests.attribution.ledger.make import MONDAY, Ledger, ids
from tests.campaigns import make as campaigns

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
WEEK = ("--from", "2026-11-16", "--to", "2026-11-23")
GERMANS = {"field": "country", "op": "is", "value": "DE"}


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def autumn(ledger: Ledger) -> Campaign:
    document = campaigns.a_definition(membership=GERMANS)
    campaign = campaigns.a_campaign(ledger.organization, live=True, name="Autumn", document=document)
    ledger.campaigns.append(campaign)
    return campaign


def said(*words: str) -> str:
    out = StringIO()
    call_command("attribution", *words, stdout=out)
    return out.getvalue()


def test_from_preview_to_history(ledger: Ledger, autumn: Campaign) -> None:
    clicks = [ledger.click(MONDAY + timedelta(days=number), country="DE") for number in range(2)]
    ledger.click(country="FR")
    key = ledger.organization.key

    foreseen = said("preview", autumn.key, *WEEK)
    assert foreseen.startswith("Autumn gained 2 events.\n2 of 2 events are clicks of people.")
    assert "  2026-11-17             1\n" in foreseen
    assert ledger.labels() == {}

    assert said("apply", autumn.key, *WEEK, "--note", "as agreed").startswith("Edition 1: Clicks were named Autumn")
    assert ledger.labels() == ids(clicks, "Autumn")
    assert said("revert", key, "1", "--dry-run").startswith("Autumn lost 2 events.")
    assert said("revert", key, "1").startswith("Edition 2: Edition 1 was reverted")
    assert ledger.labels() == {}

    second, first = said("history", key).splitlines()
    assert second.startswith("   2  ")
    assert first.endswith("Autumn gained 2 events. “as agreed”")


def test_a_rule_given_by_hand_goes_before_the_published_one(ledger: Ledger, autumn: Campaign) -> None:
    ledger.click(country="DE")
    french = ledger.click(country="FR")

    said("apply", autumn.key, *WEEK, "--rule", json.dumps({**GERMANS, "value": "FR"}), "--policy", "override")

    assert ledger.labels() == {french.event_id: "Autumn"}
    assert Run.objects.get(campaign=autumn).rule_version == 0


def test_workers_do_it_when_they_are_asked_to(ledger: Ledger, autumn: Campaign) -> None:
    assert "is on its way" in said("apply", autumn.key, *WEEK, "--job")

    job = Job.objects.get(organization_id=ledger.organization.pk)
    assert (job.kind, job.title) == ("attribution", "Name clicks: Autumn")


def test_before_anything_was_applied_the_history_says_so(ledger: Ledger) -> None:
    assert said("history", ledger.organization.key) == "Nothing was applied yet.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("preview", "nosuch", *WEEK), "no campaign 'nosuch'"),
        (("preview", "KEY", "--from", "2026-11-23", "--to", "2026-11-16"), "--from must be before --to"),
        (("preview", "KEY", "--from", "Monday", "--to", "2026-11-16"), "is no day"),
        (("preview", "KEY", *WEEK, "--rule", "{"), "Expecting property name"),
        (("preview", "KEY", *WEEK, "--rule", '{"field": "nosuch", "op": "is", "value": "x"}'), "nosuch"),
        (("history", "nobody"), "no organization 'nobody'"),
        (("revert", "nobody", "1"), "no organization 'nobody'"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_sentence(
    ledger: Ledger, autumn: Campaign, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        said(*(word.replace("KEY", autumn.key) for word in words))


def test_an_edition_that_is_not_there_cannot_be_reverted(ledger: Ledger) -> None:
    with pytest.raises(CommandError, match="has no edition 1"):
        said("revert", ledger.organization.key, "1")


def test_of_a_campaign_without_a_version_the_command_asks_for_a_rule(ledger: Ledger) -> None:
    with pytest.raises(CommandError, match="give a rule"):
        said("preview", ledger.spring.key, *WEEK)


@pytest.mark.usefixtures("clickhouse_away")
def test_without_clickhouse_it_says_that_nothing_changed(ledger: Ledger, autumn: Campaign) -> None:
    with pytest.raises(CommandError, match="Nothing changed"):
        said("apply", autumn.key, *WEEK)

    assert Run.objects.get(campaign=autumn).state == Run.State.FAILED
