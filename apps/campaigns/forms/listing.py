"""What the address of the list of campaigns says, and what is done to those that were chosen."""

from django import forms

from apps.campaigns.deeds import DEEDS
from apps.campaigns.models import Status

MOST_AT_ONCE = 100


class CampaignList(forms.Form):
    """Without a status all but those in the archive are listed. What cannot be read is left out."""

    search = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, key or tag", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(choices=[("", "Not archived"), *Status.choices], required=False)
    tag = forms.CharField(required=False, max_length=40)
    page = forms.IntegerField(required=False, min_value=1)

    def asked(self, name: str) -> str:
        """Empty for what was not asked, or cannot be read. After `is_valid`."""
        return str(self.cleaned_data.get(name) or "")

    @property
    def is_narrowed(self) -> bool:
        return any(self.asked(name) for name in ("search", "status", "tag"))


class Keys(forms.MultipleChoiceField):
    """Whose they are, and whether they are there, is asked with the campaigns themselves."""

    def valid_value(self, value: str) -> bool:
        return True


class Chosen(forms.Form):
    """Which campaigns, and what is to be done to them."""

    do = forms.ChoiceField(choices=[(name, deed.label) for name, deed in DEEDS.items()])
    key = Keys(error_messages={"required": "Choose at least one campaign."})

    @property
    def keys(self) -> list[str]:
        return list(self.cleaned_data["key"])[:MOST_AT_ONCE]
