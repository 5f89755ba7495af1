"""What a report's address may say, read once."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from apps.analytics.kinds import Kinds
from apps.analytics.span import DAYS, LABELS, BadSpan, Choice, Span
from apps.analytics.words import KINDS

SPAN_FIELDS = ("span", "from", "to")


class DayInput(forms.DateInput):
    input_type = "date"


class SearchInput(forms.TextInput):
    input_type = "search"


class ReportForm(forms.Form):
    """`span`, `from`, `to` and `kinds` of the address. Absent has a default; what cannot be read is an error."""

    default_span = Choice.MONTH

    span = forms.ChoiceField(
        choices=[*LABELS.items(), (Choice.CUSTOM, "Custom")],
        required=False,
        label="Days",
        error_messages={"invalid_choice": "Unknown span."},
    )
    kinds = forms.ChoiceField(
        choices=[(kinds.value, kinds.label) for kinds in Kinds],
        required=False,
        label="Count",
        error_messages={"invalid_choice": "Count people, or all kinds."},
    )

    def __init__(self, query: QueryDict, *, now: datetime, zone: ZoneInfo) -> None:
        self.asked = self._with_defaults(query)
        super().__init__(self.asked)
        self.now, self.zone = now, zone
        self.fields["from"] = forms.DateField(required=False, label="From", widget=DayInput)
        self.fields["to"] = forms.DateField(required=False, label="To", widget=DayInput)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["kinds"] = Kinds(said.get("kinds") or Kinds.PEOPLE)
        if not self.errors:
            said["span"] = self._span(said)
        return said

    @property
    def report_span(self) -> Span:
        """What was asked for, or the default when that cannot be read: the page says so and draws something true."""
        asked = self.cleaned_data.get("span")
        return (
            asked if isinstance(asked, Span) else Span.last_days(DAYS[self.default_span], now=self.now, zone=self.zone)
        )

    @property
    def query(self) -> str:
        """What was asked for and could be read, as an address; not where a list begins."""
        return urlencode(self.pairs())

    @property
    def query_without_kinds(self) -> str:
        return urlencode(self.pairs("kinds"))

    @property
    def query_without_span(self) -> str:
        return urlencode(self.pairs(*SPAN_FIELDS))

    @property
    def span_fields(self) -> list[tuple[str, str]]:
        """For a form beside this one, which has to carry the span along."""
        return [(name, value) for name, value in self.pairs() if name in SPAN_FIELDS]

    @property
    def other_fields(self) -> list[tuple[str, str]]:
        """For the form of the span, which has to carry everything else along."""
        return self.pairs(*SPAN_FIELDS)

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Names and values of the address, a name as often as it has values, in the order of the form."""
        names = [name for name in self.fields if name not in {*without, *self.errors, "after"}]
        return [(name, value) for name in names for value in self.asked.getlist(name) if value]

    def _with_defaults(self, query: QueryDict) -> QueryDict:
        """What is counted by default stands in the address of everything the page leads to."""
        data = query.copy()
        data.setdefault("kinds", Kinds.PEOPLE.value)
        if not any(data.get(name) for name in SPAN_FIELDS):
            data["span"] = self.default_span.value
        return data

    def _span(self, said: dict[str, Any]) -> Span | None:
        first_on, last_on = said.get("from"), said.get("to")
        choice = said.get("span") or (Choice.CUSTOM if first_on or last_on else self.default_span)
        if choice != Choice.CUSTOM:
            return Span.last_days(DAYS[Choice(choice)], now=self.now, zone=self.zone)
        if not (first_on and last_on):
            self.add_error("from" if last_on else "to", "A custom span needs a first and a last day.")
            return None
        try:
            return Span.between(first_on, last_on, now=self.now, zone=self.zone)
        except BadSpan as error:
            self.add_error("from", str(error))
            return None


class LiveForm(forms.Form):
    """`kind` of the Live page; what is no kind means all of them."""

    kind = forms.ChoiceField(choices=[("", "All kinds"), *KINDS.items()], required=False, label="Kind")

    @property
    def kind_asked(self) -> str:
        return str(self.cleaned_data.get("kind", "")) if self.is_valid() else ""
