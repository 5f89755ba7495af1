"""The form that adds a filter: a field, how it compares, and with what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from apps.analytics.filters import BadFilter, Pair, condition, known_field
from apps.analytics.names import called
from apps.analytics.query import DIMENSIONS, Value
from apps.analytics.query.dimensions import LABEL, dimension_of, is_number
from apps.ingress.rules import FAMILIES, FIELDS, OPERATORS

# Beside the state of the page, which is carried along.
OWN = ("add", "named", "op", "value", "page")
PAGES = ("analytics:overview", "analytics:explore", "analytics:events", "analytics:unattributed")
# Numbers of campaigns and rules come by clicking on a row; nobody knows them by heart.
USUAL = [
    name
    for name in dict.fromkeys(name for dimension in DIMENSIONS.values() for name in dimension.fields)
    if not is_number(name)
]
# Of what a click carried; the clock's families need a time zone and come by clicking on an hour.
NAMED = ("parameters", "headers")
SAME_WORDS = {"in": "is any of", "not_in": "is none of"}


@dataclass(frozen=True)
class NewFilter:
    """What stands in the form. `carried` is the state of the page it belongs to, `said` why it was refused."""

    carried: tuple[Pair, ...] = ()
    page: str = PAGES[0]
    field: str = USUAL[0]
    named: str = ""
    operator: str = "is"
    value: str = ""
    values: tuple[Pair, ...] = ()
    said: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "NewFilter":
        """Of the form's own address. A field or operator there is not becomes the first one."""
        asked = query.get("add", "")
        name = asked if asked in FIELDS or asked in (*NAMED, LABEL) else USUAL[0]
        page = query.get("page", "")
        return cls(
            tuple((key, value) for key, values in query.lists() if key not in OWN for value in values),
            page if page in PAGES else PAGES[0],
            name,
            query.get("named", ""),
            query.get("op", ""),
            query.get("value", ""),
        )

    @classmethod
    def of(cls, pairs: Iterable[Pair], page: str) -> "NewFilter":
        return cls(tuple(pairs), page)

    @property
    def full_field(self) -> str:
        return f"{self.field}.{self.named}" if self.is_family else self.field

    @property
    def is_family(self) -> bool:
        return self.field in FAMILIES

    @property
    def fields(self) -> list[tuple[str, list[Pair]]]:
        """Groups of names with their labels."""
        rest = [name for name in FIELDS if name not in USUAL]
        families = [(name, f"{capfirst(name.removesuffix('s'))} of the request …") for name in NAMED]
        return [
            ("Usual", [*((name, capfirst(FIELDS[name].label)) for name in USUAL), (LABEL, DIMENSIONS[LABEL].label)]),
            ("More", [*families, *((name, capfirst(FIELDS[name].label)) for name in rest)]),
        ]

    @property
    def operators(self) -> list[Pair]:
        if self.field == LABEL:
            return [("is", OPERATORS["is"].words), ("is_not", OPERATORS["is_not"].words)]
        known = known_field(f"{self.field}.{self.named or 'name'}" if self.is_family else self.field)
        return [(name, SAME_WORDS.get(name, OPERATORS[name].words)) for name in known.operators]

    def address(self) -> str:
        """Of the page with the filter added. Errors: BadFilter."""
        if self.operator not in dict(self.operators):
            raise BadFilter("This field cannot be compared so.")
        return (
            f"{reverse(self.page)}?{urlencode([*self.carried, *condition(self.full_field, self.operator, self.value)])}"
        )

    def refused(self, why: str) -> "NewFilter":
        return replace(self, said=why)

    @property
    def dimension(self) -> str:
        """The dimension whose stored values may be typed here; empty when there is none."""
        if self.field == "parameters" and self.named:
            return f"parameter:{self.named}"
        return next((d.name for d in DIMENSIONS.values() if d.fields[-1:] == (self.field,)), "")

    def offered(self, found: Iterable[Value]) -> list[Pair]:
        """Each value once, with its words: of a city where it is."""
        pairs: dict[str, str] = {}
        dimension = dimension_of(self.dimension)
        for value in found:
            *wider, narrowest = dimension.parts(value.key) if dimension else [value.key]
            if narrowest:
                pairs.setdefault(narrowest, value.text if wider else called(self.field, narrowest))
        return [*pairs.items()]
