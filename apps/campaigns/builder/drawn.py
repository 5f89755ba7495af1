"""A typed condition as the page draws it: under which names, with which choices, and what is wrong where."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.text import capfirst

from apps.campaigns.builder.conditions import ANY, GROUPS, LISTS, NOT, TERM, Condition
from apps.campaigns.definition import ROUTABLE, Problem
from apps.ingress.rules import FIELDS, OPERATORS, Takes, Type
from apps.ingress.rules.words import WEEKDAYS

Choices = list[tuple[str, str]]
USUAL = (
    "country", "device_type", "os", "browser", "language", "source", "medium", "utm_campaign", "channel", "referrer_domain", "city",
    "region_name", "link_key", "visitor_is_new",
)  # fmt: skip
FAMILIES = (
    ("parameters.", "Parameter …"),
    ("hour.", "Hour of the day"),
    ("weekday.", "Day of the week"),
    ("headers.", "Header …"),
)
KEYS = {
    "parameters.": "Name of the parameter",
    "headers.": "Name of the header",
    "hour.": "Time zone",
    "weekday.": "Time zone",
}
SAME_WORDS = {"in": "is any of", "not_in": "is none of"}
GROUP_WORDS = (("all", "All of these hold"), ("any", "At least one holds"), ("not", "None of these holds"))
HINTS: dict[str, str] = {
    Takes.NETWORKS: "Addresses or networks such as 192.0.2.0/24, one on each line.",
    Takes.DOMAINS: "Domains, one on each line: example.com covers shop.example.com too.",
    Takes.PATTERN: "A pattern of RE2; (?i) in front ignores case.",
    Takes.MANY: "One on each line.",
}
HINTS_OF_FIELDS = {"country": "Names or codes: Germany, AT.", "weekday.": "1 is Monday, 7 is Sunday."}
# Beyond what a person types, a page would not be quick.
LINES_SHOWN = 8


@dataclass(frozen=True)
class Drawn:
    """One condition. `at` is its place for the buttons, `problems` the sentences about it alone."""

    condition: Condition
    name: str
    at: str
    problems: tuple[str, ...]
    parts: tuple["Drawn", ...] = ()

    @property
    def is_group(self) -> bool:
        return self.condition.kind in GROUPS

    @property
    def group_words(self) -> Sequence[tuple[str, str]]:
        return GROUP_WORDS

    @property
    def fields(self) -> list[tuple[str, Choices]]:
        """What a rule may name; the traffic of a campaign may be known by what was decided later too, and then stays so."""
        own = self.condition.field
        later = [("Later", [(own, capfirst(FIELDS[own].label))])] if own in FIELDS and own not in ROUTABLE else []
        return field_choices() + later

    @property
    def key_label(self) -> str:
        return KEYS.get(self.condition.field, "")

    @property
    def operators(self) -> Choices:
        known = self.condition.known
        names = known.operators if known else (self.condition.op,)
        return [(name, SAME_WORDS.get(name, OPERATORS[name].words)) for name in names if name in OPERATORS]

    @property
    def control(self) -> str:
        """What takes the value: nothing, two, list, choice or text."""
        takes = self.condition.takes
        if takes is Takes.NOTHING:
            return "nothing"
        if takes is Takes.TWO:
            return "two"
        if takes in LISTS:
            return "list"
        return "choice" if takes is Takes.ONE and self.choices else "text"

    @property
    def choices(self) -> Choices:
        known = self.condition.known
        if known is None:
            return []
        if known.type is Type.FLAG:
            return [("yes", "yes"), ("no", "no")]
        if self.condition.field == "weekday.":
            return [(str(number), day) for number, day in enumerate(WEEKDAYS, start=1)]
        return [(each, each) for each in known.choices]

    @property
    def hint(self) -> str:
        takes = self.condition.takes
        if takes in (Takes.NETWORKS, Takes.DOMAINS, Takes.PATTERN):
            return HINTS[takes]
        return HINTS_OF_FIELDS.get(self.condition.field, HINTS.get(takes, ""))

    @property
    def rows(self) -> int:
        return min(LINES_SHOWN, self.condition.value.count("\n") + 2)


def drawn(condition: Condition, problems: Sequence[Problem], name: str = "when") -> Drawn:
    """`problems` are of the rule's condition, by their pointers in it."""
    return _drawn(condition, name, "", "", [(each.pointer, each.detail) for each in problems])


@cache
def field_choices() -> list[tuple[str, Choices]]:
    more = [name for name in ROUTABLE if name not in USUAL]
    return [
        ("Usual", [*((name, capfirst(FIELDS[name].label)) for name in USUAL), *FAMILIES]),
        ("More", [(name, capfirst(FIELDS[name].label)) for name in more]),
    ]


def _drawn(condition: Condition, name: str, at: str, pointer: str, problems: Sequence[tuple[str, str]]) -> Drawn:
    if condition.kind == TERM:
        mine = tuple(detail for place, detail in problems if place == pointer or place.startswith(f"{pointer}/"))
        return Drawn(condition, name, at, mine)
    below = _pointers(condition, pointer)
    parts = tuple(
        _drawn(part, f"{name}.{n}", f"{at}.{n}".lstrip("."), below[n], problems)
        for n, part in enumerate(condition.parts)
    )
    said = {detail for part in parts for detail in _all_problems(part)}
    mine = tuple(detail for place, detail in problems if place == pointer and detail not in said)
    return Drawn(condition, name, at, mine, parts)


def _pointers(group: Condition, pointer: str) -> list[str]:
    """Where the parts of a group stand in its document."""
    if len(group.parts) == 1 and group.is_bare:
        return [pointer]
    if group.kind == NOT:
        pointer = f"{pointer}/{NOT}"
        if len(group.parts) == 1:
            return [pointer]
        return [f"{pointer}/{ANY}/{n}" for n in range(len(group.parts))]
    return [f"{pointer}/{group.kind}/{n}" for n in range(len(group.parts))]


def _all_problems(part: Drawn) -> list[str]:
    return [*part.problems, *(detail for inner in part.parts for detail in _all_problems(inner))]
