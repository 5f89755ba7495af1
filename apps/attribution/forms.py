"""What people type about a network: who it is, who may send, and how its postbacks are read."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.currencies import CURRENCIES
from apps.attribution.maps import ABSENT, CANONICAL, IGNORE, BadMaps, Maps, Status
from apps.attribution.models import Network
from apps.attribution.models.networks import validate_addresses
from apps.attribution.presets import Preset

CHANGED_MEANWHILE = "Somebody else has changed this since you opened it. Look at their version, then try again."
# What every network sends has a field of its own; the rest shares one.
USUAL = ("click_id", "txid", "status", "goal", "payout", "currency", "cost")
LABELS = {
    "click_id": "Click id",
    "txid": "Transaction id",
    "status": "Status",
    "goal": "Goal or event",
    "payout": "Payout",
    "currency": "Currency",
    "cost": "Cost",
}
MEANINGS = {
    Status.LEAD: "A lead: counted, its payout pending",
    Status.SALE: "A sale: counted, its payout revenue",
    Status.REJECTED: "Rejected: no longer counted",
    Status.REBILL: "A rebill: more revenue of the same sale",
    IGNORE: "Nothing: the postback is kept and not booked",
}
_BETWEEN = re.compile(r"[\s,;]+")
POSTBACK_PATHS = "GET", "POST"


def words_of(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(text) if word]


class AddressList(forms.CharField):
    """Networks such as 192.0.2.0/24, one a line, as a list."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        addresses = words_of(super().clean(value))
        for address in addresses:
            validate_addresses(address)
        return addresses


class NewNetwork(forms.Form):
    name = forms.CharField(max_length=120, help_text="Who sends the postbacks: a network, a tracker or a shop.")
    preset = forms.ChoiceField(
        choices=Preset.choices,
        initial=Preset.GENERIC,
        label="It writes like",
        help_text="Where the names of its parameters begin; you can change all of them.",
    )


class NetworkSettings(forms.ModelForm[Network]):
    addresses = AddressList(required=False, help_text=Network._meta.get_field("addresses").help_text)

    class Meta:
        model = Network
        fields = ("name", "secret", "addresses")
        labels = {"secret": "Secret for signatures"}
        widgets = {"secret": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})}


class MapsForm(forms.Form):
    """How postbacks are read. `seen` is the version the person looked at; a save over a newer one is refused."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, maps: Maps, version: int) -> None:
        super().__init__(data, initial={"seen": version})
        self._version = version
        for meaning in USUAL:
            self.fields[meaning] = _names(LABELS[meaning], maps.parameters.get(meaning, ()))
        self.fields["more"] = forms.CharField(
            required=False,
            label="Further parameters",
            initial="\n".join(f"{meaning}: {', '.join(maps.parameters[meaning])}" for meaning in _further(maps)),
            help_text="One a line: what it is, a colon, its names. There are sub1 to sub20 and lead_status, sale_status, "
            "rejected_status and ignore_status, by which an address says itself how to read a status.",
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )
        for status, label in MEANINGS.items():
            words = [word for word, meaning in maps.statuses.items() if meaning == status and word != ABSENT]
            self.fields[f"words_{status}"] = _words(label, words)
        self.fields["absent"] = forms.ChoiceField(
            choices=[*Status.choices, (IGNORE, "Nothing")],
            initial=maps.statuses.get(ABSENT, Status.SALE.value),
            label="A postback that names no status is",
        )
        self.fields["default_currency"] = forms.ChoiceField(
            choices=[("", "The organization's"), *((code, f"{code} {name}") for code, name in CURRENCIES.items())],
            initial=maps.currency,
            required=False,
            label="Currency of postbacks that name none",
        )

    def clean_seen(self) -> int:
        seen: int = self.cleaned_data["seen"]
        if seen != self._version:
            raise ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile")
        return seen

    def clean_more(self) -> str:
        more: str = self.cleaned_data["more"]
        if odd := next((line for line in more.splitlines() if line.strip() and ":" not in line), ""):
            raise ValidationError(
                f"“{odd.strip()[:60]}” has no colon between what it is and its names.", code="no_colon"
            )
        return more

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            try:
                self.maps = Maps.parse(self._parameters(said), self._statuses(said), said["default_currency"])
            except BadMaps as error:
                raise ValidationError(str(error)) from error
        return said

    def _parameters(self, said: dict[str, Any]) -> dict[str, list[str]]:
        further = [line.partition(":") for line in said["more"].splitlines() if line.strip()]
        parameters = {meaning.strip(): words_of(names) for meaning, _, names in further}
        usual = {meaning: words_of(said[meaning]) for meaning in USUAL}
        return {meaning: names for meaning, names in (usual | parameters).items() if names}

    def _statuses(self, said: dict[str, Any]) -> dict[str, str]:
        statuses = {ABSENT: said["absent"]}
        for status in MEANINGS:
            for word in words_of(said[f"words_{status}"]):
                if statuses.setdefault(word.lower(), status) != status:
                    self.add_error(f"words_{status}", f"“{word}” cannot mean two things.")
        return statuses


class Rehearsal(forms.Form):
    """A postback to try."""

    method = forms.ChoiceField(choices=[(method, method) for method in POSTBACK_PATHS])
    address = forms.CharField(
        max_length=8_000,
        label="Address, or what stands behind its question mark",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    body = forms.CharField(
        required=False,
        max_length=65_536,
        help_text="Of a POST: a form (a=1&b=2) or JSON.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    @property
    def content_type(self) -> str:
        is_json = self.cleaned_data["body"].lstrip().startswith(("{", "["))
        return "application/json" if is_json else "application/x-www-form-urlencoded"


def _further(maps: Maps) -> list[str]:
    return [meaning for meaning in CANONICAL if meaning not in USUAL and meaning in maps.parameters]


def _names(label: str, names: tuple[str, ...]) -> forms.CharField:
    widget = forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"})
    return forms.CharField(required=False, max_length=2_000, label=label, initial=", ".join(names), widget=widget)


def _words(label: str, words: list[str]) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})
    return forms.CharField(required=False, max_length=4_000, label=label, initial=", ".join(words), widget=widget)
