"""An answer as a flat table: for CSV, where a spreadsheet must not take a visitor's text for a formula."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from apps.accounts.spreadsheet import safe
from apps.analytics.query.answers import Answer, Number, Row
from apps.analytics.query.dimensions import Dimension, dimension_of
from apps.analytics.query.intervals import Interval


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def members(dimension: Dimension) -> tuple[str, ...]:
    """What the parts of its values are called: `country`, `region`, `city` for a city."""
    called = {"device_brand": "brand", "device_model": "model"}
    return (
        tuple(called.get(field, field) for field in dimension.fields)
        if len(dimension.fields) > 1
        else (dimension.name,)
    )


def key_of(answer: Answer, row: Row) -> dict[str, str]:
    """The parts of a row's key by name; nothing for totals and rest."""
    found: dict[str, str] = {}
    for name, value in zip(answer.query.dimensions, row.key, strict=False):
        dimension = dimension_of(name)
        assert dimension is not None
        found.update(zip(members(dimension), dimension.parts(value), strict=True))
    return found


def header(answer: Answer) -> list[str]:
    dimensions = [dimension for name in answer.query.dimensions if (dimension := dimension_of(name))]
    keys = dict.fromkeys(member for dimension in dimensions for member in members(dimension))
    before = [f"{metric} before" for metric in answer.query.metrics] if answer.query.compare else []
    interval = [answer.query.interval] if answer.query.interval else []
    return [*keys, *interval, *answer.query.metrics, *before, *([] if answer.query.edition is None else ["edition"])]


def lines(answer: Answer) -> Iterator[list[str]]:
    """One for each row shown, in the order of `header`. What is not defined is empty; days are local, moments have their offset."""
    for row in answer.rows:
        at = [_moment(answer, row.at)] if row.at else []
        before = row.before.values() if row.before else ()
        edition = [] if answer.query.edition is None else [str(answer.query.edition)]
        keys = map(safe, key_of(answer, row).values())
        yield [*keys, *at, *map(_cell, row.values.values()), *map(_cell, before), *edition]


def csv_of(answer: Answer) -> Iterator[str]:
    """Lines, header first."""
    write = csv.writer(_Line()).writerow
    yield write([safe(name) for name in header(answer)])
    yield from map(write, lines(answer))


def _moment(answer: Answer, at: datetime) -> str:
    local = at.astimezone(answer.query.span.zone)
    return local.isoformat() if answer.query.interval in (Interval.MINUTE, Interval.HOUR) else local.date().isoformat()


def _cell(number: Number) -> str:
    return "" if number is None else plain(number) if isinstance(number, Decimal) else str(number)


def plain(money: Decimal) -> str:
    """Never with an exponent."""
    return f"{money:f}"
