"""What follows from the conditions of rules alone, whatever clicks may come.

Every answer True is certain; False means "not shown". A condition on a list of values is tried on each of them by the rule language
itself, so that this knows nothing about operators beyond how starts, ends, domains, networks and numbers lie within each other.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_network
from itertools import product
from typing import Any, cast
from zoneinfo import ZoneInfo

from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Every, Not, Rule, Some, Term, field_of, holds

# What may be compared, 1 to 8 µs each (2026-11-23); then nothing more is shown.
STEPS = 20_000
LISTS = {"is", "in", "is_empty"}
RANGES = {"less", "greater", "between"}
OPPOSITES = {
    "is": "is_not", "is_not": "is", "in": "not_in", "not_in": "in", "is_empty": "is_set", "is_set": "is_empty",
}  # fmt: skip
A_MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - the zone is the field's
UINT64_END = 2**64


class _TooMuch(Exception):
    """There is more to compare than is worth it."""


class Proofs:
    """Shares its patience among all that is asked of it."""

    def __init__(self, steps: int = STEPS) -> None:
        self.steps = steps

    def implies(self, rule: Rule, other: Rule) -> bool:
        """Whether `other` holds wherever `rule` does."""
        return self._shown(lambda: self._implies(_simple(rule), _simple(other)))

    def never(self, rule: Rule) -> bool:
        """Whether it holds for no click there can be."""
        return self._shown(lambda: self._never(_simple(rule)))

    def clash(self, rule: Rule) -> tuple[Term, Term] | None:
        """Two conditions that must both hold and never do, where that is what makes the rule hold never."""
        terms = [part for part in _parts(_simple(rule)) if isinstance(part, Term)]
        pairs = ((one, other) for at, other in enumerate(terms) for one in terms[:at])
        return next((pair for pair in pairs if self._shown(lambda pair=pair: self._apart(*pair))), None)  # type: ignore[misc]

    def _shown(self, prove: Callable[[], bool]) -> bool:
        try:
            return prove()
        except _TooMuch:
            return False

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise _TooMuch

    def _implies(self, rule: Rule, other: Rule) -> bool:
        self._step()
        if rule == other or self._never(rule):
            return True
        match rule, other:
            case _, Every(rules):
                shown = all(self._implies(rule, each) for each in rules)
            case Some(rules), _:
                shown = all(self._implies(each, other) for each in rules)
            case Not(inner), Not(excluded):
                shown = self._implies(excluded, inner)
            case _, Not(excluded):
                shown = self._apart(rule, excluded)
            case Term(), Term():
                shown = self._term_implies(rule, other)
            case _:
                shown = self._by_a_part(rule, other) or self._by_values(rule, other)
        return shown

    def _by_a_part(self, rule: Rule, other: Rule) -> bool:
        """One of the conditions of `rule` is enough, or one of the alternatives of `other`."""
        of_rule = rule.rules if isinstance(rule, Every) else ()
        of_other = other.rules if isinstance(other, Some) else ()
        return any(self._implies(each, other) for each in of_rule) or any(
            self._implies(rule, each) for each in of_other
        )

    def _by_values(self, rule: Rule, other: Rule) -> bool:
        """Every single value of a list leads to `other`, each perhaps by another alternative."""
        if not isinstance(other, Some):
            return False
        parts = _parts(rule)
        several = (part for part in parts if isinstance(part, Term) and part.op == "in" and len(_listed(part)) > 1)
        for part in several:
            others = [each for each in parts if each is not part]
            if all(
                self._implies(_simple(Every((Term(part.field, "is", value), *others))), other)
                for value in _listed(part)
            ):
                return True
        return False

    def _never(self, rule: Rule) -> bool:
        self._step()
        match rule:
            case Term():
                return False
            case Some(rules):
                return all(map(self._never, rules))
            case Not(inner):
                return inner == EVERYTHING
            case Every(rules):
                return any(map(self._never, rules)) or self._no_value_is_left(rules) or self._two_are_apart(rules)

    def _no_value_is_left(self, rules: Sequence[Rule]) -> bool:
        """The conditions on one field leave none of the values that one of them lists."""
        by_field = defaultdict(list)
        for rule in rules:
            if isinstance(rule, Term):
                by_field[rule.field].append(rule)
        return any(
            not any(all(self._holds_for(each, value) for each in terms) for value in _values(term))
            for terms in by_field.values()
            if len(terms) > 1
            for term in terms
            if term.op in LISTS
        )

    def _two_are_apart(self, rules: Sequence[Rule]) -> bool:
        return any(self._apart(one, other) for at, other in enumerate(rules) for one in rules[:at])

    def _apart(self, rule: Rule, other: Rule) -> bool:
        """Whether both hold for no click."""
        self._step()
        match rule, other:
            case Some(rules), _:
                shown = all(self._apart(each, other) for each in rules)
            case _, Some(rules):
                shown = all(self._apart(rule, each) for each in rules)
            case Not(inner), _:
                shown = self._implies(other, inner)
            case _, Not(inner):
                shown = self._implies(rule, inner)
            case Every(rules), _:
                shown = any(self._apart(each, other) for each in rules)
            case _, Every(rules):
                shown = any(self._apart(rule, each) for each in rules)
            case _:
                shown = self._terms_are_apart(rule, other)
        return shown

    def _term_implies(self, term: Term, other: Term) -> bool:
        if term.field != other.field:
            return False
        if term.op in LISTS:
            return all(self._holds_for(other, value) for value in _values(term))
        if other.op in OPPOSITES and other.op not in LISTS:
            opposite = Term(other.field, OPPOSITES[other.op], other.value)
            return not any(self._holds_for(term, value) for value in _values(opposite))
        return _lies_within(term, other)

    def _terms_are_apart(self, term: Term, other: Term) -> bool:
        if term.field != other.field:
            return False
        for one, two in ((term, other), (other, term)):
            if one.op in LISTS:
                return not any(self._holds_for(two, value) for value in _values(one))
        return _lie_apart(term, other)

    def _holds_for(self, term: Term, value: Any) -> bool:
        self._step()
        return holds(term, _an_event(term.field, value))


def _simple(rule: Rule) -> Rule:
    """The same rule, with groups in groups of their kind and groups of one opened."""
    match rule:
        case Every(rules):
            parts = [part for each in rules for part in _parts(_simple(each))]
            return parts[0] if len(parts) == 1 else Every(tuple(parts))
        case Some(rules):
            simple = [_simple(each) for each in rules]
            parts = [part for each in simple for part in (each.rules if isinstance(each, Some) else (each,))]
            return parts[0] if len(parts) == 1 else Some(tuple(parts))
        case Not(inner):
            return _negated(_simple(inner))
        case Term():
            return rule


def _negated(rule: Rule) -> Rule:
    match rule:
        case Not(inner):
            return inner
        case Term(field, op, value) if op in OPPOSITES:
            return Term(field, OPPOSITES[op], value)
        case _:
            return Not(rule)


def _parts(rule: Rule) -> tuple[Rule, ...]:
    return rule.rules if isinstance(rule, Every) else (rule,)


def _listed(term: Term) -> tuple[Any, ...]:
    return term.value if isinstance(term.value, tuple) else (term.value,)


def _values(term: Term) -> tuple[Any, ...]:
    """What the field can be where a term with a list holds."""
    return (field_of(term.field).empty,) if term.op == "is_empty" else _listed(term)


def _an_event(name: str, value: Any) -> Event:
    """One whose field has this value, and nothing else that matters."""
    field, event = field_of(name), Event(0, 0, A_MONDAY)
    family = name.partition(".")[0]
    match family:
        case "hour" | "weekday":
            zone = ZoneInfo(field.key)
            ahead = timedelta(hours=value) if family == "hour" else timedelta(days=value - 1, hours=12)
            return event._replace(happened_at=(A_MONDAY + ahead).replace(tzinfo=zone))
        case "parameters" if field.key:
            return event._replace(parameters={field.key: value} if value else {})
        case "headers" if field.key:
            return event._replace(headers=((field.key, value),) if value else ())
        case _:
            return event._replace(**{name: value})


def _lies_within(term: Term, other: Term) -> bool:
    """Of two conditions on one field without lists."""
    mine, theirs = str(term.value), str(other.value)
    within = False
    match term.op, other.op:
        case _, "less" | "greater" | "between":
            (low, high), (lowest, highest) = _range(term), _range(other)
            within = lowest <= low and high <= highest
        case "starts_with", "starts_with":
            within = mine.startswith(theirs)
        case "ends_with", "ends_with":
            within = mine.endswith(theirs)
        case (("starts_with" | "ends_with" | "contains"), "contains"):
            within = theirs in mine
        case "is_or_under", "is_or_under":
            within = all(f".{each}".endswith(tuple(f".{wide}" for wide in _listed(other))) for each in _listed(term))
        case "in_network", "in_network":
            within = all(any(_covers(wide, narrow) for wide in _listed(other)) for narrow in _listed(term))
    return within


def _lie_apart(term: Term, other: Term) -> bool:
    if term.op in RANGES and other.op in RANGES:
        (low, high), (lowest, highest) = _range(term), _range(other)
        return high < lowest or highest < low
    mine, theirs = str(term.value), str(other.value)
    match term.op, other.op:
        case "starts_with", "starts_with":
            return not mine.startswith(theirs) and not theirs.startswith(mine)
        case "ends_with", "ends_with":
            return not mine.endswith(theirs) and not theirs.endswith(mine)
        case "in_network", "in_network":
            pairs = product(_listed(term), _listed(other))
            return not any(_covers(one, two) or _covers(two, one) for one, two in pairs)
    return False


def _range(term: Term) -> tuple[int, int]:
    """First and last number of a comparison; where a condition of another kind holds, it may be any."""
    match term.op, term.value:
        case "less", int(limit):
            return 1, limit - 1
        case "greater", int(limit):
            return limit + 1, UINT64_END
        case "between", (low, high):
            return cast(int, low), cast(int, high)
    return 0, UINT64_END


def _covers(wide: str, narrow: str) -> bool:
    one, two = ip_network(wide), ip_network(narrow)
    if isinstance(one, IPv4Network):
        return isinstance(two, IPv4Network) and two.subnet_of(one)
    return not isinstance(two, IPv4Network) and two.subnet_of(one)
