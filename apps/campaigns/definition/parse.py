"""From a document to a definition. What `parse` does not know it refuses; after it nothing is guessed.

The form is in docs/campaigns.md. Keys with a usual value may be left out, and so may the id of something new.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError

from apps.accounts.models import Organization
from apps.campaigns.definition import nodes
from apps.campaigns.definition.nodes import Cap, Definition, Destination, Parameter, Parameters, RoutingRule, Share
from apps.campaigns.definition.reading import Reading
from apps.campaigns.definition.routable import later_fields
from apps.campaigns.definition.trouble import BadDefinition
from apps.campaigns.definition.weight import weigh
from apps.campaigns.destination import MAX_CHARS, link_hosts_of, validate_destination
from apps.ingress import rules
from apps.ingress.plans.caps import Of, Per
from apps.ingress.plans.choice import Sticky
from apps.ingress.plans.parameters import NEVER
from apps.ingress.rules import EVERYTHING, BadRule, Rule
from apps.ingress.rules.families import is_zone

RULES_MAX = 200
DESTINATIONS_MAX = 100
WEIGHT_MAX = 1_000_000
NAME_MAX_CHARS = 80
PARAMETERS_MAX = 50
PARAMETER_MAX_CHARS = 200
LIMIT_MAX = 10**12
ID_MAX = 1_000_000
CAPS_MAX = len(Of) * len(Per)
Numbered = TypeVar("Numbered", Destination, RoutingRule)
T = TypeVar("T")


def parse(document: object, organization: Organization, *, next_id: int = 1) -> Definition:
    """The definition that a decoded JSON document says.

    New rules and destinations get ids from `next_id` on, or from the document's own, whichever is higher.

    Errors: BadDefinition, with every problem. Cost: one query.
    """
    weigh(document)
    return _read(_Definition(link_hosts_of(organization), organization.time_zone), document, next_id)


def stored(document: object) -> Definition:
    """The definition of a stored draft or version: where its destinations lead is not asked again. Errors: BadDefinition."""
    return _read(_Definition(None, "UTC"), document, 1)


def _read(reading: "_Definition", document: object, next_id: int) -> Definition:
    definition = reading.definition(document, next_id)
    if reading.problems:
        raise BadDefinition(reading.problems)
    return definition


class _Definition(Reading):
    """`link_hosts` None: addresses are not looked at."""

    def __init__(self, link_hosts: frozenset[str] | None, zone: str) -> None:
        super().__init__()
        self.link_hosts = link_hosts
        self.zone = zone if is_zone(zone) else "UTC"
        self.ids: set[int] = set()

    def definition(self, document: object, next_id: int) -> Definition:
        keys = self.keys(document, "", Definition.__dataclass_fields__)
        asked = self.whole(keys.get("next_id", 1), "/next_id", 1, ID_MAX)
        destinations = self.each(keys.get("destinations", []), "/destinations", DESTINATIONS_MAX, self._destination)
        there = {destination.id for destination in destinations}
        routing = self.each(keys.get("rules", []), "/rules", RULES_MAX, lambda part, at: self._rule(part, at, there))
        next_id = max(next_id, asked, *(number + 1 for number in self.ids))
        next_id, destinations = _with_ids(destinations, next_id)
        next_id, routing = _with_ids(routing, next_id)
        if next_id > ID_MAX:
            self.note("/next_id", f"A campaign has had at most {ID_MAX:,} rules and destinations.", "too_many")
        starts_at, ends_at = self._dates(keys, "")
        return Definition(
            zone=self._zone(keys.get("zone", self.zone)),
            membership=self._membership(keys.get("membership")),
            sticky=self.word(keys.get("sticky", Sticky.VISITOR), "/sticky", Sticky),
            starts_at=starts_at,
            ends_at=ends_at,
            parameters=self._parameters(keys.get("parameters", {})),
            caps=self._caps(keys, ""),
            destinations=destinations,
            rules=routing,
            fallback=self._shares(keys.get("fallback", []), "/fallback", there),
            next_id=next_id,
        )

    def _destination(self, document: object, at: str) -> Destination:
        keys = self.keys(document, at, ("id", "name", "url", "paused", "caps"), ("name", "url"))
        return Destination(
            id=self._id(keys, at),
            name=self._part(keys, at, "name", self._name, ""),
            url=self._part(keys, at, "url", self._url, ""),
            paused=self._part(keys, at, "paused", self.flag, False),
            caps=self._caps(keys, at),
        )

    def _rule(self, document: object, at: str, there: set[int]) -> RoutingRule:
        known = ("id", "name", "when", "paused", "starts_at", "ends_at", "caps", "to")
        keys = self.keys(document, at, known, ("name", "when"))
        starts_at, ends_at = self._dates(keys, at)
        return RoutingRule(
            id=self._id(keys, at),
            name=self._part(keys, at, "name", self._name, ""),
            when=self._part(keys, at, "when", self._when, cast(Rule, EVERYTHING)),
            paused=self._part(keys, at, "paused", self.flag, False),
            starts_at=starts_at,
            ends_at=ends_at,
            caps=self._caps(keys, at),
            to=self._shares(keys.get("to", []), f"{at}/to", there),
        )

    def _part(
        self, keys: dict[str, Any], at: str, name: str, read: Callable[..., T], otherwise: T, *limits: object
    ) -> T:
        return read(keys[name], f"{at}/{name}", *limits) if name in keys else otherwise

    def _id(self, keys: dict[str, Any], at: str) -> int:
        """The id, or 0 for something new."""
        if keys.get("id") is None:
            return 0
        before = len(self.problems)
        number = self.whole(keys["id"], f"{at}/id", 1, ID_MAX)
        if len(self.problems) == before and number in self.ids:
            self.note(f"{at}/id", f"The id {number} is there twice.", "duplicate")
        self.ids.add(number)
        return number

    def _name(self, document: object, at: str) -> str:
        return self.text(document, at, NAME_MAX_CHARS)

    def _url(self, document: object, at: str) -> str:
        before = len(self.problems)
        url = self.text(document, at, MAX_CHARS)
        if self.link_hosts is not None and len(self.problems) == before:
            try:
                validate_destination(url, self.link_hosts)
            except ValidationError as error:
                self.note(at, str(error.message), str(error.code))
        return url

    def _zone(self, document: object) -> str:
        if isinstance(document, str) and is_zone(document):
            return document
        self.note("/zone", "A time zone such as Europe/Berlin is wanted here.", "zone")
        return self.zone

    def _membership(self, document: object) -> Rule | None:
        return None if document is None else self._any_rule(document, "/membership")

    def _any_rule(self, document: object, at: str) -> Rule | None:
        try:
            return rules.parse(document)
        except BadRule as error:
            self.note(f"{at}{error.pointer}", error.sentence, "rule")
            return None

    def _when(self, document: object, at: str) -> Rule:
        rule = self._any_rule(document, at)
        for pointer, name in later_fields(document, at) if rule else ():
            self.note(pointer, f"“{name}” is decided only after the rules are tried.", "later")
        return rule or EVERYTHING

    def _dates(self, keys: dict[str, Any], at: str) -> tuple[Any, Any]:
        starts_at = self.moment(keys.get("starts_at"), f"{at}/starts_at")
        ends_at = self.moment(keys.get("ends_at"), f"{at}/ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.note(f"{at}/ends_at", "This ends before it starts.", "order")
        return starts_at, ends_at

    def _caps(self, keys: dict[str, Any], at: str) -> tuple[Cap, ...]:
        before = len(self.problems)
        caps = self.each(keys.get("caps", []), f"{at}/caps", CAPS_MAX, self._cap)
        self._once([(cap.of, cap.per) for cap in caps], f"{at}/caps", "There is one cap of each kind at most.", before)
        return caps

    def _cap(self, document: object, at: str) -> Cap:
        keys = self.keys(document, at, ("of", "per", "limit"), ("of", "per", "limit"))
        return Cap(
            of=self._part(keys, at, "of", self.word, Of.CLICKS, Of),
            per=self._part(keys, at, "per", self.word, Per.DAY, Per),
            limit=self._part(keys, at, "limit", self.whole, 1, 1, LIMIT_MAX),
        )

    def _shares(self, document: object, at: str, there: set[int]) -> tuple[Share, ...]:
        before = len(self.problems)
        shares = self.each(document, at, DESTINATIONS_MAX, lambda part, place: self._share(part, place, there))
        self._once([share.destination for share in shares], at, "Each destination stands here once.", before)
        return shares

    def _share(self, document: object, at: str, there: set[int]) -> Share:
        keys = self.keys(document, at, ("destination", "weight"), ("destination", "weight"))
        before = len(self.problems)
        number = self._part(keys, at, "destination", self.whole, 1, 1, ID_MAX)
        if "destination" in keys and len(self.problems) == before and number not in there:
            self.note(f"{at}/destination", f"There is no destination with the id {number}.", "reference")
        return Share(number, self._part(keys, at, "weight", self.whole, 1, 1, WEIGHT_MAX))

    def _parameters(self, document: object) -> Parameters:
        before, at = len(self.problems), "/parameters/named"
        keys = self.keys(document, "/parameters", ("others", "named"))
        named = self.each(keys.get("named", []), at, PARAMETERS_MAX, self._parameter)
        self._once([each.name for each in named], at, "Each parameter stands here once.", before)
        sent = [each.alias or each.name for each in named if each.do is not nodes.Do.PRIVATE]
        self._once(sent, at, "Two parameters would be sent under one name.", before)
        return Parameters(self.word(keys.get("others", "drop"), "/parameters/others", nodes.Others), named)

    def _parameter(self, document: object, at: str) -> Parameter:
        keys = self.keys(document, at, ("name", "do", "as"), ("name", "do"))
        name, before = self._part(keys, at, "name", self._parameter_name, ""), len(self.problems)
        do = self._part(keys, at, "do", self.word, nodes.Do.PRIVATE, nodes.Do)
        if do is nodes.Do.RENAME:
            return Parameter(name, do, self._parameter_name(keys.get("as", ""), f"{at}/as"))
        if keys.get("as", "") != "" and len(self.problems) == before:
            self.note(f"{at}/as", "Only a parameter that is renamed has another name.", "unknown")
        return Parameter(name, do)

    def _parameter_name(self, document: object, at: str) -> str:
        name = self.text(document, at, PARAMETER_MAX_CHARS)
        if name in NEVER:
            self.note(at, f"“{name}” is for Trellis itself and never sent on.", "reserved")
        return name

    def _once(self, values: Sequence[object], at: str, sentence: str, before: int) -> None:
        """Notes repeats, where reading found nothing wrong: what stands in for something wrong may be there twice."""
        if len(self.problems) == before and len(set(values)) < len(values):
            self.note(at, sentence, "duplicate")


def _with_ids(parts: tuple[Numbered, ...], next_id: int) -> tuple[int, tuple[Numbered, ...]]:
    """The parts, new ones with an id of their own, and the id after those."""
    numbered = []
    for part in parts:
        numbered.append(part if part.id else replace(part, id=next_id))
        next_id += not part.id
    return next_id, tuple(numbered)
