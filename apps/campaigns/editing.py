"""What people do with a campaign. Each deed is one transaction, and what has to reach ingress is published once that is through.

Whoever changes a draft says which revision they `seen`: with a newer one there, nothing is written and they are told whose it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Organization, User
from apps.campaigns import definition
from apps.campaigns.definition import BadDefinition, Problem
from apps.campaigns.models import Campaign, CampaignVersion, Link, Status
from apps.campaigns.models.keys import TAKEN, new_key
from apps.campaigns.publish import campaign_units, publish_campaign, publish_link
from apps.ingress.plans.plan import BadPlan, Plan

NAME_MAX_CHARS = 200


class ChangedMeanwhile(Exception):
    """Somebody else has saved since. `campaign` is as they left it, with `edited_by` and `edited_at`."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.who = campaign.edited_by.get_full_name() if campaign.edited_by else "Somebody"
        super().__init__(
            f"{self.who} has changed this campaign since you opened it. Look at it as it is now, then try again."
        )


class NotPossible(Exception):
    """The campaign's status does not allow it; the message says why."""


def new_campaign(
    organization: Organization,
    user: User | None,
    name: str,
    *,
    key: str = "",
    tags: Iterable[str] = (),
    zone: str = "",
    document: object | None = None,
) -> Campaign:
    """A draft, empty unless a document is given, and its first link, which has its key.

    Errors: ValidationError by field (a key that is taken or reserved among them), BadDefinition.
    """
    draft = definition.empty(zone or organization.time_zone)
    if document is not None:
        draft = definition.dump(definition.parse(document, organization))
    campaign = Campaign(organization=organization, name=name.strip(), tags=_tags(tags), draft=draft)
    campaign.key = key or new_key()
    campaign.created_by = campaign.edited_by = campaign.status_by = user
    return _founded(campaign)


@transaction.atomic
def save_draft(
    campaign_id: int,
    document: object,
    *,
    seen: int,
    user: User | None,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    priority: int | None = None,
) -> Campaign:
    """The campaign with this draft, and name, tags and priority where they are given; saving what is there already changes nothing.

    Errors: ChangedMeanwhile, BadDefinition, ValidationError, NotPossible.
    """
    campaign = _as_seen(campaign_id, seen)
    parsed = definition.parse(document, campaign.organization, next_id=campaign.draft["next_id"])
    return _saved(campaign, user, definition.dump(parsed), name=name, tags=tags, priority=priority)


@transaction.atomic
def restore(campaign_id: int, number: int, *, seen: int, user: User | None) -> Campaign:
    """The campaign with an earlier version as its draft. Errors: ChangedMeanwhile, NotPossible, CampaignVersion.DoesNotExist."""
    campaign = _as_seen(campaign_id, seen)
    document = campaign.versions.get(number=number).document
    next_id = max(document["next_id"], campaign.draft["next_id"])
    return _saved(campaign, user, {**document, "next_id": next_id})


@transaction.atomic
def publish(campaign_id: int, *, seen: int, user: User | None, note: str = "") -> CampaignVersion:
    """The draft as the newest version, in force on every ingress process once this is through; all of it or nothing.

    What is published already stays as it is: publishing twice makes one version.
    Errors: ChangedMeanwhile, BadDefinition, ValidationError for the note, NotPossible.
    """
    campaign = _as_seen(campaign_id, seen)
    last = campaign.version
    if last and last.document == campaign.draft:
        return last
    new = definition.parse(campaign.draft, campaign.organization)
    version = CampaignVersion(
        campaign=campaign,
        number=last.number + 1 if last else 1,
        document=campaign.draft,
        note=note.strip(),
        changes=definition.changes(definition.stored(last.document) if last else None, new),
        created_by=user,
    )
    version.clean_fields()
    campaign.version = version
    _readable(campaign)
    version.save()
    campaign.save(update_fields=["version", "updated_at"])
    publish_campaign(campaign)
    return version


def activate(campaign_id: int, *, user: User | None) -> Campaign:
    """Goes live. Errors: NotPossible when nothing is published, or it is paused or archived."""
    return _moved(
        campaign_id, Status.ACTIVE, user, {Status.DRAFT}, "Only a draft goes live; a paused campaign is resumed."
    )


def pause(campaign_id: int, *, user: User | None) -> Campaign:
    """Its clicks go to the organization's default from now on. Errors: NotPossible when it is not live."""
    return _moved(campaign_id, Status.PAUSED, user, {Status.ACTIVE}, "Only a live campaign can be paused.")


def resume(campaign_id: int, *, user: User | None) -> Campaign:
    return _moved(campaign_id, Status.ACTIVE, user, {Status.PAUSED}, "Only a paused campaign can be resumed.")


def archive(campaign_id: int, *, user: User | None) -> Campaign:
    """Out of the way, and as if paused. Its key stays taken."""
    return _moved(campaign_id, Status.ARCHIVED, user, {Status.DRAFT, Status.ACTIVE, Status.PAUSED}, "")


