"""The questions themselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from apps.analytics import cache
from apps.analytics.query import assembly, statement
from apps.analytics.query.answers import Answer, Row
from apps.analytics.query.periods import Period, periods_of
from apps.analytics.query.question import Compare, Query
from apps.analytics.query.reading import Reading
from apps.analytics.query.rollup import history, marked
from apps.ingress.warehouse.reader import Warehouse

# Groups times intervals, of two periods, and the rest.
LIMITS: dict[str, Any] = {"max_result_rows": 250_000, "max_bytes_before_external_group_by": 1024**3}


def answer(warehouse: Warehouse, query: Query) -> Answer:
    """Errors: those of Warehouse.rows.

    Units: those of METRICS. Source: roll-up, events, conversions and costs, as Answer.source says.
    Cost: one question, and a second one for a series of groups. With `warehouse.cached` a span that reaches now ends some seconds
    earlier, so that it is the same question for a while.
    """
    return _answer(warehouse, query, movers=False)


def top_movers(warehouse: Warehouse, query: Query) -> tuple[Row, ...]:
    """Rows whose first metric changed most against the time before, up or down, the largest change first; at most `limit`.

    Compares with the previous period when the query says nothing. Rows that exist only now or only before are among them.
    Units: those of METRICS. Source: as `answer`. Errors: those of Warehouse.rows.
    """
    return _answer(
        warehouse, replace(query, compare=query.compare or Compare.PREVIOUS, interval=None), movers=True
    ).rows


def _answer(warehouse: Warehouse, query: Query, *, movers: bool) -> Answer:
    if warehouse.cached:
        query = replace(query, span=cache.settled(query.span))
    periods = periods_of(query)
    reading = Reading(query, marked(warehouse))
    if not reading.measures:
        return assembly.nothing_known(reading, periods)
    if query.interval is None:
        found = _ask(warehouse, statement.groups(reading, periods, movers=movers), "query")
        answered = assembly.of_groups(reading, periods, found.records)
    elif query.dimensions:
        found, answered = _series_of_groups(warehouse, reading, periods)
    else:
        found = _ask(warehouse, statement.series(reading, periods, None), "query_series")
        answered = assembly.of_series(reading, periods, found.records)
    return replace(
        answered,
        notes=(*reading.notes(), *history(warehouse, [reading.cover(period) for period in periods])),
        source=reading.source(periods),
        asked_at=found.asked_at,
        cached=found.cached,
    )


def _series_of_groups(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> tuple[cache.Found, Answer]:
    """First which groups, then when."""
    whole = Reading(replace(reading.query, interval=None), reading.marked)
    chosen = _ask(warehouse, statement.groups(whole, periods_of(whole.query)), "query")
    groups = assembly.of_groups(whole, periods, chosen.records)
    hashes = [record["shown_hash"] for record in chosen.records if not record["is_total"] and record["place"] > 0]
    found = _ask(warehouse, statement.series(reading, periods, hashes), "query_series")
    return found, assembly.of_series_of_groups(reading, periods, groups, found.records)


def _ask(warehouse: Warehouse, asked: statement.Statement, name: str) -> cache.Found:
    return cache.found(warehouse, asked.sql, asked.parameters, name=name, limits=LIMITS)
