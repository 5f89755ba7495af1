"""What of an address narrows a report: `country=DE&country=AT&os!=iOS&rule={…}` as one rule, and as chips to take away again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from django.http import QueryDict
from django.utils.text import capfirst

from apps.analytics.names import called
from apps.analytics.query.dimensions import LABEL
from apps.analytics.query.labelled import ATTRIBUTED, NOBODY, Labelled
from apps.ingress.rules import (
    EVERYTHING,
    FAMILIES,
    FIELDS,
    OPERATORS,
    BadRule,
    Every,
    Field,
    Rule,
    Takes,
    Type,
    UnknownField,
    field_of,
    parse,
    text,
    words,
)

Pair = tuple[str, str]

RULE = "rule"
NOT = "!"
# Clicks that are attributed to no campaign.
NO_LABEL = "none"
NOTHING_NAMED = "Name a value to compare with."
BIGGEST_CAMPAIGN = 2**63 - 1
# No number that we compare with is longer, and Python refuses to read thousands of digits.
DIGITS_MAX = 20
# More than anybody reads on one line, and far less than an address may hold.
MAX_CHIPS = 40
# Operators that an address says without a rule, by what stands behind the field's name.
PLAIN = {"is": "", "in": "", "is_not": NOT, "not_in": NOT}


class BadFilter(ValueError):
    """What of the address cannot be read; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Chip:
    """One condition: its words, and the pairs of the address that say it. It is a rule about the event, or about its label."""

    words: str
    pairs: tuple[Pair, ...]
    rule: Rule = EVERYTHING
    labelled: Labelled | None = None


