"""The campaign as it was when somebody opened a form: the form carries it, and a conflict can say what was done since."""

from collections.abc import Iterator

from django.core import signing

from apps.campaigns.definition import BadDefinition, changes, stored
from apps.campaigns.models import Campaign


def opened(campaign: Campaign) -> str:
    """Name, tags and draft as text for a hidden field, signed: it is read without looking whether it makes sense."""
    return signing.dumps([campaign.name, campaign.tags, campaign.draft], salt=_salt(campaign), compress=True)


def changed_since(text: str, newer: Campaign) -> list[str]:
    """What is different in the campaign now, in sentences; empty when the text is none that `opened` gave for it."""
    try:
        name, tags, draft = signing.loads(text, salt=_salt(newer))
        before = stored(draft)
    except (signing.BadSignature, BadDefinition):
        return []
    return [*named(name, tags, newer.name, newer.tags), *changes(before, stored(newer.draft))]


def named(name: str, tags: list[str], new_name: str, new_tags: list[str]) -> Iterator[str]:
    """What is new in what a campaign is called, in sentences."""
    if name != new_name:
        yield f"Name: {name} → {new_name}"
    if tags != new_tags:
        yield f"Tags: {_listed(tags)} → {_listed(new_tags)}"


def _salt(campaign: Campaign) -> str:
    """What was signed for one campaign says nothing of another."""
    return f"campaigns.opened.{campaign.pk}"


def _listed(tags: list[str]) -> str:
    return ", ".join(tags) or "none"
