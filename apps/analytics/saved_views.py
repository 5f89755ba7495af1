"""What is kept of a question of Explore, and under what name."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone

from apps.accounts.models import Membership
from apps.analytics.analysis import ExploreForm
from apps.analytics.filters import BadFilter
from apps.analytics.models import SavedView
from apps.analytics.query.dimensions import LABEL


class SavedViewForm(forms.ModelForm[SavedView]):
    class Meta:
        model = SavedView
        fields: tuple[str, ...] = ("name", "is_shared")
        labels = {"is_shared": "Everybody of the organization sees it"}
        help_texts = {"is_shared": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Several stand on one page.
        self.auto_id = f"view-{self.instance.pk or 'new'}-%s"

    def _get_validation_exclusions(self) -> set[str]:
        """Owner and organization are not typed, but a name is unique among theirs."""
        return super()._get_validation_exclusions() - {"owner", "organization"}  # type: ignore[misc,no-any-return]


class NewViewForm(SavedViewForm):
    class Meta(SavedViewForm.Meta):
        fields = ("name", "is_shared", "query")
        widgets = {"query": forms.HiddenInput}

    def clean(self) -> dict[str, Any]:
        """The query becomes what Explore itself would write, so that a saved view means what its page means."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        zone = ZoneInfo(self.instance.organization.time_zone)
        try:
            form = ExploreForm(QueryDict(said.get("query", "")), now=timezone.now(), zone=zone)
        except BadFilter as error:
            raise forms.ValidationError(str(error)) from error
        if not form.is_valid():
            raise forms.ValidationError("This question cannot be asked, so it cannot be saved.")
        return {**said, "query": form.query}


def views_of_labels(member: Membership, first_on: date, last_on: date, now: datetime) -> list[SavedView]:
    """Views the member sees that ask what clicks are attributed to on any of these days, as of no particular edition: they show
    other numbers once labels of those days change. Cost: a query, and reading every address.
    """
    zone = ZoneInfo(member.organization.time_zone)
    return [view for view in SavedView.objects.visible_to(member) if _asks_labels(view, first_on, last_on, now, zone)]


def _asks_labels(view: SavedView, first_on: date, last_on: date, now: datetime, zone: ZoneInfo) -> bool:
    try:
        form = ExploreForm(QueryDict(view.query), now=now, zone=zone)
    except BadFilter:
        return False
    if not form.is_valid() or form.cleaned_data["edition"] is not None:
        return False
    span = form.report_span
    asks = LABEL in form.dimensions or form.filters.labelled is not None
    return asks and span.first_on <= last_on and span.last_on >= first_on
