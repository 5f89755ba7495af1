"""The whole SQL of a query: groups in their order with what was cut and the totals, and series of groups over time."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.analytics.query import facts
from apps.analytics.query.dimensions import dimension_of
from apps.analytics.query.metrics import METRICS, Metric
from apps.analytics.query.part import Part
from apps.analytics.query.periods import Period
from apps.analytics.query.reading import Reading
from apps.analytics.query.selection import CLOCK, Values, columns_of, of_part, when

MEASURE = re.compile(rf"\b({'|'.join((*facts.CLICKS, *facts.COUNTS, *facts.MONEY))})\b")
BEFORE = "_before"
# The SQL of a measure of the period whose columns end so.
Number = Callable[[str, str], str]

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
        FROM ({grouped}) AS p WHERE {anything}
    )
) AS p
GROUP BY place, shown_hash, {shown} WITH TOTALS ORDER BY place
"""
TOGETHER = "SELECT {columns} FROM ({selections}) AS p {grouping}"
TOTALS = "SELECT {numbers} FROM ({selections}) AS p"
# Without what was cut: one grouping, which is all that a small question takes.
TOP = """
SELECT {shown}, cityHash64({keys}) AS shown_hash, {numbers}
FROM ({selections}) AS p GROUP BY {groups}{totals} HAVING {anything} ORDER BY {order} LIMIT {limit}
"""
# Of chosen groups (place from 1), of everything (0), and of what is not chosen (-1). Nothing is asked of the place before rows are
# put together: ClickHouse would ask it of every row, before it asks for the values that are wanted.
VISITORS = """
SELECT place, is_before, {visitors} AS visitors
FROM (
    SELECT indexOf({hashes}, cityHash64({keys})) AS found, if(found = 0, -1, toInt64(found)) AS place, is_before, m_visitors
    FROM ({selections}) AS p
    UNION ALL SELECT 0, 0, is_before, m_visitors FROM ({everything})
) AS p
GROUP BY place, is_before
"""
# What each piece of the sample has, added up for each group.
SAMPLED = """
SELECT {shown}, {pieces} FROM ({selection}) AS p GROUP BY {groups} WITH TOTALS HAVING {anything} ORDER BY {order} LIMIT {limit}
"""
ROWS = "SELECT {piece} AS piece, count() AS rows FROM events WHERE {{{{scope}}}} AND ({when}) GROUP BY piece"
SAMPLED_TOTALS = "SELECT {pieces} FROM ({selection}) AS p"
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


def totals(reading: Reading, periods: Sequence[Period]) -> Statement:
    """One row."""
    values = Values()
    selections = _together(reading.selections(periods, values, merged_later=True))
    return Statement(TOTALS.format(numbers=_told(reading, periods), selections=selections), values.of)


def top(
    reading: Reading, periods: Sequence[Period], limit: int, *, totals: bool, movers: bool = False, prefix: str = ""
) -> Statement:
    """A row for each of the first groups and, as the last one, the totals if they are wanted. `movers` orders by how much the first
    metric changed; `prefix` begins the last key.
    """
    values, keys = Values(), _keys(reading)
    conditions = _conditions(periods)
    selections = _together(reading.selections(periods, values, merged_later=True))
    numbers = [
        facts.summed(name, condition=condition) for condition in conditions.values() for name in _telling(reading)
    ]
    anything = f"({' OR '.join(f'{number} != 0' for number in numbers)})"

    def number(measure: str, suffix: str) -> str:
        return facts.summed(measure, condition=conditions[suffix])

    sql = TOP.format(
        shown=", ".join(f"{key} AS shown_{key}" for key in keys),
        keys=_texts(keys),
        numbers=_told(reading, periods),
        selections=selections,
        groups=", ".join(keys),
        totals=" WITH TOTALS" if totals else "",
        anything=anything + (_matching(keys[-1], prefix, values) if prefix else ""),
        order=f"{_change(reading, number) if movers else _order(reading, number)}, {', '.join(keys)}",
        limit=values.add("UInt32", limit),
    )
    return Statement(sql, values.of)


def groups(reading: Reading, periods: Sequence[Period]) -> Statement:
    """A row for each group of `limit` from `offset` with its place from 1, one for the groups after them (place 0) and before
    them (-1), and one for everything.
    """
    query, values, keys = reading.query, Values(), _keys(reading)
    suffixes = [*_conditions(periods)]
    columns = [f"m_{name}{suffix}" for suffix in suffixes for name in _telling(reading)]
    sql = GROUPS.format(
        shown=", ".join(f"shown_{key}" for key in keys),
        hidden=", ".join(f"if(place > 0, {key}, defaultValueOfArgumentType({key})) AS shown_{key}" for key in keys),
        keys=_texts(keys),
        numbers=_numbers(reading, suffixes),
        offset=values.add("UInt32", query.offset),
        limit=values.add("UInt32", query.limit),
        order=f"{_order(reading, _column)}, {', '.join(keys)}",
        grouped=_grouped(reading, periods, values),
        anything=" OR ".join(f"{_finalized(column)} != 0" for column in columns),
    )
    return Statement(sql, values.of)


