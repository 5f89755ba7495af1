"""The filters of a report's address: read with it, shown as chips, carried by everything the page leads to."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import QueryDict

from apps.analytics.filter_form import NewFilter
from apps.analytics.filters import Chip, Filters, Pair
from apps.analytics.forms import ReportForm
from apps.ingress.rules import Rule


class NarrowedForm(ReportForm):
    """Filters on top of span and kinds. A name that the form has itself is the form's. Errors: BadFilter."""

    page: ClassVar[str]

    def __init__(self, query: QueryDict, **kwargs: Any) -> None:
        super().__init__(query, **kwargs)
        others = query.copy()
        for name in self.fields:
            others.pop(name, None)
        self.filters = Filters.read(others)

    @property
    def rule(self) -> Rule:
        return self.filters.rule

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
