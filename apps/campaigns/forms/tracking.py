"""Where a campaign's link is placed: its source, UTM, and what the source itself fills in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from apps.accounts.models import User
from apps.campaigns import editing
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.forms.links import CHANGED_MEANWHILE, word
from apps.campaigns.models import Campaign, Link
from apps.campaigns.models.keys import validate_key
from apps.campaigns.models.links import validate_parameters
from apps.campaigns.sources import SOURCES

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
MORE_MAX_CHARS = 20_000


class Placement(forms.Form):
    """Parameters that are part of the address people copy; macros of the source stay as the source writes them."""

    source = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    utm_source = word("Source", "Who sends the visitor")
    utm_medium = word("Medium", "By what means: email, cpc, social")
    utm_campaign = word("Campaign", "Part of what")
    utm_term = word("Term", "For paid search: the keyword")
    utm_content = word("Content", "Which of several: top-banner")
    more = forms.CharField(
        required=False,
        max_length=MORE_MAX_CHARS,
        label="Further parameters",
        help_text="One a line: name=value. What stands in braces is filled in by the source.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "none"}),
    )

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        return source if source in SOURCES else ""

    def clean_more(self) -> list[list[str]]:
        lines = [line.strip() for line in self.cleaned_data["more"].splitlines() if line.strip()]
        if wrong := [line for line in lines if "=" not in line.strip("=")]:
            raise ValidationError(f"Write name=value, not “{wrong[0][:60]}”.", code="pair")
        return [[name.strip(), value.strip()] for name, _, value in (line.partition("=") for line in lines)]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            try:
                validate_parameters(self.parameters)
            except ValidationError as error:
                self.add_error("more", error)
        return said

    @property
    def parameters(self) -> list[list[str]]:
        """Names and values as `Link.parameters` holds them, in the order of the form."""
        said = self.cleaned_data
        return [*([name, said[name]] for name in UTM if said[name]), *said["more"]]


class TrackingLink(Placement, DraftForm):
    """The campaign's first link, in the wizard. Here `seen` is the state of the link, of which the draft knows nothing."""

    seen = forms.CharField(widget=forms.HiddenInput)  # type: ignore[assignment]

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User, source: str = "") -> None:
        self.link = link_of(campaign)
        super().__init__(data, campaign=campaign, user=user, initial=self._initial(campaign, source))

    def write(self) -> None:
        if self.link:
            _place(self.link.pk, self.cleaned_data["seen"], self.cleaned_data["source"], self.parameters)

    def _initial(self, campaign: Campaign, source: str) -> dict[str, Any]:
        if self.link is None:
            return {"seen": "none"}
        seen = {"seen": self.link.updated_at.isoformat()}
        if source in SOURCES:
            return {**seen, "source": source, **placed(SOURCES[source].parameters(utm_campaign(campaign)))}
        return {**seen, "source": self.link.source, **placed(self.link.parameters)}


class NewCampaignLink(Placement):
    """One more link of a campaign."""

    name = forms.CharField(max_length=200, help_text="Where you place it; visitors do not see it.")
    key = forms.CharField(
        required=False,
        max_length=64,
        validators=[validate_key],
        help_text="The last part of the address; it cannot be changed later. Empty: we choose one.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "key")

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User, source: str = "") -> None:
        preset = SOURCES.get(source)
        initial = {"source": source, "name": preset.name} if preset else {}
        placement = placed(preset.parameters(utm_campaign(campaign))) if preset else {}
        super().__init__(data, initial={**initial, **placement})
        self.campaign, self.user = campaign, user

    def found(self) -> Link | None:
        """The new link; None when it was refused, and the form says why."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        parameters = [(name, value) for name, value in self.parameters]
        try:
            return editing.add_link(
                self.campaign.pk,
                user=self.user,
                name=said["name"],
                key=said["key"],
                source=said["source"],
                parameters=parameters,
            )
        except ValidationError as error:
            self.add_error(None, error)
        return None


def link_of(campaign: Campaign) -> Link | None:
    """The link the wizard is about: the one with the campaign's key, else the oldest."""
    return campaign.links.filter(key=campaign.key).first() or campaign.links.order_by("created_at").first()


def utm_campaign(campaign: Campaign) -> str:
    return slugify(campaign.name) or campaign.key


def placed(parameters: list[list[str]]) -> dict[str, str]:
    """Parameters as the fields of the form."""
    known = {name: value for name, value in parameters if name in UTM}
    return {**known, "more": "\n".join(f"{name}={value}" for name, value in parameters if name not in UTM)}


@transaction.atomic
def _place(link_id: int, seen: str, source: str, parameters: list[list[str]]) -> None:
    """Errors: ValidationError when somebody has changed the link since."""
    link = Link.objects.select_for_update().get(pk=link_id)
    if (link.source, link.parameters) == (source, parameters):
        return
    if link.updated_at.isoformat() != seen:
        raise ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile")
    link.source, link.parameters = source, parameters
    link.save(update_fields=["source", "parameters", "updated_at"])
