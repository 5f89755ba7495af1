"""The whole SQL of a query: groups in their order with what was cut and the totals, and series of groups over time."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.analytics.query import facts
from apps.analytics.query.dimensions import dimension_of
from apps.analytics.query.metrics import METRICS, Metric
from apps.analytics.query.periods import Period
from apps.analytics.query.reading import Reading
from apps.analytics.query.selection import CLOCK, Values, columns_of

MEASURE = re.compile(rf"\b({'|'.join((*facts.CLICKS, *facts.COUNTS, *facts.MONEY))})\b")
BEFORE = "_before"

# Totals are put together out of the groups that are shown and the rest; a grouping set of their own would merge every group once
# more. They alone have another place than what they are made of: there is a first group, or one before it.
GROUPS = """
SELECT max(rank) = 0 OR min(p.place) != place OR max(p.place) != place AS is_total,
       place, shown_hash, {shown}, max(rank) AS groups, {numbers}
FROM (
    SELECT *, multiIf(rank <= {offset}, -1, rank <= {offset} + {limit}, toInt64(rank), 0) AS place,
           if(place > 0, hash, 0) AS shown_hash, {hidden}
    FROM (
        SELECT *, cityHash64({keys}) AS hash, row_number() OVER (ORDER BY {order}) AS rank
        FROM ({grouped}) AS p WHERE ({anything}){matching}
    )
) AS p
GROUP BY place, shown_hash, {shown} WITH TOTALS ORDER BY place
"""
TOGETHER = "SELECT {columns} FROM ({selections}) AS p {grouping}"
TOTALS = "SELECT 1 AS is_total, {numbers} FROM ({grouped}) AS p"
SERIES = """
SELECT {total} AS is_total, place, is_before, at_ms, {numbers}
FROM (SELECT *, {place} AS place FROM ({selections}) AS p) AS p
GROUP BY {sets} ORDER BY is_total, place, is_before, at_ms
"""


@dataclass(frozen=True)
class Statement:
    """SQL for `Warehouse.table`."""

    sql: str
    parameters: dict[str, Any]


def groups(reading: Reading, periods: Sequence[Period], *, movers: bool = False, prefix: str = "") -> Statement:
    """A row for each group of `limit` from `offset` with its place from 1, one for the groups after them (place 0) and before
    them (-1), and one for everything. `movers` orders by how much the first metric changed; `prefix` begins the last key.
    """
    query, values = reading.query, Values()
    numbers = _numbers(reading, [*_suffixes(periods)])
    grouped = _grouped(reading, periods, values)
    keys = _keys(reading)
    if not keys:
        return Statement(TOTALS.format(numbers=numbers, grouped=grouped), values.of)
    # Nobody came without a click, and telling how many came takes a while.
    told = [name for name in reading.measures if name != "visitors" or "clicks" not in reading.measures]
    columns = [f"m_{name}{suffix}" for suffix in _suffixes(periods) for name in told]
    sql = GROUPS.format(
        shown=", ".join(f"shown_{key}" for key in keys),
        hidden=", ".join(f"if(place > 0, {key}, defaultValueOfArgumentType({key})) AS shown_{key}" for key in keys),
        keys=", ".join(f"toString({key})" for key in keys),
        numbers=numbers,
        offset=values.add("UInt32", query.offset),
        limit=values.add("UInt32", query.limit),
        order=f"{_change(reading) if movers else _order(reading)}, {', '.join(keys)}",
        grouped=grouped,
        anything=" OR ".join(f"{_number(column)} != 0" for column in columns),
        matching=_matching(keys[-1], prefix, values) if prefix else "",
    )
    return Statement(sql, values.of)


def series(reading: Reading, periods: Sequence[Period], hashes: Sequence[int] | None) -> Statement:
    """A row for each of these groups (place from 1), period and interval; place 0 is everything else. Without dimensions, where
    nothing needs to be chosen, also a row for the totals of each period.
    """
    values = Values()
    selections = " UNION ALL ".join(reading.selections(periods, values, merged_later=True))
    keys = ", ".join(f"toString({key})" for key in _keys(reading))
    alone = hashes is None
    sql = SERIES.format(
        total="grouping(at_ms)" if alone else "0",
        place="0" if alone else f"indexOf({values.add('Array(UInt64)', hashes)}, cityHash64({keys}))",
        numbers=_numbers(reading, [""]),
        selections=selections,
        sets="GROUPING SETS ((place, is_before, at_ms), (place, is_before))" if alone else "place, is_before, at_ms",
    )
    return Statement(sql, values.of)


def _grouped(reading: Reading, periods: Sequence[Period], values: Values) -> str:
    """One row for each group, with the measures of both periods side by side."""
    selections = reading.selections(periods, values)
    if len(selections) == 1:
        return selections[0]
    selections = reading.selections(periods, values, merged_later=True)
    keys = _keys(reading)
    if len(periods) == 1:
        measures = [f"{facts.merged(name)} AS m_{name}" for name in reading.measures]
    else:
        measures = [
            f"{facts.merged_if(name, f'is_before = {int(bool(suffix))}')} AS m_{name}{suffix}"
            for suffix in ("", BEFORE)
            for name in reading.measures
        ]
    return TOGETHER.format(
        columns=", ".join([*keys, *measures]),
        selections=" UNION ALL ".join(selections),
        grouping=f"GROUP BY {', '.join(keys)}" if keys else "",
    )


def _keys(reading: Reading) -> list[str]:
    return [f"f{place}" for place, _ in enumerate(columns_of(reading.query))]


def _suffixes(periods: Sequence[Period]) -> Iterable[str]:
    return (BEFORE if period.is_before else "" for period in periods)


def _numbers(reading: Reading, suffixes: Iterable[str]) -> str:
    return ", ".join(
        f"{facts.finished(name, suffix)} AS {name}{suffix}" for suffix in suffixes for name in reading.measures
    )


def _order(reading: Reading) -> str:
    query = reading.query
    name = query.order or (query.dimensions[0] if query.dimensions[0] in CLOCK else f"-{query.metrics[0]}")
    direction = "DESC" if name.startswith("-") else "ASC"
    name = name.removeprefix("-")
    if dimension_of(name) and name in query.dimensions:
        columns = [place for place, (_, dimension) in enumerate(columns_of(query)) if dimension.name == name]
        return ", ".join(f"f{place} {direction}" for place in columns)
    return f"{_metric(reading, METRICS[name])} {direction} NULLS LAST"


def _change(reading: Reading) -> str:
    metric = METRICS[reading.query.metrics[0]]
    now, before = (f"ifNull(toFloat64({_metric(reading, metric, suffix)}), 0)" for suffix in ("", BEFORE))
    return f"abs({now} - {before}) DESC"


def _metric(reading: Reading, metric: Metric, suffix: str = "") -> str:
    if not set(metric.measures) <= set(reading.measures):
        return "NULL"
    return MEASURE.sub(lambda found: _number(f"m_{found[0]}{suffix}"), metric.sql)


def _number(column: str) -> str:
    return f"finalizeAggregation({column})" if column.startswith("m_visitors") else column


def _matching(key: str, prefix: str, values: Values) -> str:
    return f" AND startsWith(lowerUTF8(toString({key})), lowerUTF8({values.add('String', prefix)}))"
