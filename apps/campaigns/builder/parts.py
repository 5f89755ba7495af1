"""The parts of a definition that are edited one at a time: each is read from the draft or from a form, and put into the draft.

Part.of(draft, number)    as the draft has it; number 0 is a new one. Errors: UnknownPart
Part.read(data, draft, number)
part.pairs()              what a browser sends of it
part.put(draft)           the draft with it, the one given is left alone; what is wrong in it `parse` says
part.pointer(draft)       where it stands in that, RFC 6901
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, Self

from apps.campaigns.builder.conditions import ALL, Condition
from apps.campaigns.builder.rows import Caps, Dates, Weights
from apps.campaigns.definition.parse import PARAMETERS_MAX

Data = Mapping[str, str]
Document = dict[str, Any]
USUAL_WEIGHT = 100
NO_CAPS = Caps()


class UnknownPart(LookupError):
    """The draft has no such part."""


class Part(Protocol):
    template: ClassVar[str]

    @classmethod
    def of(cls, draft: Document, number: int) -> Self: ...
    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> Self: ...
    def pairs(self) -> Iterator[tuple[str, str]]: ...
    def put(self, draft: Document) -> Document: ...
    def pointer(self, draft: Document) -> str: ...
    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class RulePart:
    template: ClassVar[str] = "campaigns/builder/_rule_form.html"
    condition_at: ClassVar[str] = "/when"

    id: int
    name: str
    when: Condition
    paused: bool
    dates: Dates
    caps: Caps
    to: Weights

    @classmethod
    def of(cls, draft: Document, number: int) -> "RulePart":
        if not number:
            to = draft["fallback"][:1] or [
                {"destination": each["id"], "weight": USUAL_WEIGHT} for each in draft["destinations"][:1]
            ]
            when = Condition(ALL, parts=(Condition(),))
            return cls(0, "", when, False, Dates(), Caps(), Weights.of(to, draft))
        rule = draft["rules"][place_of(draft, "rules", number)]
        dates, caps, to = Dates.of(rule, draft["zone"]), Caps.of(rule["caps"]), Weights.of(rule["to"], draft)
        return cls(number, rule["name"], Condition.root(rule["when"]), rule["paused"], dates, caps, to)

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "RulePart":
        name, when, paused = data.get("name", ""), Condition.read(data, "when"), "paused" in data
        return cls(number, name, when, paused, Dates.read(data), Caps.read(data), Weights.read(data, draft))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield "name", self.name
        if self.paused:
            yield "paused", "on"
        yield from self.when.pairs("when")
        for row in (self.dates, self.caps, self.to):
            yield from row.pairs()

    def put(self, draft: Document) -> Document:
        return _with(draft, "rules", self.id, self.document(draft["zone"]))

    def document(self, zone: str) -> Document:
        return {
            "name": self.name,
            "when": self.when.document(),
            "paused": self.paused,
            **self.dates.document(zone),
            "caps": self.caps.document(),
            "to": self.to.document(),
        }

    def with_condition(self, when: Condition, zone: str) -> "RulePart":
        return replace(self, when=when.settled(zone))

    def pointer(self, draft: Document) -> str:
        return f"/rules/{place_of(draft, 'rules', self.id) if self.id else len(draft['rules'])}"

    @property
    def title(self) -> str:
        return f"Change the rule {self.name}" if self.id else "Add a rule"


@dataclass(frozen=True)
class DestinationPart:
    template: ClassVar[str] = "campaigns/builder/_destination_form.html"

    id: int
    name: str = ""
    url: str = ""
    paused: bool = False
    caps: Caps = NO_CAPS

    @classmethod
    def of(cls, draft: Document, number: int) -> "DestinationPart":
        if not number:
            return cls(0)
        found = draft["destinations"][place_of(draft, "destinations", number)]
        return cls(number, found["name"], found["url"], found["paused"], Caps.of(found["caps"]))

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "DestinationPart":
        return cls(number, data.get("name", ""), data.get("url", ""), "paused" in data, Caps.read(data))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield from (("name", self.name), ("url", self.url))
        if self.paused:
            yield "paused", "on"
        yield from self.caps.pairs()

    def put(self, draft: Document) -> Document:
        said = {"name": self.name, "url": self.url, "paused": self.paused, "caps": self.caps.document()}
        return _with(draft, "destinations", self.id, said)

    def pointer(self, draft: Document) -> str:
        place = place_of(draft, "destinations", self.id) if self.id else len(draft["destinations"])
        return f"/destinations/{place}"

    @property
    def title(self) -> str:
        return f"Change the destination {self.name}" if self.id else "Add a destination"


@dataclass(frozen=True)
class FallbackPart:
    template: ClassVar[str] = "campaigns/builder/_fallback_form.html"
    title: ClassVar[str] = "Where everybody else goes"

    to: Weights

    @classmethod
    def of(cls, draft: Document, number: int) -> "FallbackPart":
        return cls(Weights.of(draft["fallback"], draft))

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "FallbackPart":
        return cls(Weights.read(data, draft))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield from self.to.pairs()

    def put(self, draft: Document) -> Document:
        return {**draft, "fallback": self.to.document()}

    def pointer(self, draft: Document) -> str:
        return "/fallback"


@dataclass(frozen=True)
class ParameterRow:
    name: str = ""
    do: str = "forward"
    alias: str = ""


@dataclass(frozen=True)
class ParametersPart:
    template: ClassVar[str] = "campaigns/builder/_parameters_form.html"
    title: ClassVar[str] = "Which parameters are sent on"

    others: str
    named: tuple[ParameterRow, ...]

    @classmethod
    def of(cls, draft: Document, number: int) -> "ParametersPart":
        said = draft["parameters"]
        return cls(said["others"], tuple(ParameterRow(each["name"], each["do"], each["as"]) for each in said["named"]))

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "ParametersPart":
        """A row without a name is none."""
        places = range(PARAMETERS_MAX + 1)
        rows = [[data.get(f"named.{n}.{key}", "").strip() for key in ("name", "do", "as")] for n in places]
        return cls(data.get("others", ""), tuple(ParameterRow(*row) for row in rows if row[0]))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield "others", self.others
        for n, row in enumerate(self.named):
            yield from ((f"named.{n}.name", row.name), (f"named.{n}.do", row.do), (f"named.{n}.as", row.alias))

    def put(self, draft: Document) -> Document:
        named = [{"name": row.name, "do": row.do, "as": row.alias if row.do == "rename" else ""} for row in self.named]
        return {**draft, "parameters": {"others": self.others, "named": named}}

    def pointer(self, draft: Document) -> str:
        return "/parameters"

    @property
    def numbered(self) -> list[tuple[str, ParameterRow]]:
        """Each with the name of its fields, and an empty one to type in."""
        return [(f"named.{n}", row) for n, row in enumerate((*self.named, ParameterRow()))]


@dataclass(frozen=True)
class SettingsPart:
    template: ClassVar[str] = "campaigns/builder/_settings_form.html"
    title: ClassVar[str] = "Choice, dates and caps of the campaign"

    sticky: str
    zone: str
    dates: Dates
    caps: Caps

    @classmethod
    def of(cls, draft: Document, number: int) -> "SettingsPart":
        return cls(draft["sticky"], draft["zone"], Dates.of(draft, draft["zone"]), Caps.of(draft["caps"]))

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "SettingsPart":
        return cls(data.get("sticky", ""), data.get("zone", ""), Dates.read(data), Caps.read(data))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield from (("sticky", self.sticky), ("zone", self.zone), *self.dates.pairs(), *self.caps.pairs())

    def put(self, draft: Document) -> Document:
        said = {"sticky": self.sticky, "zone": self.zone, "caps": self.caps.document()}
        return {**draft, **said, **self.dates.document(self.zone)}

    def pointer(self, draft: Document) -> str:
        return ""


def place_of(draft: Document, where: str, number: int) -> int:
    """Errors: UnknownPart."""
    for place, each in enumerate(draft[where]):
        if each["id"] == number:
            return place
    raise UnknownPart(f"{where} {number}")


def _with(draft: Document, where: str, number: int, said: Document) -> Document:
    """In its place, or at the end with the next number."""
    if number:
        place = place_of(draft, where, number)
        return {**draft, where: [*draft[where][:place], {"id": number, **said}, *draft[where][place + 1 :]]}
    number = draft["next_id"]
    return {**draft, where: [*draft[where], {"id": number, **said}], "next_id": number + 1}
