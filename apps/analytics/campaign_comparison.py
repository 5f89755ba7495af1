"""Campaigns side by side: the same figures of the same days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms

from apps.analytics import charts
from apps.analytics.campaign_numbers import NOTHING, costs_of
from apps.analytics.campaign_report import ASKED, OF_COSTS, OF_MONEY, CampaignForm
from apps.analytics.charts import Chart
from apps.analytics.page import Question, query_of
from apps.analytics.query import METRICS, Answer, Dimension, Interval, Number, answer
from apps.analytics.tables import table_of, unit_of
from apps.campaigns.models import Campaign


class ComparisonForm(CampaignForm):
    """The address of the Compare tab: `with` names the other campaign."""

    def __init__(self, query: Any, **kwargs: Any) -> None:
        super().__init__(query, **kwargs)
        self.fields["with"] = forms.CharField(required=False, max_length=64)


@dataclass(frozen=True)
class Figure:
    """One metric of each campaign, in their order. `difference` is the second against the first, a share of the first."""

    label: str
    about: str
    unit: str
    values: tuple[Number, ...]
    lower_is_better: bool = False

    @property
    def difference(self) -> float | None:
        first, second = (Decimal(str(value)) if value is not None else None for value in self.values)
        return float((second - first) / abs(first)) if first and second is not None else None


def figures_of(question: Question[ComparisonForm], pair: Sequence[Campaign]) -> list[Figure]:
    """Errors: those of Warehouse.rows. Source and units: those of the query engine, costs as `costs_of`. Cost: two questions."""
    found = _asked(question, pair, ASKED)
    rows = {row.key[0]: row.values for row in found.rows}
    spent = costs_of(question.warehouse, pair, question.span)
    each = [_values(rows.get(str(campaign.pk), {}), spent.get(campaign.pk, NOTHING)) for campaign in pair]
    return [
        Figure(
            METRICS[name].label,
            METRICS[name].about,
            unit_of(name, question.currency),
            tuple(values[name] for values in each),
            METRICS[name].lower_is_better,
        )
        for name in (*ASKED, *OF_COSTS)
        if question.has_money or name not in {*OF_MONEY, *OF_COSTS}
    ]


def clicks_beside(question: Question[ComparisonForm], pair: Sequence[Campaign]) -> Chart:
    """Clicks over time, a line for each that had any. Errors and source: as `figures_of`."""
    names = {str(campaign.pk): campaign.name for campaign in pair}
    found = _asked(question, pair, (question.form.chosen_metric,), interval=question.form.chosen_interval)

    def naming(dimension: Dimension, key: str) -> str:
        return names.get(key, key)

    return charts.lines(
        found, table_of(found, question.form, question.currency, naming=naming), currency=question.currency
    )


def _asked(
    question: Question[ComparisonForm],
    pair: Sequence[Campaign],
    metrics: tuple[str, ...],
    *,
    interval: Interval | None = None,
) -> Answer:
    by = question.form.counted_by
    query = query_of(question, metrics, (by.dimension,), interval=interval, limit=len(pair))
    return answer(question.warehouse, by.narrowed(replace(query, compare=None), *pair))


def _values(row: Mapping[str, Number], spent: Decimal) -> dict[str, Number]:
    revenue = Decimal(str(row.get("revenue") or 0))
    counted: dict[str, Number] = {
        name: row.get(name, 0 if name in ("clicks", "visitors", "conversions") else None) for name in ASKED
    }
    roi = float((revenue - spent) / spent) if spent else None
    return {**counted, "revenue": revenue, "cost": spent or None, "profit": revenue - spent, "roi": roi}