def sampled(reading: Reading, period: Period, part: Part) -> Statement:
    """A row for each of the first groups, one more than the limit, and the totals; a measure is two lists, of pieces and of their
    counts.
    """
    values, keys = Values(), _keys(reading)
    selection = of_part(reading.query, period, part, reading.measures, values)
    pieces = ", ".join(f"sumMap([piece], [m_{name}]) AS {name}" for name in reading.measures)
    if not keys:
        return Statement(SAMPLED_TOTALS.format(pieces=pieces, selection=selection), values.of)
    sql = SAMPLED.format(
        shown=", ".join(f"{key} AS shown_{key}" for key in keys),
        pieces=pieces,
        selection=selection,
        groups=", ".join(keys),
        anything=" OR ".join(f"{facts.summed(name)} != 0" for name in reading.measures),
        order=f"{_order(reading, facts.summed)}, {', '.join(keys)}",
        limit=values.add("UInt32", reading.query.limit + 1),
    )
    return Statement(sql, values.of)


def rows(period: Period, part: Part | None = None) -> Statement:
    """How many single events of every kind there are, by piece of a part, or altogether: what the index knows, and borders."""
    values = Values()
    sql = ROWS.format(piece=part.piece if part else 0, when=when(period, part, values))
    return Statement(sql, values.of)


def visitors(reading: Reading, everything: Reading, periods: Sequence[Period], hashes: Sequence[int]) -> Statement:
    """Visitors of these groups, of `everything`, and of the rest of what is read, by period."""
    values = Values()
    sql = VISITORS.format(
        visitors=facts.summed("visitors"),
        hashes=values.add("Array(UInt64)", hashes),
        keys=_texts(_keys(reading)),
        selections=_together(reading.selections(periods, values, merged_later=True)),
        everything=_together(everything.selections(periods, values, merged_later=True)),
    )
    return Statement(sql, values.of)


def series(reading: Reading, periods: Sequence[Period], hashes: Sequence[int] | None) -> Statement:
    """A row for each of these groups (place from 1), period and interval; place 0 is everything else. Without dimensions, where
    nothing needs to be chosen, also a row for the totals of each period.
    """
    values = Values()
    selections = _together(reading.selections(periods, values, merged_later=True))
    keys = _texts(_keys(reading))
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
        selections=_together(selections),
        grouping=f"GROUP BY {', '.join(keys)}",
    )


def _keys(reading: Reading) -> list[str]:
    return [f"f{place}" for place, _ in enumerate(columns_of(reading.query))]


def _texts(keys: Sequence[str]) -> str:
    return ", ".join(f"toString({key})" for key in keys)


def _together(selections: Sequence[str]) -> str:
    return " UNION ALL ".join(selections)


def _conditions(periods: Sequence[Period]) -> dict[str, str]:
    """What holds for rows of each period, by what its columns end in."""
    if len(periods) == 1:
        return {"": ""}
    return {BEFORE if period.is_before else "": f"is_before = {int(period.is_before)}" for period in periods}


def _telling(reading: Reading) -> list[str]:
    """Measures that tell whether there is anything: nobody came without a click, and telling how many came takes a while."""
    return [name for name in reading.measures if name != "visitors" or "clicks" not in reading.measures]


def _told(reading: Reading, periods: Sequence[Period]) -> str:
    return ", ".join(
        f"{facts.told(name, facts.summed(name, condition=condition))} AS {name}{suffix}"
        for suffix, condition in _conditions(periods).items()
        for name in reading.measures
    )


def _numbers(reading: Reading, suffixes: Iterable[str]) -> str:
    return ", ".join(
        f"{facts.told(name, facts.summed(name, suffix))} AS {name}{suffix}"
        for suffix in suffixes
        for name in reading.measures
    )


def _order(reading: Reading, number: Number) -> str:
    query = reading.query
    name = query.order or (query.dimensions[0] if query.dimensions[0] in CLOCK else f"-{query.metrics[0]}")
    direction = "DESC" if name.startswith("-") else "ASC"
    name = name.removeprefix("-")
    if dimension_of(name) and name in query.dimensions:
        columns = [place for place, (_, dimension) in enumerate(columns_of(query)) if dimension.name == name]
        return ", ".join(f"f{place} {direction}" for place in columns)
    return f"{_metric(reading, METRICS[name], number)} {direction} NULLS LAST"


def _change(reading: Reading, number: Number) -> str:
    metric = METRICS[reading.query.metrics[0]]
    now, before = (f"ifNull(toFloat64({_metric(reading, metric, number, suffix)}), 0)" for suffix in ("", BEFORE))
    return f"abs({now} - {before}) DESC"


def _metric(reading: Reading, metric: Metric, number: Number, suffix: str = "") -> str:
    if not set(metric.measures) <= set(reading.measures):
        return "NULL"
    return MEASURE.sub(lambda found: number(found[0], suffix), metric.sql)


def _column(measure: str, suffix: str) -> str:
    return _finalized(f"m_{measure}{suffix}")


def _finalized(column: str) -> str:
    return f"finalizeAggregation({column})" if column.startswith("m_visitors") else column


def _matching(key: str, prefix: str, values: Values) -> str:
    return f" AND startsWith(lowerUTF8(toString({key})), lowerUTF8({values.add('String', prefix)}))"
