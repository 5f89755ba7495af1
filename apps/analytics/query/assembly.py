"""From rows of ClickHouse to rows of an answer: ratios are computed, quiet intervals filled, both periods put side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from apps.analytics.query.answers import Answer, Number, Row
from apps.analytics.query.dimensions import SEPARATOR, Dimension
from apps.analytics.query.facts import MONEY
from apps.analytics.query.metrics import METRICS
from apps.analytics.query.periods import Period
from apps.analytics.query.question import Query
from apps.analytics.query.reading import Reading
from apps.analytics.query.selection import columns_of
from apps.analytics.query.statement import BEFORE

Record = Mapping[str, Any]
NOTHING: Record = {}
VISITORS = "visitors"
# Places that are no groups.
EVERYTHING, REST = 0, -1


def nothing_known(reading: Reading, periods: Sequence[Period]) -> Answer:
    """None of the metrics can be told."""
    compares = len(periods) > 1
    rows = () if reading.query.dimensions else tuple(_row(reading, compares, start) for start in periods[0].starts)
    return Answer(reading.query, rows, _row(reading, compares), notes=reading.notes())


def of_totals(reading: Reading, periods: Sequence[Period], records: Sequence[Record]) -> Answer:
    row = _both(reading, periods, records[0])
    return Answer(reading.query, (row,), row, keys=1)


def top_rows(reading: Reading, periods: Sequence[Period], records: Iterable[Record]) -> tuple[Row, ...]:
    return tuple(_both(reading, periods, record, key_of(reading, record)) for record in records)


def of_top(reading: Reading, periods: Sequence[Period], records: Sequence[Record]) -> Answer:
    """Of all groups there are, and the totals."""
    *grouped, totals = records
    rows = top_rows(reading, periods, grouped)
    return Answer(reading.query, rows, _both(reading, periods, totals), keys=len(rows))


def of_groups(reading: Reading, periods: Sequence[Period], records: Sequence[Record]) -> Answer:
    totals = next((record for record in records if record["is_total"]), NOTHING)
    grouped = [record for record in records if not record["is_total"]]
    return Answer(
        reading.query,
        top_rows(reading, periods, (record for record in grouped if record["place"] > 0)),
        _both(reading, periods, totals),
        tuple(_both(reading, periods, record) for record in grouped if record["place"] == 0),
        keys=totals.get("groups", 0),
    )


def with_visitors(query: Query, answered: Answer, records: Sequence[Record], *, rest: bool) -> Answer:
    """The answer, to which visitors were counted by place of the group: 0 is everything, -1 the rest, None unless it counts."""
    counts = {(record["place"], bool(record["is_before"])): record["visitors"] for record in records}

    def told(row: Row, place: int) -> Row:
        known = place != REST or rest
        now, before = (counts.get((place, is_before), 0) if known else None for is_before in (False, True))
        return replace(
            row,
            values=_in_order(query, {**row.values, VISITORS: now}),
            before=None if row.before is None else _in_order(query, {**row.before, VISITORS: before}),
        )

    return replace(
        answered,
        query=query,
        rows=tuple(told(row, place) for place, row in enumerate(answered.rows, start=1)),
        totals=told(answered.totals, EVERYTHING),
        rest=tuple(told(row, REST) for row in answered.rest),
    )


def of_series(reading: Reading, periods: Sequence[Period], records: Sequence[Record]) -> Answer:
    compares = len(periods) > 1
    totals = {bool(record["is_before"]): record for record in records if record["is_total"]}
    points = _points(periods, (record for record in records if not record["is_total"]))
    return Answer(
        reading.query,
        _every_interval(reading, periods, (), 0, points),
        _row(reading, compares, now=totals.get(False, NOTHING), before=totals.get(True, NOTHING), suffix=""),
        before_at=_before_at(periods),
    )


def of_series_of_groups(
    reading: Reading, periods: Sequence[Period], groups: Answer, records: Sequence[Record]
) -> Answer:
    points = _points(periods, records)
    rows = (
        row
        for place, group in enumerate(groups.rows, start=1)
        for row in _every_interval(reading, periods, group.key, place, points)
    )
    rest = _every_interval(reading, periods, (), 0, points) if groups.rest else ()
    return Answer(reading.query, tuple(rows), groups.totals, rest, keys=groups.keys, before_at=_before_at(periods))


# Records by place of the group, whether before, and place of the interval.
Points = dict[tuple[int, bool, int], Record]


def _points(periods: Sequence[Period], records: Iterable[Record]) -> Points:
    places = {period.is_before: period.places for period in periods}
    return {
        (record["place"], (is_before := bool(record["is_before"])), places[is_before][record["at_ms"]]): record
        for record in records
    }


def _every_interval(
    reading: Reading, periods: Sequence[Period], key: tuple[str, ...], place: int, points: Points
) -> tuple[Row, ...]:
    compares = len(periods) > 1
    return tuple(
        _row(
            reading,
            compares,
            start,
            key,
            now=points.get((place, False, number), NOTHING),
            before=points.get((place, True, number), NOTHING),
            suffix="",
        )
        for number, start in enumerate(periods[0].starts)
    )


def _both(reading: Reading, periods: Sequence[Period], record: Record, key: tuple[str, ...] = ()) -> Row:
    """A record that has both periods side by side."""
    return _row(reading, len(periods) > 1, None, key, now=record, before=record)


def _in_order(query: Query, values: Mapping[str, Number]) -> dict[str, Number]:
    return {name: values[name] for name in query.metrics}


def _row(
    reading: Reading,
    compares: bool,
    at: Any = None,
    key: tuple[str, ...] = (),
    *,
    now: Record = NOTHING,
    before: Record = NOTHING,
    suffix: str = BEFORE,
) -> Row:
    return Row(key, at, _values(reading, now), _values(reading, before, suffix) if compares else None)


def _values(reading: Reading, record: Record, suffix: str = "") -> dict[str, Number]:
    found = {name: _number(name, record.get(f"{name}{suffix}", 0)) for name in reading.measures}
    return {
        name: METRICS[name].of(found) if set(METRICS[name].measures) <= set(found) else None
        for name in reading.query.metrics
    }


def _number(measure: str, value: Any) -> int | Decimal:
    return Decimal(value) if measure in MONEY else int(value)


def key_of(reading: Reading, record: Record) -> tuple[str, ...]:
    """One text for each dimension."""
    texts: dict[str, list[str]] = {}
    for place, (_, dimension) in enumerate(columns_of(reading.query)):
        texts.setdefault(dimension.name, []).append(_text(dimension, record[f"shown_f{place}"]))
    return tuple(SEPARATOR.join(texts[name]) for name in reading.query.dimensions)


def _text(dimension: Dimension, value: Any) -> str:
    return f"{value:02}" if dimension.name == "hour_of_day" else str(value)


def _before_at(periods: Sequence[Period]) -> dict[Any, Any]:
    return dict(zip(periods[0].starts, periods[1].starts, strict=True)) if len(periods) > 1 else {}
