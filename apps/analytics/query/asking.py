"""The questions themselves."""

from collections.abc import Sequence
from dataclasses import replace

from apps.analytics import cache
from apps.analytics.query import assembly, statement
from apps.analytics.query.answers import Answer, Row
from apps.analytics.query.grouping import ask, groups_of
from apps.analytics.query.periods import Period, periods_of
from apps.analytics.query.question import Compare, Query
from apps.analytics.query.reading import Reading
from apps.analytics.query.rollup import history, marked
from apps.attribution.ledger.editions import newest
from apps.ingress.warehouse.reader import Warehouse


def answer(warehouse: Warehouse, query: Query) -> Answer:
    """Errors: those of Warehouse.rows.

    Units: those of METRICS. Source: roll-up, events, conversions and costs, as Answer.source says.
    Cost: one question, and a second one for a series of groups. With `warehouse.cached` a span that reaches now ends some seconds
    earlier, so that it is the same question for a while.
    """
    query = _settled(warehouse, query)
    periods = periods_of(query)
    reading = Reading(query, marked(warehouse))
    if not reading.measures:
        return assembly.nothing_known(reading, periods)
    if query.interval is None:
        grouped = groups_of(warehouse, reading, periods)
        found, answered = grouped.found, grouped.answer
    elif query.dimensions:
        found, answered = _series_of_groups(warehouse, reading, periods)
    else:
        found = ask(warehouse, statement.series(reading, periods, None), "query_series")
        answered = assembly.of_series(reading, periods, found.records)
    return replace(
        answered,
        notes=(
            *reading.notes(),
            *answered.notes,
            *history(warehouse, [reading.cover(period) for period in periods]),
        ),
        source=reading.source(periods),
        asked_at=found.asked_at,
        cached=found.cached,
    )


def top_movers(warehouse: Warehouse, query: Query) -> tuple[Row, ...]:
    """Rows whose first metric changed most against the time before, up or down, the largest change first; at most `limit`.

    Compares with the previous period when the query says nothing. Rows that exist only now or only before are among them.
    Units: those of METRICS. Source: as `answer`. Errors: those of Warehouse.rows.
    """
    query = _settled(warehouse, replace(query, compare=query.compare or Compare.PREVIOUS, interval=None))
    periods, reading = periods_of(query), Reading(query, marked(warehouse))
    if not reading.measures:
        return ()
    top = statement.top(reading, periods, query.limit, totals=False, movers=True)
    return assembly.top_rows(reading, periods, ask(warehouse, top, "query_movers").records)


def dated(warehouse: Warehouse, query: Query) -> Query:
    """The query with the edition it is answered as of, where that makes a difference; then two small questions to PostgreSQL."""
    if query.as_of is not None or not query.reads_labels:
        return query
    return replace(query, as_of=newest(warehouse.organization_id))


def _settled(warehouse: Warehouse, query: Query) -> Query:
    query = dated(warehouse, query)
    return replace(query, span=cache.settled(query.span)) if warehouse.cached else query


def _series_of_groups(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> tuple[cache.Found, Answer]:
    """First which groups, then when."""
    whole = Reading(replace(reading.query, interval=None), reading.marked)
    chosen = groups_of(warehouse, whole, periods_of(whole.query))
    found = ask(warehouse, statement.series(reading, periods, chosen.hashes), "query_series")
    return found, assembly.of_series_of_groups(reading, periods, chosen.answer, found.records)
