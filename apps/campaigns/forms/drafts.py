"""What every form that changes a draft has in common: it says which state was seen, and tells the second of two people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.campaigns import editing
from apps.campaigns.definition import BadDefinition, changes, parse, stored
from apps.campaigns.definition.document import Document
from apps.campaigns.editing import ChangedMeanwhile, NotPossible
from apps.campaigns.forms.opened import changed_since, opened
from apps.campaigns.models import Campaign

CHANGED_MEANWHILE = "Somebody else has saved this campaign since you opened it. Yours is not saved, theirs is kept."

NOT_SAID = "The form did not say which state of the campaign you saw. Open the page again."


@dataclass(frozen=True)
class Conflict:
    """Who saved last, when, what is new since the form was opened, and what of the form is not in there. Both in sentences, and
    empty where that cannot be told.
    """

    by: str
    at: datetime
    theirs: list[str]
    mine: list[str]


class DraftForm(forms.Form):
    """A part of a campaign's draft. `seen` is the revision the person looked at; a save over a newer one is refused.

    `save` answers whether it was; if not, the form says why.
    """

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), NOT_SAID),
    )

    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, campaign: Campaign, user: User, initial: dict[str, Any] | None = None
    ) -> None:
        carried = {"seen": campaign.revision, "opened": lambda: opened(campaign)}
        super().__init__(data, initial={**carried, **(initial or {})})
        self.campaign, self.user = campaign, user
        self.conflict: Conflict | None = None

    def save(self) -> bool:
        if not self.is_valid():
            return False
        try:
            self.write()
        except ChangedMeanwhile as error:
            self.conflict = self._conflict(error.campaign)
            self.add_error(None, CHANGED_MEANWHILE)
        except BadDefinition as error:
            for problem in error.problems:
                self.add_error(None, problem.detail)
        except NotPossible as error:
            self.add_error(None, str(error))
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors

    def write(self) -> None:
        """Errors: ChangedMeanwhile, BadDefinition, NotPossible, ValidationError."""
        self.campaign = editing.save_draft(
            self.campaign.pk, self.written(self.campaign.draft), seen=self.cleaned_data["seen"], user=self.user
        )

    def written(self, draft: Document) -> Document:
        """The draft with what was typed in it; the one given is left alone."""
        return draft

    def beside(self, newer: Campaign) -> Iterable[str]:
        """What was typed beside the draft and is not in theirs, in sentences."""
        return ()

    def _conflict(self, newer: Campaign) -> Conflict:
        by = newer.edited_by.get_full_name() if newer.edited_by else "A program"
        theirs = changed_since(self.cleaned_data["opened"], newer)
        try:
            mine = parse(self.written(newer.draft), newer.organization)
        except (BadDefinition, ValidationError, LookupError):
            return Conflict(by, newer.edited_at, theirs, [])
        return Conflict(by, newer.edited_at, theirs, [*self.beside(newer), *changes(stored(newer.draft), mine)])
