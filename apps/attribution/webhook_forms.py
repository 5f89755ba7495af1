"""What people type about webhooks."""

from datetime import timedelta

from django import forms

from apps.attribution.models import EventType
from apps.attribution.models.webhooks import URL_MAX_CHARS
from apps.attribution.webhooks.places import BadPlace, place_of

OVERLAP_HOURS = [("24", "a day"), ("168", "a week"), ("1", "an hour"), ("0", "no longer: it ends now")]


class EndpointForm(forms.Form):
    url = forms.CharField(
        max_length=URL_MAX_CHARS,
        label="Address",
        help_text="Of your program: https, on the public internet.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        choices=[(each.value, f"{each.value}: {each.label}") for each in EventType],
        initial=EventType.values,
        label="It is told when",
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_url(self) -> str:
        """Looked up now as it will be whenever something is sent."""
        url: str = self.cleaned_data["url"]
        try:
            place_of(url)
        except BadPlace as error:
            raise forms.ValidationError(str(error), code="place") from error
        return url


class SecretForm(forms.Form):
    overlap = forms.ChoiceField(choices=OVERLAP_HOURS, label="The old secret signs beside the new one for")

    def overlap_time(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))
