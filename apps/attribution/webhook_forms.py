"""What people type about webhooks."""

from django import forms

from apps.attribution.models import EventType
from apps.attribution.models.webhooks import URL_MAX_CHARS
from apps.attribution.webhooks.places import BadPlace, place_of


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
