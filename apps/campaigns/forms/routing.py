"""The third step of the wizard: simple rules, one typed at a time; the builder makes all others."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from apps.accounts.models import User
from apps.campaigns.definition.document import Document
from apps.campaigns.definition.parse import NAME_MAX_CHARS, PARAMETER_MAX_CHARS
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.models import Campaign
from apps.campaigns.simple_rules import DEVICES, Conditions, UnknownCountry, countries_of
from apps.ingress.rules import BadRule, parse, words

HOURS = [("", ""), *((str(hour), f"{hour:02}:00") for hour in range(24))]
TYPED = ("name", "countries", "device", "parameter", "value", "first_hour", "last_hour")
VALUE_MAX_CHARS = 200


def hour_field(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(choices=HOURS, coerce=int, empty_value=None, required=False, label=label)


class NewRule(DraftForm):
    """Conditions that all have to hold, and where their visitors go. Left empty it is no rule: the step is just passed."""

    countries = forms.CharField(
        required=False, max_length=2_000, help_text="Names or codes, with commas between: DE, Austria."
    )
    device = forms.ChoiceField(choices=[("", "Any"), *((name, capfirst(name)) for name in DEVICES)], required=False)
    parameter = forms.CharField(
        required=False,
        max_length=PARAMETER_MAX_CHARS,
        label="Parameter of the link",
        help_text="Its name, such as utm_source or sub1.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    value = forms.CharField(
        required=False,
        max_length=VALUE_MAX_CHARS,
        label="has the value",
        help_text="Empty: any, as long as it is there.",
    )
    first_hour = hour_field("Clicked from")
    last_hour = hour_field("until the end of the hour")
    destination = forms.TypedChoiceField(coerce=int, required=False, label="Send them to")
    name = forms.CharField(
        required=False, max_length=NAME_MAX_CHARS, label="Name of the rule", help_text="Empty: what it says."
    )

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User) -> None:
        super().__init__(data, campaign=campaign, user=user)
        choices = [(each["id"], each["name"]) for each in campaign.draft["destinations"]]
        self.fields["destination"].choices = choices  # type: ignore[attr-defined]

    @property
    def is_typed(self) -> bool:
        return any(self.data.get(name, "").strip() for name in TYPED)

    def clean_countries(self) -> tuple[str, ...]:
        try:
            return countries_of(self.cleaned_data["countries"])
        except UnknownCountry as error:
            raise ValidationError(f"There is no country “{error}”.", code="country") from error

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("value") and not said.get("parameter"):
            self.add_error("parameter", "Which parameter has this value?")
        if (said.get("first_hour") is None) != (said.get("last_hour") is None):
            self.add_error("last_hour", "A time of day begins and ends.")
        if not self.errors and self.is_typed:
            self._read_rule(said)
        return said

    def write(self) -> None:
        if self.is_typed:
            super().write()

    def written(self, draft: Document) -> Document:
        number, said = draft["next_id"], self.cleaned_data
        rule = {
            "id": number,
            "name": said["name"] or self._words[:NAME_MAX_CHARS],
            "when": self._rule,
            "paused": False,
            "starts_at": None,
            "ends_at": None,
            "caps": [],
            "to": [{"destination": said["destination"], "weight": 100}],
        }
        return {**draft, "rules": [*draft["rules"], rule], "next_id": number + 1}

    def _read_rule(self, said: dict[str, Any]) -> None:
        if not said.get("destination"):
            self.add_error("destination", "Where should they be sent?")
        given = {name: said[name] for name in TYPED if name != "name"}
        self._rule = Conditions(self.campaign.draft["zone"], **given).rule
        if self._rule == {"all": []}:
            self.add_error(
                "countries",
                "Give at least one condition; visitors without a rule go to the campaign's own destinations.",
            )
            return
        try:
            self._words = capfirst(words(parse(self._rule)))
        except BadRule as error:
            self.add_error(None, error.sentence)


class RuleChange(DraftForm):
    """One button of the list of rules: `change` is `up`, `down` or `remove` with the rule's number: `up:3`."""

    change = forms.RegexField(r"^(up|down|remove):\d{1,7}$")

    def written(self, draft: Document) -> Document:
        deed, _, number = self.cleaned_data["change"].partition(":")
        rules = list(draft["rules"])
        place = next((place for place, rule in enumerate(rules) if rule["id"] == int(number)), None)
        if place is not None:
            DEEDS[deed](rules, place)
        return {**draft, "rules": rules}


def _move(by: int) -> Callable[[list[Any], int], None]:
    def moved(rules: list[Any], place: int) -> None:
        other = place + by
        if 0 <= other < len(rules):
            rules[place], rules[other] = rules[other], rules[place]

    return moved


def _removed(rules: list[Any], place: int) -> None:
    del rules[place]


DEEDS: dict[str, Callable[[list[Any], int], None]] = {"up": _move(-1), "down": _move(1), "remove": _removed}
