"""Which two editions are compared, and which campaign is drawn by day."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.analytics.reports.clicks_by_edition import CampaignClicks
from apps.attribution.models import Edition

WORDS_MAX_CHARS = 80
OFFERED = 500


class EditionsForm(forms.Form):
    """`before` and `after` are numbers of editions, 0 the time before the first; absent, an edition's own change."""

    before = forms.TypedChoiceField(coerce=int, required=False, empty_value=None, label="Before")
    after = forms.TypedChoiceField(coerce=int, required=False, empty_value=None, label="After")
    shown = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Any, *, number: int, choices: Sequence[tuple[str, str]]) -> None:
        given = {"before": str(_before(number, choices)), "after": str(number)}
        said = {name: value for name, value in data.items() if value}
        super().__init__({**given, **said})
        for name in ("before", "after"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def numbers(self) -> tuple[int, int]:
        return self.cleaned_data["before"], self.cleaned_data["after"]

    def campaign(self, rows: Sequence[CampaignClicks], edition: Edition) -> int:
        """The one asked for, else that of the edition's run, else the one that changed most; 0 where there is none."""
        numbers = [row.campaign_id for row in rows]
        own = edition.run.campaign_id if edition.run else 0
        wanted = (self.cleaned_data.get("shown"), own, *numbers)
        return next((number for number in wanted if number in numbers), 0)


def editions_for(organization_id: int) -> list[tuple[str, str]]:
    """Choices, the newest first. Cost: one query."""
    found = Edition.objects.filter(organization_id=organization_id).values_list("number", "words")[:OFFERED]
    return [*((str(number), f"{number} – {_short(words)}") for number, words in found), ("0", "0 – before the first")]


def _before(number: int, choices: Sequence[tuple[str, str]]) -> int:
    """Numbers have gaps where runs came to nothing."""
    return max((int(value) for value, _ in choices if int(value) < number), default=0)


def _short(words: str) -> str:
    return words if len(words) <= WORDS_MAX_CHARS else f"{words[: WORDS_MAX_CHARS - 1]}…"
