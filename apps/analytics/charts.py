"""Answers as the chart dictionaries that `_chart.html` draws, with the table beside them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from apps.analytics import intervals
from apps.analytics.names import WEEKDAYS
from apps.analytics.query import METRICS, Answer, Number, Row
from apps.analytics.reports.clicks_by_minute import MinuteCount
from apps.analytics.tables import Table, unit_of

Chart = dict[str, Any]

# More lines than this cannot be told apart.
MOST_LINES = 6
MOST_BARS = 12
HOURS = [f"{hour:02}" for hour in range(24)]


def over_time(answer: Answer, metric: str, *, currency: str, against: str = "") -> Chart:
    """One metric over the span, and dashed beside it the time compared with. What still grows is drawn as unfinished."""
    series: list[dict[str, Any]] = [
        {"name": METRICS[metric].label, "values": [_float(row.values[metric]) for row in answer.rows]}
    ]
    if answer.query.compare:
        before = [_float((row.before or {}).get(metric)) for row in answer.rows]
        series.append({"name": against.capitalize(), "values": before, "compare": True})
    return _timed(answer, series, unit_of(metric, currency))


def lines(answer: Answer, table: Table, *, currency: str) -> Chart:
    """The first metric over time, a line for each of the first groups."""
    metric = answer.query.metrics[0]
    names = {
        row.key: ", ".join(key.text for key in line.keys[1:])
        for row, line in zip(answer.rows, table.lines, strict=True)
    }
    values: dict[tuple[str, ...], list[float | None]] = {key: [] for key in [*names][:MOST_LINES]}
    for row in answer.rows:
        if row.key in values:
            values[row.key].append(_float(row.values[metric]))
    series = [{"name": names[key], "values": found} for key, found in values.items()]
    return _timed(answer, series, unit_of(metric, currency))


def bars(table: Table) -> Chart:
    """The first column of a table as bars."""
    column, shown = table.columns[0], table.lines[:MOST_BARS]
    return {
        "type": "bar",
        "horizontal": True,
        "axis": ", ".join(table.heads),
        "labels": [", ".join(key.text for key in line.keys) for line in shown],
        "links": [f"?{line.keys[0].query}" if line.keys[0].query else "" for line in shown],
        "series": [{"name": column.label, "values": [_float(line.cells[0].value) for line in shown]}],
        "unit": column.unit,
    }


def world(table: Table, page: str) -> Chart:
    """A table by country as a map; what is of no known country is in the table only."""
    known = [line for line in table.lines if line.keys[0].value]
    return {
        "type": "map",
        "axis": "Country",
        "labels": [line.keys[0].text for line in known],
        "codes": [line.keys[0].value for line in known],
        "links": [f"{page}?{line.keys[0].query}" for line in known],
        "series": [
            {"name": column.label, "values": [_float(line.cells[at].value) for line in known]}
            for at, column in enumerate(table.columns[:1])
        ],
        "unit": table.columns[0].unit,
    }


def week(rows: Sequence[Row], metric: str, currency: str, *, by: tuple[str, ...] = ("weekday", "hour_of_day")) -> Chart:
    """Weekdays by hours of the day, of rows by these two in either order; absent ones are zeros."""
    found = {row.key if by[0] == "weekday" else row.key[::-1]: _float(row.values[metric]) for row in rows}
    days = [str(number) for number in range(1, 8)]
    return {
        "type": "heat",
        "axis": "Weekday",
        "measure": METRICS[metric].label,
        "labels": list(WEEKDAYS),
        "series": [{"name": f"{hour}:00", "values": [found.get((day, hour), 0) for day in days]} for hour in HOURS],
        "unit": unit_of(metric, currency),
    }


def by_minute(minutes: list[MinuteCount], zone: ZoneInfo) -> Chart:
    """People and the other kinds, one upon the other. The current minute is drawn as unfinished."""
    return {
        "type": "bar",
        "stacked": True,
        "axis": "Minute",
        "labels": [minute.minute.astimezone(zone).strftime("%H:%M") for minute in minutes],
        "series": [
            {"name": "People", "values": [minute.people for minute in minutes]},
            {"name": "Other kinds", "values": [minute.everything - minute.people for minute in minutes]},
        ],
        "unfinished": 1,
    }


def _timed(answer: Answer, series: list[dict[str, Any]], unit: str) -> Chart:
    interval, starts = answer.query.interval, answer.query.starts
    assert interval, "only a series is drawn over time"
    return {
        "type": "line" if len(starts) > 1 else "bar",
        "axis": intervals.AXES[interval],
        "labels": intervals.labels([*starts], interval, answer.query.span.zone),
        "series": series,
        "unit": unit,
        "unfinished": int(answer.query.span.is_open),
    }


def _float(value: Number) -> float | None:
    return None if value is None else int(value) if isinstance(value, int) else float(value)
