"""A condition in the order in which it costs least to ask: what needs nothing looked up first, what is dearest to find last."""

from collections.abc import Iterator
from typing import NamedTuple

from apps.ingress.enrich import STEPS
from apps.ingress.plans.sight import needs_of
from apps.ingress.rules import Every, Holds, Rule, compiled, field_of, names

# µs of a step where address, agent and referrer are new to the process; about 1 of the others (2026-11-29, busy machine).
_COSTLY = {"device": 66, "place": 34, "kind": 20, "referrer": 18, "network": 8}
_COSTS = tuple(_COSTLY.get(step.name, 1) for step in STEPS)


class Ask(NamedTuple):
    """A part of a condition, and the steps of enrichment it reads, see `needs_of`."""

    needs: int
    holds: Holds


def asks_of(rule: Rule) -> tuple[Ask, ...]:
    """The parts that all have to hold, those first that cost least: where one does not, the others' steps are never done."""
    by_needs: dict[int, list[Rule]] = {}
    for part in _parts(rule):
        by_needs.setdefault(needs_of_rule(part), []).append(part)
    cheapest_first = sorted(by_needs, key=_cost)
    return tuple(Ask(needs, compiled(Every(tuple(by_needs[needs])))) for needs in cheapest_first)


def needs_of_rule(rule: Rule) -> int:
    return needs_of(column for name in names(rule) for column in field_of(name).columns)


def _parts(rule: Rule) -> Iterator[Rule]:
    if isinstance(rule, Every):
        for part in rule.rules:
            yield from _parts(part)
    else:
        yield rule


def _cost(needs: int) -> int:
    return sum(cost for place, cost in enumerate(_COSTS) if needs >> place & 1)
