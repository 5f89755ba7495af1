"""Taking a run back: what people say of it, and that two who press the button start one run."""

from datetime import datetime

from django import forms
from django.db import transaction

from apps.accounts.models import User
from apps.attribution.ledger import reverting, running
from apps.attribution.models import Run
from apps.attribution.wizard.drafts import changed_since


class RevertForm(forms.Form):
    """`edition` is the one as of which the preview was counted."""

    edition = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=500,
        required=False,
        label="Why",
        help_text="For the history.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@transaction.atomic
def revert_once(run: Run, note: str, *, edition: int, by: User, now: datetime) -> Run | None:
    """A revert on its way to a worker: the one that is on its way already, if there is one. None when an edition newer than the one
    that was counted is there. Errors: reverting.NotDone.
    """
    held = Run.objects.select_for_update(no_key=True, of=("self",)).get(pk=run.pk)
    if going := open_revert(held):
        return going
    if changed_since(run.organization_id, edition):
        return None
    revert = reverting.plan(held, now=now, by=by, note=note)
    running.start(revert)
    return revert


def open_revert(run: Run) -> Run | None:
    return run.reverted_by.open().first()
