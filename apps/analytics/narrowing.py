"""The filters of a report's address: read with it, shown as chips, carried by everything the page leads to."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from apps.analytics.campaign_names import campaign_names
from apps.analytics.filter_form import NewFilter
from apps.analytics.filters import Chip, Filters, Pair
from apps.analytics.forms import ReportForm
from apps.attribution.ledger.editions import AsOf, UnknownEdition, as_of
from apps.ingress.rules import EVERYTHING, Rule, text

# What PostgreSQL counts up to.
MAX_EDITION = 2**31 - 1


class NarrowedForm(ReportForm):
    """Filters and an edition on top of span and kinds. A name that the form has itself is the form's. Errors: BadFilter."""

    page: ClassVar[str]

    edition = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_EDITION,
        label="As of edition",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "An edition has a number."),
    )

    def __init__(self, query: QueryDict, **kwargs: Any) -> None:
        super().__init__(query, **kwargs)
        others = query.copy()
        for name in self.fields:
            others.pop(name, None)
        self.filters = Filters.read(others)

    @property
    def rule(self) -> Rule:
        return self.filters.rule

    def know(self, organization_id: int) -> AsOf | None:
        """Read what only the organization knows: whether it has the edition, which is returned, None when none was named, and what
        campaigns are called. Cost: a query or two for either that stands in the address.
        """
        self.filters = self.filters.naming(campaign_names(organization_id, self.filters.campaigns))
        number = self.cleaned_data.get("edition")
        if number is None:
            return None
        try:
            return as_of(organization_id, number)
        except UnknownEdition as error:
            self.add_error("edition", str(error))
            return None

    def changed(self, **values: str) -> str:
        """The address of the same report with these names having these values; empty takes the name away."""
        return urlencode([*self.pairs(*values), *((name, value) for name, value in values.items() if value)])

    def pairs(self, *without: str) -> list[Pair]:
        return [*super().pairs(*without), *(() if "filters" in without else self.filters.pairs)]

    def narrowed(self, values: dict[str, str]) -> str:
        """The address of the same report, narrowed to these values of fields."""
        return urlencode([*self.pairs("filters"), *self.filters.narrowed(values)])

    @property
    def chips(self) -> list[tuple[Chip, str]]:
        """Each filter with the address without it."""
        rest = self.pairs("filters")
        return [(chip, urlencode([*rest, *self.filters.without(chip)])) for chip in self.filters.chips]

    @property
    def new_filter(self) -> NewFilter:
        return NewFilter.of(self.pairs(), self.page)

    @property
    def query_without_filters(self) -> str:
        return urlencode(self.pairs("filters"))

    @property
    def campaign_query(self) -> str:
        """What the page that names clicks is told: the filters as a rule, and the days; empty when nothing is filtered."""
        return "" if self.rule == EVERYTHING else self.claimed(self.rule)

    def claimed(self, rule: Rule) -> str:
        span = self.report_span
        return urlencode({"rule": text(rule), "from": span.first_on.isoformat(), "to": span.last_on.isoformat()})
