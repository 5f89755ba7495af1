"""Rules in Python: while routing, and for one event at a time."""

from collections.abc import Callable
from functools import lru_cache
from operator import eq
from typing import Any

from apps.ingress.event import Event
from apps.ingress.rules import patterns
from apps.ingress.rules.addresses import Ranges
from apps.ingress.rules.families import field_of
from apps.ingress.rules.nodes import Every, Not, Rule, Some, Term, Value
from apps.ingress.rules.operators import OPERATORS, Takes
from apps.ingress.rules.text import is_utf8, to_bytes

Holds = Callable[[Event], bool]
Check = tuple[Callable[[Event], Any], Callable[[Any, Any], bool], Any]


def holds(rule: Rule, event: Event) -> bool:
    """Whether the rule holds for the event. To ask the same of many events, keep what `compiled` gives."""
    return compiled(rule)(event)


# A pattern may take up to 1 MiB.
@lru_cache(maxsize=500)
def compiled(rule: Rule) -> Holds:
    """The rule as a function."""
    match rule:
        case Term():
            read, compare, value = _check(rule)
            return lambda event: compare(read(event), value)
        case Not(inner):
            negated = compiled(inner)
            return lambda event: not negated(event)
        case Every((only,)) | Some((only,)):
            return compiled(only)
        case Every(rules):
            return _every(tuple(map(_check, rules)))
        case Some(rules):
            return _some(tuple(map(_check, rules)))


def _check(rule: Rule) -> Check:
    """What is read of an event, how that is compared, and with what."""
    if not isinstance(rule, Term):
        return compiled(rule), eq, True
    operator, read = OPERATORS[rule.op], field_of(rule.field).read
    if operator.takes is Takes.PATTERN or not _is_utf8(rule.value):
        return lambda event: to_bytes(read(event)), operator.holds, _PREPARED[operator.takes](rule.value, to_bytes)
    return read, operator.holds, _PREPARED[operator.takes](rule.value, _as_it_is)


def _every(checks: tuple[Check, ...]) -> Holds:
    # Not all(), and no function a term: half the time each (2026-11-23, 2026-11-29).
    def every(event: Event) -> bool:
        for read, compare, value in checks:  # noqa: SIM110
            if not compare(read(event), value):
                return False
        return True

    return every


def _some(checks: tuple[Check, ...]) -> Holds:
    def some(event: Event) -> bool:
        for read, compare, value in checks:  # noqa: SIM110
            if compare(read(event), value):
                return True
        return False

    return some


def _is_utf8(value: Value) -> bool:
    return all(is_utf8(each) for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str))


def _as_it_is(value: Any) -> Any:
    return value


def _encoded(value: Any, encode: Callable[[str], Any]) -> Any:
    return encode(value) if isinstance(value, str) else value


# What each operator is handed for a term's value; `encode` makes text comparable with what is read.
_PREPARED: dict[Takes, Callable[[Any, Callable[[str], Any]], Any]] = {
    Takes.NOTHING: lambda value, encode: None,
    Takes.ONE: _encoded,
    Takes.MANY: lambda values, encode: frozenset(_encoded(value, encode) for value in values),
    Takes.TWO: lambda pair, encode: pair,
    Takes.PATTERN: lambda pattern, encode: patterns.compiled(pattern),
    Takes.DOMAINS: lambda domains, encode: tuple(f".{domain}" for domain in domains),
    Takes.NETWORKS: lambda networks, encode: Ranges(networks),
    Takes.NAME: lambda name, encode: name,
}
