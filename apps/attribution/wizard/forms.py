"""What people type on the steps of the wizard. Each form carries the revision of the draft that was `seen`."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from apps.attribution.models import Policy, RunDraft
from apps.attribution.wizard.days import FIRST_DAY
from apps.campaigns.builder.conditions import ALL, Condition
from apps.campaigns.builder.drawn import Drawn, drawn
from apps.campaigns.definition import Problem
from apps.campaigns.forms.building import reshaped
from apps.campaigns.models import Campaign
from apps.campaigns.models.keys import TAKEN, validate_key, validate_not_reserved
from apps.campaigns.models.words import validate_line
from apps.ingress.rules import BadRule, Rule, dump, parse

NOT_SAID = "The form did not say which state of the draft you saw. Open the page again."
NEW, EXISTING = "new", "existing"
RULE_MAX_CHARS = 100_000


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class StepForm(forms.Form):
    """`fields_of_draft` is what it says, by names of the draft."""

    says: ClassVar[tuple[str, ...]] = ()

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), NOT_SAID),
    )

    def __init__(self, data: Any = None, *, draft: RunDraft) -> None:
        initial = {"seen": draft.revision, **{name: getattr(draft, name) for name in self.says}}
        super().__init__(data, initial=initial)
        self.draft = draft

    @property
    def fields_of_draft(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.says}


class Days(forms.Form):
    """The first step while there is no draft: days, and a rule that the address may have brought along."""

    first_on = forms.DateField(label="First day", widget=DayInput)
    last_on = forms.DateField(label="Last day", widget=DayInput)

    def __init__(self, data: Any = None, *, today: date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.today = today

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        check_days(self, said, self.today)
        return said


class RangeForm(StepForm):
    says = ("first_on", "last_on")

    first_on = forms.DateField(label="First day", widget=DayInput)
    last_on = forms.DateField(label="Last day", widget=DayInput)

    def __init__(self, data: Any = None, *, draft: RunDraft, today: date) -> None:
        super().__init__(data, draft=draft)
        self.today = today

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        check_days(self, said, self.today)
        return said


class ConditionsForm(StepForm):
    """The conditions as they are typed. Sent with another button than Save, `reshape` changes them and nothing is saved."""

    def __init__(self, data: Any = None, *, draft: RunDraft) -> None:
        super().__init__(data, draft=draft)
        self.problems: tuple[Problem, ...] = ()
        self.rule: Rule | None = None
        self.is_reshaped, self.trouble = False, ""
        if data is not None:
            self.when = Condition.read(data, "when")
        else:
            self.when = Condition.root(draft.rule) if draft.rule else Condition(ALL, parts=(Condition(),))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.is_reshaped:  # what is wrong with a rule is said when somebody is done with it
            if self.trouble:
                raise ValidationError(self.trouble, code="size")
            return said
        try:
            self.rule = parse(self.when.document())
        except BadRule as error:
            self.problems = (Problem(error.pointer, error.sentence, "rule"),)
            raise ValidationError(error.sentence, code="rule") from error
        return said

    def reshape(self, deed: str) -> None:
        self.is_reshaped = True
        self.when, self.trouble = reshaped(self.when, deed)
        self.when = self.when.settled(self.draft.organization.time_zone)

    @property
    def condition(self) -> Drawn:
        return drawn(self.when, self.problems)

    @property
    def fields_of_draft(self) -> dict[str, Any]:
        assert self.rule is not None
        return {"rule": dump(self.rule)}


class PreviewForm(StepForm):
    """That it was looked at, and as of which edition."""

    edition = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    @property
    def fields_of_draft(self) -> dict[str, Any]:
        return {"seen_edition": self.cleaned_data["edition"]}


class PolicyForm(StepForm):
    says = ("policy",)

    policy = forms.ChoiceField(choices=Policy.choices, widget=forms.RadioSelect)


class NameForm(StepForm):
    """A campaign that is to be made, or one there is, and why."""

    says = ("name", "key", "is_membership", "note")

    to = forms.ChoiceField(choices=[(NEW, "A new campaign"), (EXISTING, "A campaign there is")])
    name = forms.CharField(max_length=200, required=False, validators=[validate_line])
    key = forms.CharField(
        max_length=64,
        required=False,
        validators=[validate_key, validate_not_reserved],
        help_text="The last part of its first link; it cannot be changed later. Empty: we choose one.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    is_membership = forms.BooleanField(
        required=False, label="Write the conditions into its draft as its traffic, so that it can be published later"
    )
    campaign = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    note = forms.CharField(
        max_length=500,
        required=False,
        label="Why",
        help_text="For the history: “agreed with the partner on 3 May”.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, draft: RunDraft, campaigns: Sequence[Campaign]) -> None:
        super().__init__(data, draft=draft)
        self.initial["to"] = EXISTING if draft.campaign_id else NEW
        self.initial["campaign"] = draft.campaign_id
        choices = [("", "Choose one"), *((each.pk, f"{each.name} ({each.key})") for each in campaigns)]
        self.fields["campaign"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("to") == NEW and "name" in said and not said["name"]:
            self.add_error("name", "A campaign needs a name.")
        if said.get("to") == NEW and said.get("key") and Campaign.objects.filter(key=said["key"]).exists():
            self.add_error("key", TAKEN)
        if said.get("to") == EXISTING and "campaign" in said and said["campaign"] is None:
            self.add_error("campaign", "Choose a campaign, or make a new one.")
        return said

    @property
    def fields_of_draft(self) -> dict[str, Any]:
        is_new = self.cleaned_data["to"] == NEW
        return {**super().fields_of_draft, "campaign_id": None if is_new else self.cleaned_data["campaign"]}


class ConfirmForm(StepForm):
    says = ("goes_live",)

    edition = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    goes_live = forms.BooleanField(required=False, label="Also name clicks that come from now on, until it is reverted")


class Brought:
    """What the address of the entry brings along: `rule`, `from` and `to`. `troubles` says what of it cannot be read."""

    def __init__(self, data: Any) -> None:
        self.troubles: list[str] = []
        self.rule = self._rule(data.get("rule", ""))
        self.first_on = self._day("from", data.get("from", ""))
        self.last_on = self._day("to", data.get("to", ""))

    def _rule(self, text: str) -> Rule | None:
        if not text:
            return None
        try:
            return parse(json.loads(text[: RULE_MAX_CHARS + 1]))
        except (ValueError, RecursionError) as error:
            why = error.sentence if isinstance(error, BadRule) else "they are no JSON."
            self.troubles.append(f"The conditions in the address cannot be read: {why}")
        return None

    def _day(self, name: str, text: str) -> date | None:
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            self.troubles.append(f"The day {name} in the address cannot be read: write it like 2026-01-31.")
        return None


def check_days(form: forms.Form, said: dict[str, Any], today: date) -> None:
    first_on, last_on = said.get("first_on"), said.get("last_on")
    if first_on and first_on < FIRST_DAY:
        form.add_error("first_on", f"Days begin on {FIRST_DAY:%-d %B %Y}.")
    if first_on and first_on > today:
        form.add_error("first_on", "That day has not come yet: only clicks that came are named afterwards.")
    if first_on and last_on and first_on > last_on:
        form.add_error("last_on", "The last day must not be before the first one.")
    if last_on and last_on > today:
        form.add_error("last_on", f"Today, {today:%-d %B %Y}, is the last day there is.")
