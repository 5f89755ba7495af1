"""A rule as frozen nodes. Documents from outside become nodes through `parse` alone."""

from collections.abc import Iterator
from dataclasses import dataclass

# Text is as in Event: bytes read as UTF-8, with what is not UTF-8 kept as surrogates.
Value = str | int | bool | tuple[str, ...] | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Term:
    """One statement about one field; operators that compare with nothing have the value None."""

    field: str
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when each of its rules does; so without rules it holds for everything."""

    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """Holds when one of its rules does; so without rules it holds for nothing."""

    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


Rule = Term | Every | Some | Not

EVERYTHING = Every(())


def terms(rule: Rule) -> Iterator[Term]:
    """The statements of a rule, from left to right."""
    match rule:
        case Term():
            yield rule
        case Not(inner):
            yield from terms(inner)
        case Every(rules) | Some(rules):
            for part in rules:
                yield from terms(part)


def names(rule: Rule) -> frozenset[str]:
    """The fields a rule reads, as it names them: `country`, `parameters.sub1`, `hour.Europe/Berlin`."""
    return frozenset(term.field for term in terms(rule))
