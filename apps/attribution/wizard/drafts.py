"""What is done with a draft. Whoever changes one says which revision they `seen`: over a newer one nothing is written."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Membership, User
from apps.attribution.ledger import applying, editions, running
from apps.attribution.ledger.applying import InForce
from apps.attribution.ledger.orders import Apply
from apps.attribution.models import Edition, Policy, Run, RunDraft
from apps.attribution.wizard.days import stretch
from apps.attribution.wizard.steps import ORDER, Step
from apps.campaigns import definition, editing
from apps.campaigns.models import Campaign, Status
from apps.ingress.rules import Rule, parse

# Stands for the campaign that is made when the run starts; no row has it.
TO_BE_MADE = 2**64 - 1


class ChangedMeanwhile(Exception):
    """Somebody else has saved since; nothing was written."""


class Stale(Exception):
    """A newer edition than the one that was counted is there. `newest` is its number."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"Edition {newest} is newer than what was counted.")
        self.newest = newest


class Unready(Exception):
    """Something is missing; the message says what, and `step` where it is said."""

    def __init__(self, step: Step, why: str) -> None:
        super().__init__(why)
        self.step = step


def begin(member: Membership, fields: dict[str, Any], now: datetime) -> RunDraft:
    person = member.user
    return RunDraft.objects.create(
        organization=member.organization,
        created_by=person,
        created_at=now,
        changed_by=person,
        changed_at=now,
        **fields,
    )


@transaction.atomic
def change(draft: RunDraft, fields: dict[str, Any], *, seen: int, user: User, now: datetime) -> None:
    """Saying what is there already changes nothing. Errors: ChangedMeanwhile, also when the run was started."""
    held = RunDraft.objects.select_for_update(no_key=True, of=("self",)).get(pk=draft.pk)
    if held.revision != seen or held.run_id:
        raise ChangedMeanwhile
    if any(getattr(held, name) != value for name, value in fields.items()):
        held.change({**fields, "changed_by": user, "changed_at": now})
        held.save()
    draft.refresh_from_db()


def order_of(draft: RunDraft, policy: Policy, now: datetime) -> Apply:
    """What a run of the draft that began now would be told. Errors: Unready."""
    start, end = span_of(draft)
    base = editions.newest(draft.organization_id)
    return Apply(
        draft.organization_id,
        draft.campaign_id or TO_BE_MADE,
        rule_of(draft),
        start,
        end,
        policy,
        watermark=now,
        base=base,
    )


def span_of(draft: RunDraft) -> tuple[datetime, datetime]:
    return stretch(draft.first_on, draft.last_on, ZoneInfo(draft.organization.time_zone))


def rule_of(draft: RunDraft) -> Rule:
    """Errors: Unready."""
    if draft.rule is None:
        raise Unready(Step.CONDITIONS, "Say first which clicks it is about.")
    return parse(draft.rule)


def ready(draft: RunDraft, here: Step) -> None:
    """Whether the steps before this one have said what it needs. Errors: Unready."""
    if ORDER.index(here) > ORDER.index(Step.CONDITIONS):
        rule_of(draft)
    if here is Step.CONFIRM and not (draft.campaign_id or draft.name):
        raise Unready(Step.NAME, "Say first which campaign the clicks belong to.")


@transaction.atomic
def start(draft: RunDraft, *, seen: int, edition: int, goes_live: bool, user: User, now: datetime) -> Run:
    """The draft's run, on its way to a worker; the one it has when it was started before.

    `edition` is the one that its numbers were counted as of. Errors: ChangedMeanwhile, Stale, Unready, ValidationError of the
    new campaign by field.
    """
    held = RunDraft.objects.select_for_update(no_key=True, of=("self",)).select_related("organization").get(pk=draft.pk)
    if held.run:
        return held.run
    if held.revision != seen:
        raise ChangedMeanwhile
    if newer := changed_since(held.organization_id, edition):
        raise Stale(newer[0].number)
    ready(held, Step.CONFIRM)
    rule = rule_of(held)
    campaign = held.campaign or _made(held, user)
    run = applying.plan(
        campaign,
        InForce(rule),
        *span_of(held),
        policy=Policy(held.policy),
        now=now,
        by=user,
        note=held.note,
        goes_live=goes_live,
    )
    held.change({"run": run, "campaign": campaign, "goes_live": goes_live, "changed_by": user, "changed_at": now})
    held.save()
    running.start(run)
    return run


def changed_since(organization_id: int, edition: int) -> list[Edition]:
    """Editions after that one in which runs changed what stored clicks are called, the newest first."""
    newer = Edition.objects.filter(organization_id=organization_id, number__gt=edition, run__isnull=False)
    return list(newer.select_related("created_by"))


def discard(draft: RunDraft) -> bool:
    """False when it was started: the run is history and its draft belongs to it."""
    return bool(RunDraft.objects.open().filter(pk=draft.pk).delete()[0])


def campaigns_for(member: Membership) -> list[Campaign]:
    """Those that clicks may be named for, by name."""
    campaigns = Campaign.objects.visible_to(member).exclude(status=Status.ARCHIVED)
    return list(campaigns.only("pk", "name", "key").order_by("name", "pk"))


def _made(draft: RunDraft, user: User) -> Campaign:
    """Its campaign, with no destination and nothing published. Errors: ValidationError by field."""
    document = None
    if draft.is_membership:
        document = {**definition.empty(draft.organization.time_zone), "membership": draft.rule}
    try:
        return editing.new_campaign(draft.organization, user, draft.name, key=draft.key, document=document)
    except definition.BadDefinition as error:
        raise ValidationError([each.detail for each in error.problems]) from error