@transaction.atomic
def unarchive(campaign_id: int, *, user: User | None) -> Campaign:
    """Back from the archive: paused, or a draft when nothing of it was ever published."""
    campaign = _locked(campaign_id)
    status = Status.PAUSED if campaign.version else Status.DRAFT
    return _moved(
        campaign_id, status, user, {Status.ARCHIVED}, "Only an archived campaign comes back from the archive."
    )


@transaction.atomic
def clone(campaign_id: int, *, user: User | None, name: str = "") -> Campaign:
    """A new draft with the same definition and tags, a key and a link of its own. Nothing of it is published."""
    original = _locked(campaign_id)
    copy = Campaign(organization=original.organization, tags=original.tags, draft=original.draft)
    copy.name = name.strip() or f"Copy of {original.name}"[:NAME_MAX_CHARS]
    copy.created_by = copy.edited_by = copy.status_by = user
    return _founded(copy)


@transaction.atomic
def add_link(
    campaign_id: int,
    *,
    user: User | None,
    name: str,
    key: str = "",
    source: str = "",
    parameters: Sequence[tuple[str, str]] = (),
) -> Link:
    """One more link of a campaign. Errors: ValidationError by field."""
    campaign = _locked(campaign_id)
    link = _link(campaign, user, name=name, key=key or new_key(), source=source, parameters=list(map(list, parameters)))
    publish_link(link)
    return link


def _readable(campaign: Campaign) -> None:
    """What ingress could not read it would leave as it was, unheard. Errors: BadDefinition."""
    for unit in campaign_units([campaign]).values():
        try:
            Plan.read(campaign.pk, unit or {})
        except BadPlan as error:
            raise BadDefinition([Problem("", str(error), "plan")]) from error


def _founded(campaign: Campaign) -> Campaign:
    campaign.clean_fields()
    campaign.clean()
    campaign.validate_unique()
    with transaction.atomic():
        _inserted(campaign)
        _link(campaign, campaign.created_by, name=campaign.name, key=campaign.key)
        publish_campaign(campaign)
    return campaign


def _link(campaign: Campaign, user: User | None, **fields: Any) -> Link:
    link = Link(organization=campaign.organization, campaign=campaign, created_by=user, **fields)
    link.clean_fields()
    link.validate_unique()
    _inserted(link)
    return link


def _inserted(new: Campaign | Link) -> None:
    """Saves it. Somebody may take the key between our looking and our saving."""
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError({"key": TAKEN}, code="unique") from error


def _saved(
    campaign: Campaign,
    user: User | None,
    draft: dict[str, Any],
    *,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    priority: int | None = None,
) -> Campaign:
    before = (campaign.name, campaign.tags, campaign.priority, campaign.draft)
    campaign.name = campaign.name if name is None else name.strip()
    campaign.tags = campaign.tags if tags is None else _tags(tags)
    campaign.priority = campaign.priority if priority is None else priority
    campaign.draft = draft
    if (campaign.name, campaign.tags, campaign.priority, campaign.draft) == before:
        return campaign
    campaign.clean_fields()
    campaign.clean()
    campaign.revision += 1
    campaign.edited_by, campaign.edited_at = user, timezone.now()
    changed = ["name", "tags", "priority", "draft", "revision", "edited_by", "edited_at", "updated_at"]
    campaign.save(update_fields=changed)
    return campaign


@transaction.atomic
def _moved(campaign_id: int, to: Status, user: User | None, allowed: set[Status], refusal: str) -> Campaign:
    """The campaign with this status; one that has it already is left alone."""
    campaign = _locked(campaign_id)
    if campaign.status == to:
        return campaign
    if campaign.status not in allowed:
        raise NotPossible(refusal)
    if to is Status.ACTIVE and campaign.version is None:
        raise NotPossible("Nothing is published yet: publish the campaign, then let it go live.")
    campaign.status, campaign.status_by, campaign.status_at = to, user, timezone.now()
    campaign.save(update_fields=["status", "status_by", "status_at", "updated_at"])
    publish_campaign(campaign)
    return campaign


def _as_seen(campaign_id: int, seen: int) -> Campaign:
    campaign = _locked(campaign_id)
    if campaign.revision != seen:
        raise ChangedMeanwhile(campaign)
    if campaign.status == Status.ARCHIVED:
        raise NotPossible("An archived campaign is not changed. Take it out of the archive, or clone it.")
    return campaign


def _locked(campaign_id: int) -> Campaign:
    """The campaign, locked until the transaction ends: of two who save at once the second sees what the first did."""
    # Not with a join: who had to wait would get the new campaign beside the old version.
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)


def _tags(tags: Iterable[str]) -> list[str]:
    """In the one form in which tags are kept, each once, in the order given."""
    written = (" ".join(normalize("NFC", tag).lower().split()) for tag in tags)
    return list(dict.fromkeys(filter(None, written)))
