"""Rules as conditions of ClickHouse: SQL that names columns only, with every value a parameter that the server substitutes."""

from collections.abc import Mapping
from ipaddress import IPv6Address
from types import MappingProxyType
from typing import Any, NamedTuple

from apps.ingress.rules import patterns
from apps.ingress.rules.addresses import Ranges
from apps.ingress.rules.families import field_of
from apps.ingress.rules.fields import Field
from apps.ingress.rules.nodes import Every, Not, Rule, Some, Term, terms
from apps.ingress.rules.operators import OPERATORS, Takes
from apps.ingress.rules.text import is_utf8, to_bytes


class Where(NamedTuple):
    """A condition, to stand behind WHERE or AND as it is, and its parameters by name."""

    sql: str
    parameters: dict[str, Any]


def where(rule: Rule, *, prefix: str = "r", columns: Mapping[str, str] = MappingProxyType({})) -> Where:
    """The rule for any table that has its columns.

    Parameters are called `prefix`, `_` and a number: two rules in one query take two prefixes. `columns` says what a table calls by
    another name than Event, as in {"happened_at": "clicked_at"}.
    """
    writing = _Writing(prefix, columns)
    return Where(writing.rule(rule), writing.parameters)


def columns(rule: Rule) -> frozenset[str]:
    """The columns of Event that the condition reads; a table that lacks one cannot answer."""
    return frozenset(column for term in terms(rule) for column in field_of(term.field).columns)


class _Writing:
    """One condition being written, and the parameters it has so far."""

    def __init__(self, prefix: str, columns: Mapping[str, str]) -> None:
        self.prefix = prefix
        self.columns = columns
        self.parameters: dict[str, Any] = {}

    def rule(self, rule: Rule) -> str:
        match rule:
            case Term():
                return self._term(rule)
            case Not(inner):
                return f"NOT ({self.rule(inner)})"
            case Every(rules):
                return f"({' AND '.join(map(self.rule, rules))})" if rules else "1"
            case Some(rules):
                return f"({' OR '.join(map(self.rule, rules))})" if rules else "0"

    def _term(self, term: Term) -> str:
        field, operator = field_of(term.field), OPERATORS[term.op]
        values = self._values(operator.takes, term.value)
        return operator.sql.format(
            column=self._column(field), empty="''" if field.empty == "" else field.empty, **values
        )

    def _column(self, field: Field) -> str:
        names = {name: self.columns.get(name, name) for name in field.columns}
        return field.sql.format(**names, **({"key": self._parameter(field.key, "String")} if field.key else {}))

    def _values(self, takes: Takes, value: Any) -> dict[str, str]:
        match takes:
            case Takes.NOTHING:
                return {}
            case Takes.TWO:
                low, high = value
                return {"low": self._value(low), "high": self._value(high)}
            case Takes.PATTERN:
                return {"value": self._value(patterns.guarded(value))}
            case Takes.DOMAINS:
                return {"value": self._value(tuple(f".{domain}" for domain in value))}
            case Takes.NETWORKS:
                ranges = Ranges(value)
                return {"lows": self._addresses(ranges.lows), "highs": self._addresses(ranges.highs)}
            case Takes.ONE | Takes.MANY | Takes.NAME:
                return {"value": self._value(value)}

    def _value(self, value: str | int | bool | tuple[str, ...] | tuple[int, ...]) -> str:
        match value:
            case str():
                return self._text(value)
            case (str(), *_):
                return self._texts([str(text) for text in value])
            case tuple():
                return self._parameter(list(value), "Array(UInt64)")
            case _:
                return self._parameter(value, "Bool" if isinstance(value, bool) else "UInt64")

    # Parameters travel as UTF-8: other bytes are written as digits.
    def _text(self, text: str) -> str:
        if is_utf8(text):
            return self._parameter(text, "String")
        return f"unhex({self._parameter(to_bytes(text).hex(), 'String')})"

    def _texts(self, texts: list[str]) -> str:
        if all(map(is_utf8, texts)):
            return self._parameter(texts, "Array(String)")
        digits = self._parameter([to_bytes(text).hex() for text in texts], "Array(String)")
        return f"arrayMap(x -> unhex(x), {digits})"

    def _addresses(self, numbers: list[int]) -> str:
        return self._parameter([str(IPv6Address(number)) for number in numbers], "Array(IPv6)")

    def _parameter(self, value: Any, type_: str) -> str:
        name = f"{self.prefix}_{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type_}}}"
