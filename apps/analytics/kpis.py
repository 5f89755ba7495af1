"""The figures on top of the overview."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.analytics.addresses import address_of
from apps.analytics.analysis import OverviewForm
from apps.analytics.query import METRICS, Answer, Number
from apps.analytics.tables import unit_of

SHOWN = ("clicks", "visitors", "conversions", "conversion_rate", "revenue", "cost", "profit", "roi", "epc", "bots")
OF_CONVERSIONS = {"conversions", "conversion_rate", "revenue", "profit", "epc"}
OF_COSTS = {"cost", "roi"}
NO_COST = "No costs are known."


@dataclass(frozen=True)
class Kpi:
    """`note` stands where a number would say something untrue: a zero that means nobody has told us."""

    metric: str
    label: str
    unit: str
    value: Number
    points: Sequence[float]
    change: float | None
    lower_is_better: bool
    query: str
    chosen: bool
    note: str = ""
    note_url: str = ""


def kpis_of(answer: Answer, form: OverviewForm, currency: str, *, has_money: bool) -> list[Kpi]:
    """One for each figure shown, of an answer with an interval. Without money those that count it are left out."""
    shown = SHOWN if has_money else [name for name in SHOWN if name not in OF_CONVERSIONS | OF_COSTS]
    return [_kpi(name, answer, form, currency) for name in shown]


def _kpi(name: str, answer: Answer, form: OverviewForm, currency: str) -> Kpi:
    metric = METRICS[name]
    unknown = name in OF_COSTS and not answer.totals.values["cost"]
    return Kpi(
        name,
        metric.label,
        unit_of(name, currency),
        answer.totals.values[name],
        [float(row.values[name] or 0) for row in answer.rows],
        answer.totals.change(name),
        metric.lower_is_better,
        form.changed(metric=name),
        name == form.chosen_metric,
        NO_COST if unknown else "",
        address_of("attribution:costs") if unknown else "",
    )
