"""What people type about a link."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.campaigns.models import Link, new_key

CHANGED_MEANWHILE = "Somebody else has changed this link since you opened it. Look at their version, then try again."


class NewLink(forms.ModelForm[Link]):
    key = forms.CharField(
        required=False,
        max_length=64,
        help_text="The last part of the address people follow; it cannot be changed later. Empty: we choose one.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    class Meta:
        model = Link
        fields = ("name", "destination", "key")
        help_texts = {
            "name": "For yourselves; visitors do not see it.",
            "destination": "Where visitors are sent, such as https://example.com/?click={click_id}. "
            "Words in braces are filled in for every click.",
        }
        widgets = {"destination": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"})}

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or new_key()


class ChangedLink(forms.ModelForm[Link]):
    """`seen` is the state of the link the person looked at; a save over a newer one is refused."""

    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Link
        fields = ("name", "destination")
        help_texts = NewLink.Meta.help_texts
        widgets = NewLink.Meta.widgets

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._version = self.initial["seen"] = self.instance.updated_at.isoformat()
        if self.instance.campaign_id:
            del self.fields["destination"]

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"]
        if seen != self._version:
            raise ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile")
        return seen


def word(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(required=False, max_length=200, label=label, help_text=help_text)


class UtmForm(forms.Form):
    """Parameters for a tracked address, so that the click says where it was placed."""

    utm_source = word("Source", "Who sends the visitor: newsletter")
    utm_medium = word("Medium", "By what means: email, cpc, social")
    utm_campaign = word("Campaign", "Part of what: spring-sale")
    utm_term = word("Term", "For paid search: the keyword")
    utm_content = word("Content", "Which of several: top-banner")

    def address(self, link: Link) -> str:
        """The tracked address with what was filled in, in the order of the form, instead of what the link itself says there."""
        filled = {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}
        kept = [[name, value] for name, value in link.parameters if name not in filled]
        return Link(key=link.key, parameters=[*kept, *([name, value] for name, value in filled.items())]).address


class LinkList(forms.Form):
    search = forms.CharField(required=False, max_length=200)
    page = forms.IntegerField(required=False, min_value=1)
