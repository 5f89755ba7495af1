"""Rules in plain English. Values are strangers' text: templates escape them."""

import re
from collections.abc import Sequence

from apps.ingress.rules.countries import COUNTRIES
from apps.ingress.rules.families import field_of
from apps.ingress.rules.fields import Field
from apps.ingress.rules.nodes import Every, Not, Rule, Some, Term
from apps.ingress.rules.operators import OPERATORS, Takes
from apps.ingress.rules.text import to_bytes

SHOWN = 4
TEXT_MAX_CHARS = 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What can stand in a sentence without quotation marks.
BARE = re.compile(r"[\w.:/@+-]+")
OF_ONE = {"in": "is", "not_in": "is_not"}


def words(rule: Rule) -> str:
    """The rule as half a sentence: country is Germany or Austria and not (device is phone)."""
    match rule:
        case Term():
            return _term(rule)
        case Not(inner):
            return f"not ({words(inner)})"
        case Every((single,)) | Some((single,)):
            return words(single)
        case Every(rules):
            return " and ".join(map(_inside, rules)) if rules else "everything"
        case Some(rules):
            return " or ".join(map(_inside, rules)) if rules else "nothing"


def _inside(rule: Rule) -> str:
    match rule:
        case Every((single,)) | Some((single,)):
            return _inside(single)
        case Every((_, *_)) | Some((_, *_)):
            return f"({words(rule)})"
        case _:
            return words(rule)


def _term(term: Term) -> str:
    field, operator, value = field_of(term.field), OPERATORS[term.op], term.value
    if operator.takes is Takes.NOTHING:
        return f"{field.label} {operator.words}"
    values = [_value(field, each) for each in (value if isinstance(value, tuple) else (value,))]
    if len(values) == 1:
        operator = OPERATORS[OF_ONE.get(term.op, term.op)]
    return f"{field.label} {operator.words} {_joined(values, operator.joiner)}"


def _joined(values: Sequence[str], joiner: str) -> str:
    if len(values) > SHOWN + 1:
        values = [*values[:SHOWN], f"{len(values) - SHOWN:,} more"]
    return f" {joiner} ".join(filter(None, (", ".join(values[:-1]), values[-1])))


def _value(field: Field, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if field.name.startswith("weekday."):
            return WEEKDAYS[value - 1]
        case str() if field.name == "country" and value in COUNTRIES:
            return COUNTRIES[value]
        case str():
            return _text(value)
        case _:
            return str(value)


def _text(value: str) -> str:
    readable = to_bytes(value).decode("utf-8", "backslashreplace")
    readable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in readable)
    if len(readable) > TEXT_MAX_CHARS:
        readable = f"{readable[:TEXT_MAX_CHARS]}…"
    return readable if BARE.fullmatch(readable) else f"“{readable}”"
