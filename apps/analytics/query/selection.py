"""SQL that counts one period in one table: rows of the query's fields and measures, grouped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from apps.analytics.kinds import Kinds
from apps.analytics.query import facts
from apps.analytics.query.cover import Cover, Stretch
from apps.analytics.query.dimensions import LABEL, Dimension, dimension_of, is_number
from apps.analytics.query.facts import Fact
from apps.analytics.query.labelled import beside_labels, entries, within_conversions
from apps.analytics.query.part import Part
from apps.analytics.query.periods import Period
from apps.analytics.query.question import Query
from apps.analytics.query.rollup import FACETS
from apps.analytics.span import milliseconds
from apps.ingress.rules import where

CLOCK = {"hour_of_day": "toHour(happened_at, {zone})", "weekday": "toDayOfWeek(happened_at, 0, {zone})"}
PARAMETERS = "parameters."

GROUPED = "SELECT {columns} FROM {selected} AND ({rule}) {grouping}"
TABLE = "{table} WHERE {{{{scope}}}} AND ({when})"
ROLLUP = """(
    SELECT at AS happened_at, kind, {columns} FROM events_hourly
    WHERE {{{{scope}}}} AND dimension = {facet} AND ({when}){narrowed}
) WHERE 1"""


@dataclass
class Values:
    """What goes into a question beside its text; each value is said once."""

    of: dict[str, Any] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, type_: str, value: Any) -> str:
        """The placeholder for a value."""
        known = self.names.get((type_, str(value)))
        name = known or f"v{len(self.names)}"
        self.names[type_, str(value)] = name
        self.of[name] = value
        return f"{{{name}:{type_}}}"


def columns_of(query: Query) -> list[tuple[str, Dimension]]:
    """What is grouped by, a column for each field of each dimension and one for a clock, with the dimension it belongs to."""
    dimensions = [dimension for name in query.dimensions if (dimension := dimension_of(name))]
    return [(name, dimension) for dimension in dimensions for name in dimension.fields or (dimension.name,)]


def of_events(
    query: Query, period: Period, stretches: Sequence[Stretch], measures: Sequence[str], values: Values
) -> str:
    """Clicks of single events."""
    counted = {name: facts.counted(name, _people(query)) for name in measures if name in facts.CLICKS}
    when = _during("happened_at", stretches, values)
    table = beside_labels("events", f"({when})") if query.reads_labels else "events"
    selected = TABLE.format(table=table, when=when)
    return _grouped(query, period, measures, counted, selected + _narrowed(query, measures), values)


def of_ledger(query: Query, period: Period, columns: Iterable[str], measures: Sequence[str], values: Values) -> str:
    """Clicks that have a label, as the ledger has kept them. Without visitors nothing has to be put together by event."""
    people, each = _people(query), "visitors" in measures
    counted = {name: facts.posted(name, people) for name in measures if name in facts.CLICKS}
    during = _during("attribution_entries.happened_at", [(period.span.start, period.span.end)], values)
    wanted = {*columns, "kind", "happened_at", *(["visitor_id"] if each else [])}
    selected = entries(wanted, f"({during})", each=each)
    return _grouped(query, period, measures, counted, selected + _narrowed(query, measures), values)


def of_part(query: Query, period: Period, part: Part, measures: Sequence[str], values: Values) -> str:
    """Clicks of the single events of a part, by its pieces."""
    counted = {name: facts.counted(name, _people(query)) for name in measures}
    selected = TABLE.format(table="events", when=when(period, part, values)) + _narrowed(query, measures)
    return _grouped(query, period, measures, counted, selected, values, more={"piece": part.piece})


def when(period: Period, part: Part | None, values: Values) -> str:
    """A condition on single events of the period, or of a part of it."""
    if part is None:
        return _during("happened_at", [(period.span.start, period.span.end)], values)
    return f"{part.slot} IN {values.add('Array(Int64)', part.slots)}"


def of_rollup(
    query: Query,
    period: Period,
    cover: Cover,
    facet: str,
    measures: Sequence[str],
    values: Values,
    *,
    merged_later: bool,
    only: Sequence[str] | None = None,
) -> str:
    """Clicks of whole days and hours. The roll-up is given the columns that events have.

    `merged_later` leaves its rows as they are where all of them count: merging a visitors' state costs 80 µs once it is full.
    `only` are the values of the facet that are wanted.
    """
    as_they_are = merged_later and "bots" not in measures
    counted = {
        name: facts.kept(name) if as_they_are else facts.counted_before(name, _people(query))
        for name in measures
        if name in facts.CLICKS
    }
    selected = ROLLUP.format(
        columns=", ".join(["clicks", *(["visitors"] if "visitors" in measures else []), *_fields(FACETS[facet])]),
        facet=values.add("String", facet),
        when=" OR ".join(
            f"grain = '{grain}' AND ({_during('at', stretches, values)})"
            for grain, stretches in (("day", cover.days), ("hour", cover.hours))
            if stretches
        ),
        narrowed=_narrowed(query, measures)
        + ("" if only is None else f" AND value IN {values.add('Array(String)', list(only))}"),
    )
    return _grouped(query, period, measures, counted, selected, values, grouped=not as_they_are)


def of_money(query: Query, period: Period, fact: Fact, measures: Sequence[str], values: Values) -> str:
    """Conversions or costs of the whole period: rows of plain numbers to sum."""
    summed = {name: f"sum({name})" for name in measures if name in fact.measures}
    counted = {name: sql if name in facts.MONEY else f"toInt64({sql})" for name, sql in summed.items()}
    when = _during("happened_at", [(period.span.start, period.span.end)], values)
    table = beside_labels(fact.table, within_conversions(when)) if query.reads_labels else fact.table
    return _grouped(query, period, measures, counted, TABLE.format(table=table, when=when), values)


def _people(query: Query) -> bool:
    return query.kinds is Kinds.PEOPLE


def _narrowed(query: Query, measures: Sequence[str]) -> str:
    """People alone are looked at when bots are not wanted."""
    return " AND kind = 'human'" if _people(query) and "bots" not in measures else ""


def _grouped(
    query: Query,
    period: Period,
    measures: Sequence[str],
    counted: dict[str, str],
    selected: str,
    values: Values,
    *,
    grouped: bool = True,
    more: Mapping[str, str] = MappingProxyType({}),
) -> str:
    keys = {f"f{place}": _column(name, query, values) for place, (name, _) in enumerate(columns_of(query))}
    keys.update(more)
    if query.interval:
        keys["at_ms"] = _interval(period, values)
    numbers = {f"m_{name}": counted.get(name) or facts.nothing(name) for name in measures}
    columns = {**keys, "is_before": str(int(period.is_before)), **numbers}
    rule = where(query.rule, prefix="rule")
    values.of.update(rule.parameters)
    return GROUPED.format(
        columns=", ".join(f"{sql} AS {name}" for name, sql in columns.items()),
        selected=selected,
        rule=rule.sql + _label(query, values),
        grouping=f"GROUP BY {', '.join(keys)}" if keys and grouped else "",
    )


def _label(query: Query, values: Values) -> str:
    """What narrows by label; the edition's parameters come with it."""
    if query.reads_labels:
        assert query.as_of is not None, "an edition was chosen before"
        values.of.update(query.as_of.parameters())
    if query.labelled is None:
        return ""
    return f" AND {query.labelled.condition(LABEL, values.add('Array(UInt64)', list(query.labelled.campaigns)))}"


