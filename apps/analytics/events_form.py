"""What the address of the Events page may say."""

from urllib.parse import urlencode

from django import forms

from apps.analytics.filters import Pair
from apps.analytics.forms import SearchInput
from apps.analytics.kinds import Kinds
from apps.analytics.narrowing import NarrowedForm
from apps.analytics.reports.events import BEGINNING, BIGGEST_ID, FOREVER, BadCursor, Cursor, Selection
from apps.analytics.span import Choice
from apps.analytics.words import KINDS
from apps.ingress.event import Reason
from apps.ingress.snowflake import BadId, click_ids

# A number this long is an id; shorter ones are looked for as text.
ID_MIN_DIGITS = 15
SEARCHED = ("q", "kind", "link", "reason")


class EventsForm(NarrowedForm):
    """What the Events page looks for. `q` is a click id, an event's or a visitor's number, or text of the request."""

    page = "analytics:events"
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
            rule=self.rule,
            labelled=self.filters.labelled,
        )

    @property
    def cursor(self) -> Cursor | None:
        found = self.cleaned_data.get("after")
        return found if isinstance(found, Cursor) else None

    @property
    def carried(self) -> list[Pair]:
        """For the form of the search, which has to carry days and filters along."""
        return [*self.span_fields, *self.filters.pairs]

    @property
    def query_without_search(self) -> str:
        return urlencode(self.pairs(*SEARCHED))

    @property
    def is_searched(self) -> bool:
        """Whether anything beyond span, switch and filters is asked for."""
        return any(self.cleaned_data.get(name) for name in SEARCHED)


def _number(text: str) -> int:
    """The event or visitor that a click id or a long number names; 0 when the text is neither."""
    if text.isascii() and text.isdigit() and len(text) >= ID_MIN_DIGITS:
        return int(text) if int(text) <= BIGGEST_ID else 0
    try:
        return click_ids().open(text.strip().lower())
    except BadId:
        return 0
