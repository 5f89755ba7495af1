"""The first step of the wizard: what the campaign is called, and where its days begin."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Organization, User
from apps.campaigns import editing
from apps.campaigns.definition.document import Document
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.forms.opened import named
from apps.campaigns.models import Campaign
from apps.campaigns.models.campaigns import PRIORITY_HELP, PRIORITY_MAX
from apps.campaigns.models.keys import validate_key
from apps.ingress.rules.families import zones

_BETWEEN = re.compile(r"\s*[,;\n]\s*")
NAME_HELP = "For yourselves; visitors do not see it."


class TagsField(forms.CharField):
    """Words between commas, as a list; what form a tag has is for who saves it."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [word for word in _BETWEEN.split(super().clean(value).strip()) if word]


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zones()) if name == "UTC" or "/" in name]


def name_field() -> forms.CharField:
    return forms.CharField(max_length=200, help_text=NAME_HELP)


def tags_field() -> TagsField:
    return TagsField(
        required=False, max_length=1_000, help_text="Words to find it by, with commas between: spring, shoes."
    )


def zone_field() -> forms.ChoiceField:
    help_text = "Where its days begin: for caps per day, and for rules about the time."
    return forms.ChoiceField(choices=zone_choices, label="Time zone", help_text=help_text)


class NewCampaign(forms.Form):
    """What makes the draft row that every further step changes."""

    name = name_field()
    key = forms.CharField(
        required=False,
        max_length=64,
        validators=[validate_key],
        help_text="The last part of its first link; it cannot be changed later. Empty: we choose one.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    tags = tags_field()
    zone = zone_field()

    def __init__(self, data: Any = None, *, organization: Organization, user: User) -> None:
        super().__init__(data, initial={"zone": organization.time_zone})
        self.organization, self.user = organization, user

    def found(self) -> Campaign | None:
        """The new campaign; None when it was refused, and the form says why."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        try:
            return editing.new_campaign(
                self.organization, self.user, said["name"], key=said["key"], tags=said["tags"], zone=said["zone"]
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None


class Basics(DraftForm):
    name = name_field()
    tags = tags_field()
    zone = zone_field()
    priority = forms.IntegerField(required=False, min_value=1, max_value=PRIORITY_MAX, help_text=PRIORITY_HELP)

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User) -> None:
        initial = {"name": campaign.name, "tags": campaign.tags, "zone": campaign.draft["zone"]}
        initial["priority"] = campaign.priority
        super().__init__(data, campaign=campaign, user=user, initial=initial)

    def write(self) -> None:
        said = self.cleaned_data
        self.campaign = editing.save_draft(
            self.campaign.pk,
            self.written(self.campaign.draft),
            seen=said["seen"],
            user=self.user,
            name=said["name"],
            tags=said["tags"],
            priority=said["priority"],
        )

    def beside(self, newer: Campaign) -> Iterable[str]:
        said = self.cleaned_data
        tags = [tag.lower() for tag in said["tags"]]
        priority = said["priority"] or newer.priority
        return named((newer.name, newer.tags, newer.priority), (said["name"], tags, priority))

    def written(self, draft: Document) -> Document:
        return {**draft, "zone": self.cleaned_data["zone"]}
