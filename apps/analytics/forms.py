"""What a report's address may say, read once."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from apps.analytics.kinds import Kinds
from apps.analytics.reports.events import BEGINNING, BIGGEST_ID, FOREVER, BadCursor, Cursor, Selection
from apps.analytics.span import DAYS, LABELS, BadSpan, Choice, Span
from apps.analytics.words import KINDS
from apps.ingress.event import Reason
from apps.ingress.snowflake import BadId, click_ids

# A number this long is an id; shorter ones are looked for as text.
ID_MIN_DIGITS = 15
FILTERS = ("q", "kind", "link", "reason")
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


class EventsForm(ReportForm):
    """The filters of the Events page. `q` is a click id, an event's or a visitor's number, or text of the request."""

    default_span = Choice.WEEK

    q = forms.CharField(required=False, max_length=200, label="Search", widget=SearchInput)
    kind = forms.ChoiceField(choices=[("", "Any kind"), *KINDS.items()], required=False, label="Kind")
    link = forms.CharField(required=False, max_length=64, label="Link key")
    reason = forms.ChoiceField(
        choices=[("", "Any"), *((r.value, r.value.replace("_", " ")) for r in Reason)], required=False, label="Decision"
    )
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_after(self) -> Cursor | None:
        try:
            return Cursor.parse(self.cleaned_data["after"]) if self.cleaned_data["after"] else None
        except BadCursor as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def selection(self) -> Selection:
        """What was asked for; what could not be read is left out, and `errors` says so."""
        said, span = self.cleaned_data, self.report_span
        kind, words = said.get("kind", ""), said.get("q", "")
        number = _number(words)
        if number:  # an id is looked for whenever it was, and whatever it is
            return Selection(BEGINNING, FOREVER, number=number)
        return Selection(
            start=span.start,
            end=span.end,
            # Asking for one kind by name says more than the switch.
            kinds=Kinds.ALL if kind else said.get("kinds", Kinds.PEOPLE),
            kind=kind,
            link_key=said.get("link", ""),
            reason=said.get("reason", ""),
            text=words,
        )

    @property
    def cursor(self) -> Cursor | None:
        found = self.cleaned_data.get("after")
        return found if isinstance(found, Cursor) else None

    @property
    def query_without_filters(self) -> str:
        return urlencode(self.pairs(*FILTERS))

    @property
    def filters(self) -> int:
        """How many filters beyond span and switch are set."""
        return sum(bool(self.cleaned_data.get(name)) for name in FILTERS)


def _number(text: str) -> int:
    """The event or visitor that a click id or a long number names; 0 when the text is neither."""
    if text.isascii() and text.isdigit() and len(text) >= ID_MIN_DIGITS:
        return int(text) if int(text) <= BIGGEST_ID else 0
    try:
        return click_ids().open(text.strip().lower())
    except BadId:
        return 0
