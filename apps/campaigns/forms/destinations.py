"""The second step of the wizard: where visitors may be sent, and how they are shared out when no rule says otherwise."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from apps.accounts.models import User
from apps.campaigns.definition.document import Document
from apps.campaigns.definition.parse import DESTINATIONS_MAX, NAME_MAX_CHARS, WEIGHT_MAX
from apps.campaigns.destination import MAX_CHARS, link_hosts_of, validate_destination
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.models import Campaign

PREFIX = "to"
USUAL_WEIGHT = 100


class DestinationRow(forms.Form):
    """One destination; all empty is none. Weight 0 gets visitors by rules alone."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)
    name = forms.CharField(max_length=NAME_MAX_CHARS, widget=forms.TextInput(attrs={"placeholder": "Shop Germany"}))
    url = forms.CharField(
        max_length=MAX_CHARS,
        label="Address",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://shop.example/?click={click_id}"}),
    )
    weight = forms.IntegerField(min_value=0, max_value=WEIGHT_MAX, initial=USUAL_WEIGHT)

    def __init__(self, *arguments: Any, link_hosts: Collection[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.link_hosts = link_hosts

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        validate_destination(url, self.link_hosts)
        return url


Rows = formset_factory(DestinationRow, extra=0, can_delete=True, max_num=DESTINATIONS_MAX, validate_max=True)


class Destinations(DraftForm):
    def __init__(self, data: Any = None, *, campaign: Campaign, user: User) -> None:
        super().__init__(data, campaign=campaign, user=user)
        hosts = {"link_hosts": link_hosts_of(campaign.organization)}
        known = rows_of(campaign.draft)
        self.rows: BaseFormSet[DestinationRow] = Rows(data, initial=known, prefix=PREFIX, form_kwargs=hosts)
        self.rows.extra = 0 if known else 1

    def is_valid(self) -> bool:
        return self.rows.is_valid() & super().is_valid()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.rows.is_valid():
            self._nothing_leads_to_what_goes()
        return said

    def written(self, draft: Document) -> Document:
        said = [row.cleaned_data for row in self.rows if row.cleaned_data and row not in self.rows.deleted_forms]
        known = {each["id"]: each for each in draft["destinations"]}
        next_id, destinations, shares = draft["next_id"], [], []
        for row in said:
            number = row["id"] if row["id"] in known else next_id
            next_id = max(next_id, number + 1)
            destinations.append(_destination(number, row, known.get(number)))
            if row["weight"]:
                shares.append({"destination": number, "weight": row["weight"]})
        return {**draft, "destinations": destinations, "fallback": shares, "next_id": next_id}

    def _nothing_leads_to_what_goes(self) -> None:
        gone = {row.cleaned_data.get("id") for row in self.rows.deleted_forms}
        names = {each["id"]: each["name"] for each in self.campaign.draft["destinations"]}
        for rule in self.campaign.draft["rules"]:
            for share in rule["to"]:
                if share["destination"] in gone:
                    said = f"The rule “{rule['name']}” leads to “{names.get(share['destination'], '')}”: change the rule first."
                    self.add_error(None, ValidationError(said, code="in_use"))


def another_row(data: Any) -> Any:
    """What was typed, with one empty row more."""
    copy = data.copy()
    total = copy.get(f"{PREFIX}-TOTAL_FORMS", "")
    count = min(int(total), DESTINATIONS_MAX - 1) if total.isascii() and total.isdigit() and len(total) < 5 else 0
    copy[f"{PREFIX}-TOTAL_FORMS"] = str(count + 1)
    copy[f"{PREFIX}-{count}-weight"] = str(USUAL_WEIGHT)
    return copy


def rows_of(draft: Document) -> list[dict[str, Any]]:
    weights = {share["destination"]: share["weight"] for share in draft["fallback"]}
    return [
        {"id": each["id"], "name": each["name"], "url": each["url"], "weight": weights.get(each["id"], 0)}
        for each in draft["destinations"]
    ]


def _destination(number: int, row: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    kept = before or {"paused": False, "caps": []}
    return {**kept, "id": number, "name": row["name"], "url": row["url"]}
