"""Answers as tables: what a page draws, and what goes into a CSV file, are the same rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from apps.analytics import intervals
from apps.analytics.analysis import AnalysisForm
from apps.analytics.names import NONE, called
from apps.analytics.query import METRICS, Answer, Dimension, Number, Query, Row, Unit, dimension_of
from apps.ingress.rules.families import is_zone

Naming = Callable[[Dimension, str], str]


@dataclass(frozen=True)
class Column:
    """`unit` as the number filters want it: `count`, `share`, `money:EUR`."""

    name: str
    label: str
    unit: str
    about: str = ""
    lower_is_better: bool = False


@dataclass(frozen=True)
class Key:
    """One cell that says what the row is about. `query` is the address of the report narrowed to it, empty when it cannot be."""

    text: str
    value: str = ""
    query: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """`error` is how far a sampled value may be off, as a share of it; None when it was counted."""

    value: Number
    unit: str
    change: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Line:
    keys: tuple[Key, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """`heads` names the key columns. `rest` is what the limit cut off, `total` everything; `keys` how many groups there are."""

    heads: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    rest: Line | None = None
    keys: int = 0
    # Of the labels that the numbers are about; None when they are about none.
    edition: int | None = None

    @property
    def most(self) -> float:
        """The longest bar of the first column."""
        return max((float(line.cells[0].value or 0) for line in self.lines), default=0)

    def first(self, most: int) -> "Table":
        return replace(self, lines=self.lines[:most])


def unit_of(metric: str, currency: str) -> str:
    unit = METRICS[metric].unit
    return f"money:{currency}" if unit is Unit.MONEY else Unit.SHARE.value if unit is Unit.RATIO else unit.value


def columns_of(metrics: Sequence[str], currency: str) -> tuple[Column, ...]:
    found = (METRICS[name] for name in metrics)
    return tuple(Column(m.name, m.label, unit_of(m.name, currency), m.about, m.lower_is_better) for m in found)


def name_of(dimension: Dimension, key: str) -> str:
    """What a row is called: Germany, Munich in Germany, 14:00."""
    if dimension.is_clock:
        return dimension.text(key)
    *around, last = zip(dimension.fields, dimension.parts(key), strict=True)
    if not last[1] or not around:
        return called(*last)
    return ", ".join([called(*last), *(called(*part) for part in reversed(around) if part[0] != "region" and part[1])])


def table_of(answer: Answer, form: AnalysisForm, currency: str, *, naming: Naming = name_of) -> Table:
    """One line a row of the answer; with an interval the time is the first key."""
    dimensions = [found for name in answer.query.dimensions if (found := dimension_of(name))]
    times = _times(answer, form)
    columns = columns_of(answer.query.metrics, currency)
    lines = tuple(_line(row, columns, (*times(row), *_keys(row, dimensions, form, naming))) for row in answer.rows)
    interval = answer.query.interval
    heads = [intervals.AXES[interval]] if interval else []
    whole = len(heads) + len(dimensions) - 1
    return Table(
        (*heads, *(dimension.label for dimension in dimensions)),
        columns,
        lines,
        total=_line(answer.totals, columns, (Key("All"), *[Key("")] * whole)),
        rest=_line(answer.rest[0], columns, (Key("Other"), *[Key("")] * whole))
        if answer.rest and not interval
        else None,
        keys=answer.keys,
        edition=answer.query.edition,
    )


def _line(row: Row, columns: tuple[Column, ...], keys: tuple[Key, ...]) -> Line:
    return Line(
        keys,
        tuple(
            Cell(row.values[column.name], column.unit, row.change(column.name), row.error(column.name))
            for column in columns
        ),
    )


def _keys(row: Row, dimensions: Iterable[Dimension], form: AnalysisForm, naming: Naming) -> list[Key]:
    return [_key(dimension, key, form, naming) for dimension, key in zip(dimensions, row.key, strict=True)]


def _key(dimension: Dimension, key: str, form: AnalysisForm, naming: Naming) -> Key:
    text = naming(dimension, key)
    if dimension.is_clock:
        return Key(text, key, form.narrowed({clock_field(dimension, form): key}) if is_zone(form.zone.key) else "")
    values = dict(zip(dimension.fields, dimension.parts(key), strict=True))
    code = values[dimension.fields[-1]]
    return Key(
        text,
        code,
        form.narrowed(values),
        note=code if text not in (code, NONE) and dimension.name == "link" else "",
    )


def clock_field(dimension: Dimension, form: AnalysisForm) -> str:
    """The field of a rule that reads this clock, in the zone of the report."""
    return f"{'hour' if dimension.name == 'hour_of_day' else 'weekday'}.{form.zone.key}"


def _times(answer: Answer, form: AnalysisForm) -> Callable[[Row], tuple[Key, ...]]:
    """The key that says when: each interval's name, leading to its days."""
    interval = answer.query.interval
    if interval is None:
        return lambda row: ()
    moments = answer.query.starts
    zone = answer.query.span.zone
    known = dict(zip(moments, intervals.labels([*moments], interval, zone), strict=True))
    after = dict(zip(moments, [*moments[1:], answer.query.span.end], strict=True))

    def key(row: Row) -> tuple[Key, ...]:
        assert row.at is not None, "a row of a series has its time"
        return (Key(known[row.at], row.at.astimezone(zone).isoformat(), _days(form, row.at, after[row.at])),)

    return key


def _days(form: AnalysisForm, start: datetime, end: datetime) -> str:
    zone, span = form.zone, form.report_span
    first_on = max(start.astimezone(zone).date(), span.first_on)
    last_on = min((end - (end - start) / 1000).astimezone(zone).date(), span.last_on)
    days = [("span", "custom"), ("from", first_on.isoformat()), ("to", last_on.isoformat())]
    return urlencode([*form.pairs("span", "from", "to", "interval"), *days])


def movers_table(rows: Sequence[Row], query: Query, form: AnalysisForm, currency: str) -> Table:
    """Now, before and the difference of the first metric, in the order of the rows."""
    [dimension] = [found for name in query.dimensions if (found := dimension_of(name))]
    [column] = columns_of(query.metrics[:1], currency)
    lines = tuple(Line(tuple(_keys(row, [dimension], form, name_of)), _moved(row, column)) for row in rows)
    return Table(
        (dimension.label,),
        (column, replace(column, label="Before"), replace(column, label="Difference")),
        lines,
        edition=query.edition,
    )


def _moved(row: Row, column: Column) -> tuple[Cell, Cell, Cell]:
    now, before = row.values[column.name], (row.before or {}).get(column.name)
    difference = Decimal(str(now or 0)) - Decimal(str(before or 0))
    return Cell(now, column.unit, row.change(column.name)), Cell(before, column.unit), Cell(difference, column.unit)