@dataclass(frozen=True)
class Filters:
    """All conditions of an address, in its order; an event has to meet every one of them."""

    chips: tuple[Chip, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        """Names that are no field of an event are somebody else's and left alone. Errors: BadFilter."""
        chips = [chip for name, values in query.lists() for chip in _chips(name, [str(value) for value in values])]
        if len(chips) > MAX_CHIPS:
            raise BadFilter(f"There are {len(chips)} filters; at most {MAX_CHIPS} work at once.")
        return cls(tuple(chips))

    @property
    def rule(self) -> Rule:
        return Every(tuple(chip.rule for chip in self.chips)) if self.chips else EVERYTHING

    @property
    def labelled(self) -> Labelled | None:
        """What of the conditions is about labels; None when nothing is."""
        found = [chip.labelled for chip in self.chips if chip.labelled]
        return reduce(Labelled.also, found) if found else None

    @property
    def campaigns(self) -> set[int]:
        """Those that a condition about labels names."""
        return {number for chip in self.chips if chip.labelled for number in chip.labelled.campaigns} - {NOBODY}

    def naming(self, names: Mapping[int, str]) -> "Filters":
        """The same with campaigns under their names."""
        return Filters(
            tuple(
                replace(chip, words=_label_words(chip.labelled, names)) if chip.labelled else chip
                for chip in self.chips
            )
        )

    @property
    def pairs(self) -> list[Pair]:
        return [pair for chip in self.chips for pair in chip.pairs]

    def without(self, chip: Chip) -> list[Pair]:
        return [pair for other in self.chips if other is not chip for pair in other.pairs]

    def narrowed(self, values: Mapping[str, str]) -> list[Pair]:
        """With each of these fields being this one value, whatever it was narrowed to before."""
        kept = [pair for pair in self.pairs if pair[0] not in values]
        return [*kept, *values.items()]


def condition(field: str, operator: str, value: str) -> list[Pair]:
    """How one condition stands in an address: plainly where it can, else as a rule. Errors: BadFilter."""
    if field == LABEL and value.strip():
        return list(_label_chip(LABEL + PLAIN[operator], [value.strip()]).pairs)
    if field == LABEL:
        raise BadFilter(NOTHING_NAMED)
    known = known_field(field)
    if operator not in PLAIN:
        return [(RULE, text(_parsed(_document(known, operator, value))))]
    name = known.name + PLAIN[operator]
    values = _listed(value) if OPERATORS[operator].takes is Takes.MANY else [value.strip()]
    if not any(values):
        raise BadFilter(NOTHING_NAMED)
    return list(_term_chip(known, name, values).pairs)


def known_field(name: str) -> Field:
    """Errors: BadFilter."""
    try:
        return field_of(name)
    except UnknownField as error:
        raise BadFilter(str(error)) from error


def _is_field(name: str) -> bool:
    return name in FIELDS or (name.partition(".")[0] in FAMILIES and "." in name)


def _chips(name: str, values: list[str]) -> list[Chip]:
    if name == RULE:
        return [_rule_chip(said) for said in values if said]
    plain = name.removesuffix(NOT)
    if plain == LABEL:
        return [_label_chip(name, values)]
    return [_term_chip(known_field(plain), name, values)] if _is_field(plain) else []


def _rule_chip(said: str) -> Chip:
    try:
        document = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise BadFilter("The rule in the address is not JSON.") from error
    rule = _parsed(document)
    return Chip(capfirst(words(rule)), ((RULE, text(rule)),), rule)


def _label_chip(name: str, values: list[str]) -> Chip:
    """`attributed_campaign=7`, `none` for no campaign, several for any of them, `attributed_campaign!=7` for all others."""
    numbers = tuple(dict.fromkeys(map(campaign_number, values)))
    labelled = Labelled(numbers, negated=name.endswith(NOT))
    return Chip(_label_words(labelled, {}), tuple((name, value) for value in values), labelled=labelled)


def campaign_number(said: str) -> int:
    """Of a campaign, 0 for none. Errors: BadFilter."""
    if said in ("", NO_LABEL):
        return NOBODY
    if not (_is_number(said) and int(said) <= BIGGEST_CAMPAIGN):
        raise BadFilter(f"“{said}” is no campaign: {LABEL} wants the number of a campaign, or {NO_LABEL}.")
    return int(said)


def _label_words(labelled: Labelled, names: Mapping[int, str]) -> str:
    said = [names.get(number, f"campaign {number}") if number else "no campaign" for number in labelled.campaigns]
    if labelled == ATTRIBUTED:
        return "Attributed to a campaign"
    return f"{'Not attributed' if labelled.negated else 'Attributed'} to: {' or '.join(said)}"


def _term_chip(field: Field, name: str, values: list[str]) -> Chip:
    """`country=DE`, `country=` for none, several values for any of them, `country!=DE` for all others."""
    negated = name.endswith(NOT)
    pairs = tuple((name, value) for value in values)
    typed = [_typed(field, value) for value in values if value]
    document = _comparison(field.name, typed, absent="" in values, negated=negated)
    rule = _parsed(document)
    names = " or ".join(called(field.name, value) for value in values)
    return Chip(f"{capfirst(field.label)} is {'not ' if negated else ''}{names}", pairs, rule)


def _comparison(field: str, values: list[str | int | bool], *, absent: bool, negated: bool) -> dict[str, object]:
    """One document: these values, absence, or either; or neither."""
    parts: list[dict[str, object]] = [{"field": field, "op": "is_set" if negated else "is_empty"}] if absent else []
    if len(values) == 1:
        parts.append({"field": field, "op": "is_not" if negated else "is", "value": values[0]})
    elif values:
        parts.append({"field": field, "op": "not_in" if negated else "in", "value": values})
    return parts[0] if len(parts) == 1 else {"all" if negated else "any": parts}


def _document(field: Field, operator: str, value: str) -> dict[str, object]:
    """What was typed, as a document of a rule."""
    said: dict[str, object] = {"field": field.name, "op": operator}
    match OPERATORS[operator].takes:
        case Takes.NOTHING:
            return said
        case Takes.MANY | Takes.DOMAINS | Takes.NETWORKS | Takes.TWO:
            return {**said, "value": [_typed(field, part) for part in _listed(value)]}
        case _:
            return {**said, "value": _typed(field, value)}


def _typed(field: Field, typed: str) -> str | int | bool:
    """Numbers are written with digits alone; what is not a number stays typed, and `parse` says so."""
    if field.type is Type.FLAG:
        return typed.lower() in ("true", "yes", "1")
    if field.type in (Type.NUMBER, Type.CLOCK) and _is_number(typed):
        return int(typed)
    return typed


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX


def _listed(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]


def _parsed(document: object) -> Rule:
    try:
        return parse(document)
    except BadRule as error:
        raise BadFilter(str(error)) from error
