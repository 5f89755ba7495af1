"""Drafts, editions and clicks for tests of the pages of retroactive attribution."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.ledger import applying, reverting
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Edition, Policy, Run, RunDraft
from apps.campaigns.models import Campaign
from apps.ingress.rules import parse
from tests.attribution.ledger.make import A_DAY, MONDAY, WEEK, done

NEWSLETTER: dict[str, Any] = {"field": "source", "op": "is", "value": "newsletter"}
FIRST_ON, LAST_ON = date(2026, 11, 16), date(2026, 11, 22)
DAYS = {"first_on": "2026-11-16", "last_on": "2026-11-22"}


def a_draft(owner: Membership, **fields: Any) -> RunDraft:
    """Of the newsletter's clicks of a week, without a campaign unless one is given."""
    now = timezone.now()
    given = {
        "first_on": FIRST_ON,
        "last_on": LAST_ON,
        "rule": NEWSLETTER,
        "created_by": owner.user,
        "created_at": now,
        "changed_by": owner.user,
        "changed_at": now,
    }
    return RunDraft.objects.create(organization=owner.organization, **{**given, **fields})


def an_applied_run(campaign: Campaign, rule: Any = None, *, span: tuple[datetime, datetime] = WEEK, **how: Any) -> Run:
    named = InForce(parse(rule or NEWSLETTER))
    return done(applying.plan(campaign, named, *span, policy=how.pop("policy", Policy.FILL), now=timezone.now(), **how))


def a_reverted_run(run: Run, **how: Any) -> Run:
    return done(reverting.plan(run, now=timezone.now(), **how))


def an_edition_of_a_run(campaign: Campaign, number: int = 1, **fields: Any) -> Edition:
    """The rows of a run that is done and its edition, without anything in the ledger."""
    now = timezone.now() + number * timedelta(seconds=1)
    note = fields.pop("note", "")
    given = {
        "state": Run.State.DONE,
        "number": number,
        "started_at": now,
        "ended_at": now,
        "created_at": now,
        "note": note,
    }
    rule = {"rule": NEWSLETTER, "words": "source is newsletter", "policy": Policy.FILL}
    run = Run.objects.create(
        organization=campaign.organization,
        campaign=campaign,
        start=MONDAY,
        end=MONDAY + A_DAY,
        **given,
        **rule,
        **fields,
    )
    kind = Edition.Kind.REVERTED if run.reverts_id else Edition.Kind.APPLIED
    words = f"Clicks were named {campaign.name}."
    return Edition.objects.create(
        organization=campaign.organization, number=number, kind=kind, run=run, words=words, note=note, created_at=now
    )


def a_published_edition(owner: Membership, number: int = 1) -> Edition:
    """Rules for new clicks changed, without a run."""
    words = "New clicks are named Spring where source is newsletter."
    return Edition.objects.create(
        organization=owner.organization,
        number=number,
        kind=Edition.Kind.PUBLISHED,
        words=words,
        created_at=timezone.now(),
    )


def an_ended_run(campaign: Campaign, state: str, *, error: str = "") -> Run:
    """One that came to nothing before it began."""
    now = timezone.now()
    run = applying.plan(campaign, InForce(parse(NEWSLETTER)), MONDAY, MONDAY + A_DAY, policy=Policy.FILL, now=now)
    Run.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=now + timedelta(seconds=run.pk % 7))
    run.refresh_from_db()
    return run
