"""The addresses of Overview and Explore: what is measured, by what, beside which time, narrowed by what."""

from typing import Any
from urllib.parse import urlencode

from django import forms

from apps.analytics import intervals
from apps.analytics.filters import Pair
from apps.analytics.forms import SPAN_FIELDS
from apps.analytics.narrowing import NarrowedForm
from apps.analytics.query import DIMENSIONS, METRICS, Compare, Interval
from apps.analytics.query.dimensions import PARAMETER, dimension_of

NOTHING = "none"
COMPARISONS = [
    (Compare.PREVIOUS.value, "the time before"),
    (Compare.YEAR.value, "a year earlier"),
    (NOTHING, "nothing"),
]
METRIC_CHOICES = [(metric.name, metric.label) for metric in METRICS.values()]
INTERVAL_CHOICES = [(interval.value, interval.value.capitalize()) for interval in Interval]
USUAL_LIMIT = 25
LIMITS = (10, 25, 50, 100, 500, 1000)
CHARTS = [("auto", "As it suits"), ("line", "Lines"), ("bar", "Bars"), ("none", "No chart")]
MAX_LEVELS = 3
MENUS = ("by", "metric", "series", "interval", "sort", "limit", "chart")


class AnalysisForm(NarrowedForm):
    """Comparison and interval on top of span, kinds and filters. Errors: BadFilter."""

    page = "analytics:overview"

    compare = forms.ChoiceField(
        choices=COMPARISONS,
        required=False,
        label="Compare with",
        error_messages={"invalid_choice": "Compare with previous, year or none."},
    )
    interval = forms.ChoiceField(
        choices=[("", "As it suits"), *INTERVAL_CHOICES],
        required=False,
        label="Interval",
        error_messages={"invalid_choice": "An interval is a minute, hour, day, week or month."},
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if (
            not self.errors
            and (interval := said.get("interval"))
            and Interval(interval) not in intervals.offered(said["span"])
        ):
            self.add_error("interval", "That interval is too fine or too coarse for these days.")
        return said

    @property
    def comparison(self) -> Compare | None:
        asked = self.cleaned_data.get("compare") or Compare.PREVIOUS.value
        return None if asked == NOTHING else Compare(asked)

    @property
    def chosen_interval(self) -> Interval:
        asked = self.cleaned_data.get("interval")
        return Interval(asked) if asked else intervals.usual(self.report_span)

    @property
    def earlier_query(self) -> str:
        return self._shifted(-1)

    @property
    def later_query(self) -> str:
        """Empty when there is nothing later yet."""
        first_on, _ = self.report_span.shifted(1)
        return self._shifted(1) if first_on <= self.now.astimezone(self.zone).date() else ""

    @property
    def comparison_switched(self) -> str:
        """Comparing with nothing, or with the time before again."""
        return self.changed(compare=NOTHING if self.comparison else Compare.PREVIOUS.value)

    @property
    def comparisons(self) -> list[tuple[str, str, str, bool]]:
        """Value, words, address, whether it is on."""
        on = self.comparison.value if self.comparison else NOTHING
        return [(value, words, self.changed(compare=value), value == on) for value, words in COMPARISONS]

    def _shifted(self, periods: int) -> str:
        first_on, last_on = self.report_span.shifted(periods)
        days = [("span", "custom"), ("from", first_on.isoformat()), ("to", last_on.isoformat())]
        return urlencode([*self.pairs("span", "from", "to"), *days])

    @property
    def events_query(self) -> str:
        """The same days, kinds, filters and edition, for the list of single events."""
        names = {name for name in self.fields if name not in (*SPAN_FIELDS, "kinds", "edition")}
        return urlencode(self.pairs(*names))


class OverviewForm(AnalysisForm):
    metric = forms.ChoiceField(
        choices=METRIC_CHOICES,
        required=False,
        label="Metric",
        error_messages={"invalid_choice": "There is no such metric."},
    )

    @property
    def chosen_metric(self) -> str:
        return str(self.cleaned_data.get("metric") or "clicks")

    @property
    def steps(self) -> list[tuple[str, str, bool]]:
        """Each interval worth a click, with its address and whether it is on."""
        offered = intervals.offered(self.report_span)
        return [(i.value, self.changed(interval=i.value), i is self.chosen_interval) for i in offered]

    def explored(self, dimension: str, metrics: tuple[str, ...]) -> str:
        """The address of Explore that asks the same by this dimension."""
        return urlencode(
            [*self.pairs("metric", "interval"), ("by", dimension), *(("metric", name) for name in metrics)]
        )


class DimensionsField(forms.MultipleChoiceField):
    """Dimensions in order, empty ones left out; parameters of the request are dimensions too."""

    def to_python(self, value: Any) -> list[str]:
        return [name for name in super().to_python(value) if name]

    def valid_value(self, value: str) -> bool:
        return dimension_of(value) is not None


class ExploreForm(AnalysisForm):
    """`by` up to three times, `metric` for each column, `sort`, `limit`, `chart`, and `series` for a row each interval."""

    page = "analytics:explore"
    metric_choices, limits, chart_choices = METRIC_CHOICES, LIMITS, CHARTS

    by = DimensionsField(
        choices=[],
        required=False,
        label="By",
        error_messages={"invalid_choice": "There is no dimension “%(value)s”."},
    )
    metric = forms.MultipleChoiceField(
        choices=METRIC_CHOICES,
        required=False,
        label="Columns",
        error_messages={"invalid_choice": "There is no metric %(value)s."},
    )
    sort = forms.CharField(required=False, max_length=200)
    limit = forms.TypedChoiceField(
        choices=[(str(limit), str(limit)) for limit in LIMITS],
        coerce=int,
        required=False,
        label="Rows",
        error_messages={"invalid_choice": "That is no number of rows to choose."},
    )
    chart = forms.ChoiceField(choices=CHARTS, required=False, label="Chart")
    series = forms.BooleanField(required=False, label="Over time")

    def clean_by(self) -> list[str]:
        names: list[str] = list(dict.fromkeys(self.cleaned_data["by"]))
        if len(names) > MAX_LEVELS:
            raise forms.ValidationError(f"At most {MAX_LEVELS} dimensions at once.")
        return names

    def clean_sort(self) -> str:
        name = self.cleaned_data["sort"]
        if name.removeprefix("-") not in ("", *self.dimensions, *self.metrics):
            raise forms.ValidationError("Sort by a column of the table.")
        return str(name)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data.get("by") or ())

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.cleaned_data.get("metric") or ("clicks", "visitors")))

    @property
    def asked_series(self) -> bool:
        return bool(self.cleaned_data.get("series"))

    @property
    def over_time(self) -> bool:
        """A row for each interval: when asked for, and when there is nothing else to make rows of."""
        return self.asked_series or not self.dimensions

    @property
    def order(self) -> str:
        """The column asked for; else the first metric, and a series is ordered by time anyhow."""
        return str(self.cleaned_data.get("sort") or "")

    @property
    def rows(self) -> int:
        return int(self.cleaned_data.get("limit") or USUAL_LIMIT)

    @property
    def chosen_chart(self) -> str:
        return str(self.cleaned_data.get("chart") or "auto")

    @property
    def asked_interval(self) -> str:
        return str(self.cleaned_data.get("interval") or "")

    @property
    def carried(self) -> list[Pair]:
        """What the menus do not say and the address has to keep."""
        return self.pairs(*MENUS)

    @property
    def sort_choices(self) -> list[tuple[str, str]]:
        columns = [(name, METRICS[name].label) for name in self.metrics]
        keys = [(name, found.label) for name in self.dimensions if (found := dimension_of(name))]
        falling = [(f"-{name}", f"{label}, most first") for name, label in columns]
        rising = [(name, f"{label}, fewest first") for name, label in columns]
        return [*falling, *rising, *((name, f"{label}, A to Z") for name, label in keys)]

    def sorted_by(self, name: str) -> tuple[str, str]:
        """The address sorted by this column, the other way when it is already; and how it is sorted now, as ARIA says it."""
        order = self.order or f"-{self.metrics[0]}"
        now = {f"-{name}": "descending", name: "ascending"}.get(order, "")
        return self.changed(sort=name if now == "descending" else f"-{name}"), now

    @property
    def levels(self) -> list[str]:
        """What the three menus show."""
        return [*self.dimensions, "", "", ""][:MAX_LEVELS]

    @property
    def dimension_choices(self) -> list[tuple[str, str]]:
        parameters = [name for name in self.dimensions if name.startswith(PARAMETER)]
        return [
            *((dimension.name, dimension.label) for dimension in DIMENSIONS.values()),
            *((name, f"Parameter {name.removeprefix(PARAMETER)}") for name in parameters),
        ]
