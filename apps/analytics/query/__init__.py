"""Any question about clicks and money: metrics by dimensions, over time, narrowed by a rule, beside a time before.

    query = Query(span, metrics=("clicks", "conversion_rate"), dimensions=("country",), order="-clicks", compare=Compare.PREVIOUS)
    answer(warehouse, query).rows

Pages, `POST /api/v1/query` and exports ask here and nowhere else.
"""

from apps.analytics.query.answers import Answer, Number, Row
from apps.analytics.query.asking import answer, dated, top_movers
from apps.analytics.query.dimensions import DIMENSIONS, Dimension, dimension_of
from apps.analytics.query.intervals import Interval
from apps.analytics.query.labelled import ATTRIBUTED, UNATTRIBUTED, Labelled
from apps.analytics.query.metrics import METRICS, Metric, Unit
from apps.analytics.query.question import BadQuery, Compare, Query
from apps.analytics.query.sampling import sampled
from apps.analytics.query.values import Value, values_of

__all__ = [
    "ATTRIBUTED",
    "DIMENSIONS",
    "METRICS",
    "UNATTRIBUTED",
    "Answer",
    "BadQuery",
    "Compare",
    "Dimension",
    "Interval",
    "Labelled",
    "Metric",
    "Number",
    "Query",
    "Row",
    "Unit",
    "Value",
    "answer",
    "dated",
    "dimension_of",
    "sampled",
    "top_movers",
    "values_of",
]
