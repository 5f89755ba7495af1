"""How much of what happened has a campaign: of clicks, and of revenue where there is money."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.analytics.page import AnyAnalysis, Question, query_of
from apps.analytics.query import ATTRIBUTED, Number, Row, answer, dated

CLICKS, CONVERSIONS, REVENUE = "clicks", "conversions", "revenue"


@dataclass(frozen=True)
class Part:
    """What of a whole is attributed; `points` are shares over time, oldest first, 0 where there was nothing."""

    attributed: float
    whole: float
    points: tuple[float, ...] = ()

    @property
    def share(self) -> float | None:
        """None when there is nothing. Labels outlive their clicks, so there may be more of them than of clicks."""
        return min(self.attributed / self.whole, 1) if self.whole else None

    @property
    def unexplained(self) -> float:
        return max(self.whole - self.attributed, 0)


@dataclass(frozen=True)
class Coverage:
    """`conversions` and `revenue` are None without money. `edition` is the one that says what is attributed."""

    clicks: Part
    conversions: Part | None
    revenue: Part | None
    edition: int
    notes: tuple[str, ...] = ()


def coverage(question: Question[AnyAnalysis]) -> Coverage:
    """Of the span, as of the edition asked for. Errors: BadQuery, those of Warehouse.rows.

    Source: the ledger where it has the columns of the filters, else events; of the whole, as any other report. Cost: two questions.
    """
    metrics = (CLICKS, CONVERSIONS, REVENUE) if question.has_money else (CLICKS,)
    query = replace(query_of(question, metrics, interval=question.form.chosen_interval), compare=None)
    labelled = ATTRIBUTED.also(query.labelled) if query.labelled else ATTRIBUTED
    named = dated(question.warehouse, replace(query, labelled=labelled))
    whole, attributed = answer(question.warehouse, query), answer(question.warehouse, named)
    parts = {
        name: Part(
            _float(attributed.totals.values[name]),
            _float(whole.totals.values[name]),
            _shares(attributed.rows, whole.rows, name),
        )
        for name in metrics
    }
    assert named.as_of, "an edition was chosen"
    return Coverage(
        parts[CLICKS],
        parts.get(CONVERSIONS),
        parts.get(REVENUE),
        named.as_of.number,
        tuple(dict.fromkeys((*whole.notes, *attributed.notes))),
    )


def _shares(attributed: Sequence[Row], whole: Sequence[Row], metric: str) -> tuple[float, ...]:
    pairs = zip(attributed, whole, strict=True)
    return tuple(Part(_float(some.values[metric]), _float(every.values[metric])).share or 0.0 for some, every in pairs)


def _float(number: Number) -> float:
    return float(number or 0)
