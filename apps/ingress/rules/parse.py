"""From a document to a rule, and back. What `parse` does not know it refuses; after it nothing is guessed.

    {"all": [RULE, …]}   {"any": [RULE, …]}   {"not": RULE}   {"field": NAME, "op": OPERATOR, "value": …}

docs/rules.md has the language.
"""

import json
from hashlib import sha256
from typing import Any

from apps.ingress.rules import values
from apps.ingress.rules.families import UnknownField, field_of
from apps.ingress.rules.fields import Field
from apps.ingress.rules.nodes import Every, Not, Rule, Some, Term, Value
from apps.ingress.rules.operators import OPERATORS, Takes
from apps.ingress.rules.trouble import BadRule

DEPTH_MAX = 10
RULES_MAX = 200
# Of all values together: what a rule may weigh in a request and in a cache.
CHARACTERS_MAX = 100_000


def parse(document: object) -> Rule:
    """The rule that a decoded JSON document says. Errors: BadRule."""
    return _Reading().rule(document, "", 1)


def dump(rule: Rule) -> dict[str, Any]:
    """The rule as a document: `parse(dump(rule)) == rule` for every rule that came from `parse`. Any JSON store can hold it."""
    match rule:
        case Every(rules):
            return {"all": [dump(each) for each in rules]}
        case Some(rules):
            return {"any": [dump(each) for each in rules]}
        case Not(inner):
            return {"not": dump(inner)}
        case Term(field, op, None):
            return {"field": field, "op": op}
        case Term(field, op, value):
            return {"field": field, "op": op, "value": values.written(value)}


def text(rule: Rule) -> str:
    """The document as the shortest JSON, in ASCII: for addresses and for comparing."""
    return json.dumps(dump(rule), separators=(",", ":"))


def digest(rule: Rule) -> str:
    """Names the rule in cache keys: the same for the same rule, in every process."""
    return sha256(text(rule).encode()).hexdigest()[:32]


class _Reading:
    """A document being read, and how much of it there was so far."""

    def __init__(self) -> None:
        self.rules = 0
        self.characters = 0

    def rule(self, document: object, pointer: str, depth: int) -> Rule:
        if depth > DEPTH_MAX:
            raise BadRule(pointer, f"Conditions stand at most {DEPTH_MAX} deep.")
        self.rules += 1
        if self.rules > RULES_MAX:
            raise BadRule(pointer, f"A rule has at most {RULES_MAX} conditions and groups.")
        match document:
            case {"field": field, "op": op, **rest} if not set(rest) - {"value"}:
                return self._term(field, op, rest, pointer)
            case {"all": rules, **rest} if not rest:
                return Every(self._rules(rules, f"{pointer}/all", depth))
            case {"any": rules, **rest} if not rest:
                return Some(self._rules(rules, f"{pointer}/any", depth))
            case {"not": rule, **rest} if not rest:
                return Not(self.rule(rule, f"{pointer}/not", depth + 1))
        raise BadRule(pointer, "A rule is {“all”: […]}, {“any”: […]}, {“not”: …} or {“field”, “op”, “value”}.")

    def _rules(self, documents: object, pointer: str, depth: int) -> tuple[Rule, ...]:
        if not isinstance(documents, list):
            raise BadRule(pointer, "A list of rules is wanted here.")
        return tuple(self.rule(each, f"{pointer}/{i}", depth + 1) for i, each in enumerate(documents))

    def _term(self, field: object, op: object, rest: dict[object, object], pointer: str) -> Term:
        found = _field(field, f"{pointer}/field")
        if not isinstance(op, str) or op not in found.operators:
            known = ", ".join(found.operators)
            raise BadRule(f"{pointer}/op", f"The {found.label} can be asked {known}.")
        takes = OPERATORS[op].takes
        if "value" not in rest:
            if takes is Takes.NOTHING:
                return Term(found.name, op)
            raise BadRule(pointer, f"“{op}” wants a value: {takes}.")
        value = values.read(rest["value"], found, takes, f"{pointer}/value")
        self._weigh(value, pointer)
        return Term(found.name, op, value)

    def _weigh(self, value: Value, pointer: str) -> None:
        self.characters += sum(len(str(each)) for each in (value if isinstance(value, tuple) else (value,)))
        if self.characters > CHARACTERS_MAX:
            raise BadRule(pointer, f"The values of a rule have at most {CHARACTERS_MAX:,} characters together.")


def _field(name: object, pointer: str) -> Field:
    if not isinstance(name, str):
        raise BadRule(pointer, "The name of a field is wanted here.")
    try:
        return field_of(name)
    except UnknownField as error:
        raise BadRule(pointer, str(error)) from error
