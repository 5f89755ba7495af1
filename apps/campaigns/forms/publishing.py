"""What people confirm about a campaign as a whole: publishing, going live, an earlier version as the draft."""

from typing import Any

from django import forms
from django.db import transaction

from apps.accounts.models import User
from apps.campaigns import editing
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.models import Campaign, CampaignVersion, Status

NOTE_MAX_CHARS = 500
TEST_NOTE = "For a test click"


class Publish(DraftForm):
    """The draft as a new version. `version` is there once it is saved."""

    note = forms.CharField(
        required=False, max_length=NOTE_MAX_CHARS, help_text="Why, for those who read the history. May stay empty."
    )
    version: CampaignVersion

    def write(self) -> None:
        self.version = editing.publish(
            self.campaign.pk, seen=self.cleaned_data["seen"], user=self.user, note=self.cleaned_data["note"]
        )


class PublishForTest(Publish):
    """Of a draft campaign its links route, so that it can be tried; it is not live by that."""

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User) -> None:
        super().__init__(data, campaign=campaign, user=user)
        self.fields["note"].widget = forms.HiddenInput()
        self.initial["note"] = TEST_NOTE


class GoLive(Publish):
    @transaction.atomic
    def write(self) -> None:
        super().write()
        if self.campaign.status == Status.DRAFT:
            editing.activate(self.campaign.pk, user=self.user)


class Restore(DraftForm):
    """An earlier version as the draft; nothing is published by that."""

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User, number: int) -> None:
        super().__init__(data, campaign=campaign, user=user)
        self.number = number

    def write(self) -> None:
        seen = self.cleaned_data["seen"]
        self.campaign = editing.restore(self.campaign.pk, self.number, seen=seen, user=self.user)
