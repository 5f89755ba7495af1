"""What people say of channels: one change of the rules, and from which day on history should follow."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Membership
from apps.analytics.channel_rules import Draft, Line, newest_of, parameters_in_force, version_of
from apps.analytics.forms import DayInput
from apps.analytics.span import FIRST_DAY
from apps.analytics.wildcards import pattern_of
from apps.ingress.enrich import channels
from apps.ingress.enrich.builtin import ChannelRow
from apps.ingress.enrich.campaign_key import LINK
from apps.ingress.enrich.spelling import canonical
from apps.ingress.models.organization_tables import ROWS_MAX, TEXT_MAX_CHARS, organization_problems
from apps.ingress.models.tables import Category

CHANGED_MEANWHILE = "Somebody else has changed the channels since you opened this page. Here they are as they are now."
CHANNEL_MAX_CHARS = 60
HISTORY_DAYS = 30
PLAIN = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}


class PatternField(forms.CharField):
    """Words with a comma between and * for anything, as a pattern (RE2); empty fits anything."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=TEXT_MAX_CHARS, widget=forms.TextInput(attrs=PLAIN), **options)

    def clean(self, value: Any) -> str:
        pattern = pattern_of(super().clean(value))
        if len(pattern) > TEXT_MAX_CHARS:
            raise ValidationError("That is too long for one rule. Make two of it.")
        try:
            channels.compiled(ChannelRow("", source=pattern))
        except channels.BadPattern as error:
            raise ValidationError(f"This pattern cannot be read: {error}.") from error
        return pattern


class ChangeForm(forms.Form):
    """One change. `seen` is the version the person looked at: a change of another one is refused."""

    op = forms.CharField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, member: Membership, op: str = "") -> None:
        newest = newest_of(member)
        self.member = member
        self.version = newest.version if newest else 0
        self.current = Draft.of(newest)
        initial = {"seen": self.version, "op": op, **self.said_now()}
        super().__init__(data, initial=initial, auto_id=f"{type(self).__name__.lower()}_%s")

    def said_now(self) -> dict[str, Any]:
        """What the fields hold before anybody typed."""
        return {}

    def clean_seen(self) -> int:
        seen: int = self.cleaned_data["seen"]
        if seen != self.version:
            raise ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile")
        return seen

    @property
    def draft(self) -> Draft:
        raise NotImplementedError

    @property
    def next_version(self) -> int:
        return self.version + 1

    @property
    def trouble(self) -> list[str]:
        """Errors of what nobody typed."""
        return [str(error) for field in self.hidden_fields() for error in field.errors]


class NewRule(ChangeForm):
    channel = forms.CharField(max_length=CHANNEL_MAX_CHARS, widget=forms.TextInput(attrs={"list": "channel-names"}))
    source = PatternField(
        help_text="Words with a comma between, * for anything: <code>partner-*, affiliate.example</code>."
    )
    medium = PatternField()
    campaign = PatternField()
    category = forms.ChoiceField(choices=[("", "Any"), *Category.choices], required=False, label="Source category")
    ad_paid = forms.TypedChoiceField(
        choices=[("", "Any click"), ("yes", "Paid, by its ad click id"), ("no", "Not paid")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        label="Ad click",
    )

    def clean_channel(self) -> str:
        return " ".join(self.cleaned_data["channel"].split())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        conditions = ("source", "medium", "campaign", "category")
        if not self.errors and not any(said[name] for name in conditions) and said["ad_paid"] is None:
            raise ValidationError("Say what a click must have, or every click would be of this channel.")
        if len(self.current.lines) >= ROWS_MAX:
            raise ValidationError(f"There are {ROWS_MAX} rules already. Remove one first.")
        if not self.errors and (place := self.current.place_of_same(self.line)) is not None:
            raise ValidationError(f"This rule would never be reached: rule {place + 1} asks the same.")
        return said

    @property
    def line(self) -> Line:
        said = {name: self.cleaned_data[name] for name in ChannelRow._fields}
        return {name: value for name, value in said.items() if value not in ("", None)}

    @property
    def draft(self) -> Draft:
        return self.current.with_line(self.line)


class OneLine(ChangeForm):
    line = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_line(self) -> int:
        line: int = self.cleaned_data["line"]
        if line >= len(self.current.lines):
            raise ValidationError("There is no such rule.")
        return line


class Removal(OneLine):
    @property
    def draft(self) -> Draft:
        return self.current.without(self.cleaned_data["line"])


class MoveUp(OneLine):
    @property
    def draft(self) -> Draft:
        return self.current.moved(self.cleaned_data["line"], -1)


class MoveDown(OneLine):
    @property
    def draft(self) -> Draft:
        return self.current.moved(self.cleaned_data["line"], 1)


class Return(ChangeForm):
    """To an earlier version; 0 is before the first one."""

    to = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_to(self) -> int:
        number: int = self.cleaned_data["to"]
        if number and version_of(self.member, number) is None:
            raise ValidationError("There is no such version.")
        return number

    @property
    def draft(self) -> Draft:
        return Draft.of(version_of(self.member, self.cleaned_data["to"]))


class Parameters(ChangeForm):
    parameters = forms.CharField(
        required=False,
        max_length=4_000,
        label="Where a request names its campaign",
        help_text=f"One a line, the first that is there counts. <code>{LINK}</code> is the key of the link. "
        "Nothing at all is the usual order.",
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN}),
    )

    def said_now(self) -> dict[str, Any]:
        return {"parameters": "\n".join(parameters_in_force(self.current))}

    def clean_parameters(self) -> tuple[str, ...]:
        words = self.cleaned_data["parameters"].replace(",", " ").split()
        names = tuple(dict.fromkeys(canonical(word) for word in words))
        if problems := organization_problems(list(names), [], []):
            raise ValidationError(" ".join(problems.values()))
        return names

    @property
    def draft(self) -> Draft:
        return Draft(self.current.lines, self.current.replace, self.cleaned_data["parameters"])


FORMS: Mapping[str, type[ChangeForm]] = {
    "add": NewRule,
    "remove": Removal,
    "up": MoveUp,
    "down": MoveDown,
    "back": Return,
    "parameters": Parameters,
}


class HistoryForm(forms.Form):
    """Which days follow the rules as they are now, from `first_on` until today."""

    step = forms.ChoiceField(
        choices=[("channel", "Channels"), ("campaign_key", "Campaign keys")], label="What to make again"
    )
    first_on = forms.DateField(label="From the day on", widget=DayInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today_on: date) -> None:
        super().__init__(data, initial={"first_on": today_on - timedelta(days=HISTORY_DAYS)}, auto_id="history_%s")
        self._today_on = today_on

    def clean_first_on(self) -> date:
        first_on: date = self.cleaned_data["first_on"]
        if not FIRST_DAY <= first_on <= self._today_on:
            raise ValidationError("Choose a day of the past.")
        return first_on

    @property
    def start(self) -> datetime:
        return datetime.combine(self.cleaned_data["first_on"], time.min, UTC)

    @property
    def end(self) -> datetime:
        """After today, wherever on earth that is."""
        return datetime.combine(self._today_on + timedelta(days=2), time.min, UTC)
