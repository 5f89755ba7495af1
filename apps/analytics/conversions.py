"""Conversions as a list: what its address may say, which ones that selects, and their CSV."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from apps.accounts.models import Membership
from apps.accounts.spreadsheet import lines_of
from apps.analytics.forms import ReportForm, SearchInput
from apps.analytics.span import milliseconds
from apps.attribution.maps import Status
from apps.attribution.models import Conversion
from apps.attribution.models.conversions import ConversionQuerySet

ORPHAN = "orphan"
PAGE = 50
MAX_CSV = 100_000
CSV_COLUMNS = (
    "happened_at", "network", "txid", "goal", "status", "payout", "currency", "rate", "rate_on", "revenue", "pending", "cost",
    "click", "clicked_at", "problem", "changed_at",
)  # fmt: skip
FILTERS = ("q", "state", "network")
BIGGEST_ID = 2**63 - 1


class ConversionsForm(ReportForm):
    """The filters of the Conversions page. `q` is a transaction, a click id or a goal; `after` where the next page begins."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label="Search",
        widget=SearchInput(attrs={"placeholder": "Transaction, click id or goal"}),
        error_messages={"max_length": "The search is too long: %(limit_value)d characters are enough for any id."},
    )
    state = forms.ChoiceField(
        choices=[("", "Any"), *Status.choices, (ORPHAN, "Orphan")],
        required=False,
        label="Status",
        error_messages={"invalid_choice": "There is no status “%(value)s”."},
    )
    network = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=BIGGEST_ID,
        label="Network",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "There is no such network."),
    )
    # 13 digits of milliseconds reach the year 2286.
    after = forms.RegexField(
        r"^\d{1,13}\.\d{1,19}$",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": "Where the page begins cannot be read."},
    )

    @property
    def filters(self) -> int:
        return sum(bool(self.cleaned_data.get(name)) for name in FILTERS)

    @property
    def query_without_filters(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.span_fields)

    def selected(self, member: Membership) -> ConversionQuerySet:
        """The newest first. What could not be read selects nothing less, and `errors` says so."""
        said, span = self.cleaned_data, self.report_span
        found = Conversion.objects.visible_to(member).filter(happened_at__gte=span.start, happened_at__lt=span.end)
        return found.filter(_condition(said)).select_related("network").order_by("-happened_at", "-id")

    @property
    def is_continued(self) -> bool:
        return bool(self.cleaned_data.get("after"))


def page_of(found: ConversionQuerySet, after: str) -> tuple[list[Conversion], str]:
    """One page, and where the next begins; empty at the end. What arrives meanwhile moves nothing."""
    if after:
        ms, _, pk = after.partition(".")
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ms))
        # PostgreSQL keeps microseconds, the cursor whole milliseconds.
        later = at + timedelta(milliseconds=1)
        found = found.filter(happened_at__lt=later).exclude(happened_at__gte=at, pk__gte=int(pk))
    some = list(found[: PAGE + 1])
    last = some[PAGE - 1] if len(some) > PAGE else None
    return some[:PAGE], f"{milliseconds(last.happened_at)}.{last.pk}" if last else ""


def csv_of(found: ConversionQuerySet) -> Iterator[str]:
    """Lines, header first, at most MAX_CSV conversions."""
    some = found[:MAX_CSV].iterator(chunk_size=2_000)
    return lines_of(CSV_COLUMNS, ([_cell(conversion, name) for name in CSV_COLUMNS] for conversion in some))


def _cell(conversion: Conversion, name: str) -> Any:
    value = getattr(conversion, name)
    return "" if value is None else value


def _condition(said: dict[str, Any]) -> Q:
    condition = Q()
    if words := said.get("q"):
        condition &= Q(txid=words) | Q(click=words) | Q(goal=words)
    if network := said.get("network"):
        condition &= Q(network=network)
    if said.get("state") == ORPHAN:
        return condition & Q(clicked_at=None)
    return condition & Q(status=said["state"]) if said.get("state") else condition