def _column(name: str, query: Query, values: Values) -> str:
    if name in CLOCK:
        return CLOCK[name].format(zone=values.add("String", query.span.zone.key))
    if name.startswith(PARAMETERS):
        return f"parameters[{values.add('String', name.removeprefix(PARAMETERS))}]"
    return f"if({name} = 0, '', toString({name}))" if is_number(name) else name


def _interval(period: Period, values: Values) -> str:
    """Milliseconds of where the interval begins. Equal intervals are counted, others searched for."""
    first = values.add("Int64", milliseconds(period.starts[0]))
    if len(period.starts) == 1:
        return f"materialize({first})"
    moment = "toUnixTimestamp64Milli(toDateTime64(happened_at, 3))"
    if step := period.step_ms:
        # The last one may be longer than the others: the day on which summer time ends.
        return f"{first} + least(intDiv({moment} - {first}, {step}), {len(period.starts) - 1}) * {step}"
    return f"roundDown({moment}, {values.add('Array(Int64)', [milliseconds(start) for start in period.starts])})"


def _during(column: str, stretches: Iterable[Stretch], values: Values) -> str:
    return " OR ".join(
        f"{column} >= {_moment(start, values)} AND {column} < {_moment(end, values)}" for start, end in stretches
    )


def _moment(moment: datetime, values: Values) -> str:
    return f"fromUnixTimestamp64Milli({values.add('Int64', milliseconds(moment))})"


def _fields(fields: Sequence[str]) -> list[str]:
    if len(fields) == 1:
        return [f"value AS {fields[0]}"]
    return [f"splitByChar('\\x1f', value)[{place}] AS {name}" for place, name in enumerate(fields, start=1)]
