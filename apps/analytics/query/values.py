"""Values of a dimension that were seen, for somebody who types one."""

from typing import Any, NamedTuple

from apps.analytics import cache
from apps.analytics.kinds import Kinds
from apps.analytics.query import assembly, statement
from apps.analytics.query.asking import dated
from apps.analytics.query.dimensions import dimension_of
from apps.analytics.query.periods import periods_of
from apps.analytics.query.question import Query
from apps.analytics.query.reading import Reading
from apps.analytics.query.rollup import marked
from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

MOST = 20
# Nobody who types waits longer.
LIMITS: dict[str, Any] = {"max_execution_time": 3, "max_bytes_before_external_group_by": 1024**3}


class Value(NamedTuple):
    """A value of the dimension as a row's key has it, as people read it, and how many clicks had it."""

    key: str
    text: str
    clicks: int


def values_of(warehouse: Warehouse, dimension: str, prefix: str, span: Span) -> list[Value]:
    """At most 20 values that begin so, whatever their case, the most frequent of the span first; every kind of request.

    Of a dimension with several fields the last one begins so: the city. Units: counts. Errors: BadQuery, those of Warehouse.rows.
    Source: the hourly roll-up where it has the dimension, else events.
    """
    span = cache.settled(span) if warehouse.cached else span
    query = dated(warehouse, Query(span, ("clicks",), (dimension,), kinds=Kinds.ALL, limit=MOST, order="-clicks"))
    reading, periods = Reading(query, marked(warehouse)), periods_of(query)
    asked = statement.top(reading, periods, MOST, totals=False, prefix=prefix)
    found = cache.found(warehouse, asked.sql, asked.parameters, name="values_of", limits=LIMITS)
    known = dimension_of(dimension)
    assert known is not None
    return [
        Value(row.key[0], known.text(row.key[0]), int(row.values["clicks"] or 0))
        for row in assembly.top_rows(reading, periods, found.records)
        if row.key[0]
    ]
