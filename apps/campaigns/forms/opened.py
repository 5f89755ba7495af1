"""The campaign as it was when somebody opened a form: the form carries it, and a conflict can say what was done since."""

from collections.abc import Iterator

from django.core import signing

from apps.campaigns.definition import BadDefinition, changes, stored
from apps.campaigns.models import Campaign

Called = tuple[str, list[str], int]


def opened(campaign: Campaign) -> str:
    """Name, tags, priority and draft as text for a hidden field, signed: it is read without looking whether it makes sense."""
    return signing.dumps([*_called(campaign), campaign.draft], salt=_salt(campaign), compress=True)


def changed_since(text: str, newer: Campaign) -> list[str]:
    """What is different in the campaign now, in sentences; empty when the text is none that `opened` gave for it."""
    try:
        *called, draft = signing.loads(text, salt=_salt(newer))
        before, (name, tags, priority) = stored(draft), called
    except (signing.BadSignature, BadDefinition, ValueError):
        return []
    return [*named((name, tags, priority), _called(newer)), *changes(before, stored(newer.draft))]


def named(old: Called, new: Called) -> Iterator[str]:
    """What is new in name, tags and priority of a campaign, in sentences."""
    if old[0] != new[0]:
        yield f"Name: {old[0]} → {new[0]}"
    if old[1] != new[1]:
        yield f"Tags: {_listed(old[1])} → {_listed(new[1])}"
    if old[2] != new[2]:
        yield f"Priority: {old[2]} → {new[2]}"


def _called(campaign: Campaign) -> Called:
    return campaign.name, campaign.tags, campaign.priority


def _salt(campaign: Campaign) -> str:
    """What was signed for one campaign says nothing of another."""
    return f"campaigns.opened.{campaign.pk}"


def _listed(tags: list[str]) -> str:
    return ", ".join(tags) or "none"
