"""A condition as it is typed: terms and groups within groups, each a few fields of a form under a name such as `when.0.1`.

Condition.of(document)      from the rule language
Condition.read(data, name)  from a form that was sent
condition.pairs(name)       what a browser sends of it
condition.document()        to the rule language; what is wrong there `parse` says
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from apps.campaigns.builder.texts import CODED, coded, line_of, lines_of, number, value_of
from apps.campaigns.simple_rules import UnknownCountry, countries_of
from apps.ingress.rules import FAMILIES, OPERATORS, Field, Takes, Type, UnknownField, field_of
from apps.ingress.rules.parse import DEPTH_MAX, RULES_MAX

Data = Mapping[str, str]
Document = dict[str, Any]

TERM, ALL, ANY, NOT = "term", "all", "any", "not"
GROUPS = (ALL, ANY, NOT)
LISTS = (Takes.MANY, Takes.DOMAINS, Takes.NETWORKS)
TEXTS = ("field", "key", "op", "value", "high", "more")
USUAL_FIELD, USUAL_OPERATOR = "country", "in"


@dataclass(frozen=True)
class Condition:
    """`kind` is one of GROUPS, or TERM. A NOT holds when none of its `parts` does.

    `field` of a family ends with a dot (`parameters.`), and `key` is what stands behind it. `value` has a line for each of several
    values, of two numbers the lower one; `more` is one value more. `is_bare`: a single part needs no group around it.
    """

    kind: str = TERM
    field: str = USUAL_FIELD
    key: str = ""
    op: str = USUAL_OPERATOR
    value: str = ""
    high: str = ""
    more: str = ""
    parts: tuple["Condition", ...] = ()
    is_bare: bool = False

    @classmethod
    def of(cls, document: Document) -> "Condition":
        """Of a document that `parse` has let in."""
        match document:
            case {"all": parts}:
                return cls(ALL, parts=tuple(map(cls.of, parts)))
            case {"any": parts}:
                return cls(ANY, parts=tuple(map(cls.of, parts)))
            case {"not": part}:
                return cls(NOT, parts=(cls.of(part),))
        return _of_term(document)

    @classmethod
    def root(cls, document: Document) -> "Condition":
        """The same with a group around it, for there to be a place for further conditions."""
        condition = cls.of(document)
        return condition if condition.kind in (ALL, ANY) else cls(ALL, parts=(condition,), is_bare=True)

    @classmethod
    def read(cls, data: Data, name: str, depth: int = 1) -> "Condition":
        """Whatever was sent: what is missing is empty, what is too much is left out, and `parse` refuses what is left."""
        kind = data.get(f"{name}.kind", TERM)
        if kind not in GROUPS:
            texts = [data.get(f"{name}.{key}", "").strip() for key in TEXTS]
            field, key, op, value, high, more = texts
            return cls(TERM, field, key, op, value, high, more)
        parts = _parts(data, name, depth) if depth <= DEPTH_MAX else ()
        return cls(kind, parts=tuple(parts), is_bare=data.get(f"{name}.bare") == "1")

    def pairs(self, name: str) -> Iterator[tuple[str, str]]:
        if self.kind == TERM:
            yield from ((f"{name}.{key}", getattr(self, key)) for key in TEXTS)
            return
        yield f"{name}.kind", self.kind
        yield f"{name}.bare", "1" if self.is_bare else ""
        for place, part in enumerate(self.parts):
            yield from part.pairs(f"{name}.{place}")

    def document(self) -> Document:
        parts = [part.document() for part in self.parts]
        match self.kind:
            case "all" | "any" if self.is_bare and len(parts) == 1:
                return parts[0]
            case "all" | "any":
                return {self.kind: parts}
            case "not":
                return {NOT: parts[0] if len(parts) == 1 else {ANY: parts}}
        return self._term()

    @property
    def size(self) -> int:
        """How many conditions and groups it is."""
        return 1 + sum(part.size for part in self.parts)

    @property
    def full_field(self) -> str:
        return f"{self.field}{value_of(self.key)}" if self.is_family else self.field

    @property
    def is_family(self) -> bool:
        return self.field.endswith(".") and self.field[:-1] in FAMILIES

    @property
    def known(self) -> Field | None:
        """The field it asks; of a family without a key one of that family."""
        usual = {"hour.": "UTC", "weekday.": "UTC"}.get(self.field, "name")
        try:
            return field_of(self.full_field if self.key else f"{self.field}{usual}" if self.is_family else self.field)
        except UnknownField:
            return None

    @property
    def takes(self) -> Takes:
        return OPERATORS[self.op].takes if self.op in OPERATORS else Takes.ONE

    def settled(self, zone: str) -> "Condition":
        """With an operator that the field has, hours and weekdays in the campaign's zone unless another is named, and `more` among
        the values: what is drawn after a choice was made.
        """
        if self.kind != TERM:
            return replace(self, parts=tuple(part.settled(zone) for part in self.parts))
        key = self.key or (zone if self.field in ("hour.", "weekday.") else "")
        known = replace(self, key=key).known
        operators = known.operators if known else (self.op,)
        op = self.op if self.op in operators else USUAL_OPERATOR if USUAL_OPERATOR in operators else operators[0]
        value = "\n".join(filter(None, (self.value, self.more)))
        is_list = OPERATORS[op].takes in LISTS if op in OPERATORS else False
        value = value if is_list else next(iter(lines_of(value, commas=False)), "")
        return replace(self, key=key, op=op, value=value, more="")

    def _term(self) -> Document:
        said: Document = {"field": self.full_field, "op": self.op}
        value = self.value if self.takes not in LISTS or not self.more else f"{self.value}\n{self.more}"
        match self.takes:
            case Takes.NOTHING:
                return said
            case Takes.TWO:
                return {**said, "value": [number(self.value), number(self.high)]}
            case Takes.MANY:
                known = self.known
                lines = lines_of(value, commas=known is not None and not _has_commas(known))
                return {**said, "value": [each for line in lines for each in _typed(known, line)]}
            case Takes.DOMAINS | Takes.NETWORKS:
                return {**said, "value": lines_of(value, commas=True)}
            case Takes.ONE:
                return {**said, "value": _typed(self.known, value)[0]}
        return {**said, "value": value_of(value)}


def _parts(data: Data, name: str, depth: int) -> Iterator[Condition]:
    for place in range(RULES_MAX):
        if f"{name}.{place}.kind" not in data and f"{name}.{place}.field" not in data:
            return
        yield Condition.read(data, f"{name}.{place}", depth + 1)


def _of_term(document: Document) -> Condition:
    name, op, value = document["field"], document["op"], cast(Any, document.get("value"))
    family, dot, key = name.partition(".")
    known, takes = field_of(name), OPERATORS[op].takes
    field, key = (f"{family}.", line_of(key)) if dot else (name, "")
    if takes is Takes.TWO:
        return Condition(TERM, field, key, op, line_of(value[0]), line_of(value[1]))
    if takes is Takes.MANY:
        return Condition(TERM, field, key, op, "\n".join(_line(known, each) for each in value))
    if takes in LISTS:
        return Condition(TERM, field, key, op, "\n".join(value))
    return Condition(
        TERM, field, key, op, "" if value is None else _line(known, value) if takes is Takes.ONE else line_of(value)
    )


def _line(field: Field, value: Any) -> str:
    """A value as a line that is read as this value: a country called Germany is not the one of that name."""
    line = line_of(value)
    is_read = _typed(field, line) == [value] and (_has_commas(field) or "," not in line)
    return line if is_read else coded(value)


def _typed(field: Field | None, line: str) -> list[Any]:
    """One line as the values it is: of countries `Germany` is DE."""
    if field is None or line.startswith(CODED):
        return [value_of(line)]
    if field.type is Type.FLAG:
        return [{"yes": True, "no": False}.get(line, line)]
    if field.type in (Type.NUMBER, Type.CLOCK):
        return [number(line)]
    if field.name == "country":
        try:
            return [*countries_of(line)] or [line]
        except UnknownCountry:
            return [line]
    return [line]


def _has_commas(field: Field) -> bool:
    """Whether values of the field may have commas in them."""
    return (
        field.type in (Type.TEXT, Type.DOMAIN, Type.NAMES)
        and not field.choices
        and field.name not in ("country", "device_type")
    )
