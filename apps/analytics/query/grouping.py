"""Which groups a question has, told in the cheapest way that says everything.

Merging visitors' states is what a question of the roll-up costs: up to 80 µs a row. Of many groups those to show are chosen by
their clicks, and only their visitors are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from apps.analytics import cache
from apps.analytics.query import assembly, statement
from apps.analytics.query.answers import Answer
from apps.analytics.query.periods import Period
from apps.analytics.query.reading import Reading
from apps.analytics.query.rollup import HOURLY
from apps.ingress.warehouse.reader import Warehouse

# Groups times intervals, of two periods, and the rest.
LIMITS: dict[str, Any] = {"max_result_rows": 250_000, "max_bytes_before_external_group_by": 1024**3}
# How many values they have at most, or likely, which the roll-up keeps by hour for that.
CERTAIN = {"kind": 10, "weekday": 7, "hour_of_day": 24}
LIKELY = {**dict.fromkeys(HOURLY, 100), **CERTAIN}
# So many groups that are not shown have their visitors counted together.
MOST_MERGED = 100
UNCOUNTED = "Visitors of the other {count:,} are not counted together; they do not add up."


@dataclass(frozen=True)
class Grouped:
    """`hashes` are those of the answer's groups, in their order, as `statement.series` takes them."""

    found: cache.Found
    answer: Answer
    hashes: Sequence[int] = ()


def ask(warehouse: Warehouse, asked: statement.Statement, name: str) -> cache.Found:
    return cache.found(warehouse, asked.sql, asked.parameters, name=name, limits=LIMITS)


def groups_of(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> Grouped:
    """Of a query without an interval: its groups, totals and rest. Errors: those of Warehouse.rows."""
    if not reading.query.dimensions:
        found = ask(warehouse, statement.totals(reading, periods), "query")
        return Grouped(found, assembly.of_totals(reading, periods, found.records))
    if _are_few(reading, periods) and (all_of_them := _all(warehouse, reading, periods)):
        return all_of_them
    if _visitors_can_wait(reading, periods):
        return _chosen_first(warehouse, reading, periods)
    return _ranked(warehouse, reading, periods)


def _are_few(reading: Reading, periods: Sequence[Period]) -> bool:
    """Whether all groups are shown; what is only likely is tried where asking once more would not take long."""
    query = reading.query
    known = LIKELY if reading.reads_little(periods) else CERTAIN
    names = query.dimensions
    return query.offset == 0 and {*names} <= known.keys() and prod(known[name] for name in names) <= query.limit


def _all(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> Grouped | None:
    """None when there are more than the limit allows after all."""
    limit = reading.query.limit
    found = ask(warehouse, statement.top(reading, periods, limit + 1, totals=True), "query")
    if len(found.records) > limit + 1:
        return None
    hashes = [record["shown_hash"] for record in found.records[:-1]]
    return Grouped(found, assembly.of_top(reading, periods, found.records), hashes)


def _visitors_can_wait(reading: Reading, periods: Sequence[Period]) -> bool:
    """Clicks alone choose the groups, and the roll-up has everything as one row, whatever the dimension."""
    query = reading.query
    ordered_by = query.order.removeprefix("-") or query.metrics[0]
    return (
        {"clicks", "visitors"} <= {*query.metrics}
        and ordered_by != "visitors"
        and reading.rule_columns <= {"kind"}
        and query.dimensions == (reading.facet,)
        and reading.reads_little(periods)
    )


def _chosen_first(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> Grouped:
    query = reading.query
    others = tuple(name for name in query.metrics if name != "visitors")
    order = query.order or f"-{query.metrics[0]}"
    chosen = _ranked(warehouse, Reading(replace(query, metrics=others, order=order), reading.marked), periods)
    cut = chosen.answer.keys - len(chosen.answer.rows)
    merged = query.offset == 0 and cut <= MOST_MERGED
    only = None if merged else tuple(key for row in chosen.answer.rows for key in row.key)
    people = Reading(replace(query, metrics=("visitors",), order=""), reading.marked, only)
    everything = Reading(replace(query, metrics=("visitors",), order="", dimensions=()), reading.marked)
    counted = ask(warehouse, statement.visitors(people, everything, periods, chosen.hashes), "query_visitors")
    answered = assembly.with_visitors(query, chosen.answer, counted.records, rest=merged)
    notes = (UNCOUNTED.format(count=cut),) if answered.rest and not merged else ()
    return Grouped(chosen.found, replace(answered, notes=notes), chosen.hashes)


def _ranked(warehouse: Warehouse, reading: Reading, periods: Sequence[Period]) -> Grouped:
    found = ask(warehouse, statement.groups(reading, periods), "query")
    hashes = [record["shown_hash"] for record in found.records if not record["is_total"] and record["place"] > 0]
    return Grouped(found, assembly.of_groups(reading, periods, found.records), hashes)
