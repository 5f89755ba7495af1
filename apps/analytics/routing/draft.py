"""A campaign's document as questions about stored clicks need it: rules in order, and what they choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.ingress.rules import Rule, parse


@dataclass(frozen=True)
class Share:
    """One destination of a choice, and its weight among the others."""

    destination_id: int
    weight: int


@dataclass(frozen=True)
class DraftDestination:
    id: int
    name: str
    url: str
    is_paused: bool
    has_caps: bool


@dataclass(frozen=True)
class DraftRule:
    """`place` counts from 1, in the order in which rules are tried."""

    id: int
    place: int
    name: str
    when: Rule
    is_paused: bool
    starts_at: datetime | None
    ends_at: datetime | None
    has_caps: bool
    to: tuple[Share, ...]

    def takes_at(self, now: datetime) -> bool:
        """Whether it takes clicks, now or later."""
        return not self.is_paused and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True)
class Draft:
    """Rules are tried in their order; `fallback` is where clicks go that none of them takes."""

    sticky: str
    starts_at: datetime | None
    ends_at: datetime | None
    membership: Rule | None
    rules: tuple[DraftRule, ...]
    destinations: Mapping[int, DraftDestination]
    fallback: tuple[Share, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Draft":
        """Of a document that `apps.campaigns.definition` has let in; it need not be ready to publish. Errors: BadRule."""
        membership = document.get("membership")
        return cls(
            sticky=document.get("sticky", "visitor"),
            starts_at=_moment(document.get("starts_at")),
            ends_at=_moment(document.get("ends_at")),
            membership=parse(membership) if membership is not None else None,
            rules=tuple(_rule(place, each) for place, each in enumerate(document.get("rules", ()), start=1)),
            destinations={each["id"]: _destination(each) for each in document.get("destinations", ())},
            fallback=_shares(document.get("fallback", ())),
        )

    def open(self, shares: Sequence[Share]) -> tuple[Share, ...]:
        """Those that may be chosen: their destination is there and not paused."""
        known = self.destinations
        return tuple(
            each for each in shares if each.destination_id in known and not known[each.destination_id].is_paused
        )

    def choice(self, rule: DraftRule | None) -> tuple[Share, ...]:
        """What clicks of this rule, or of no rule, are shared among. A rule that has nothing left leaves them to the fallback."""
        return (self.open(rule.to) if rule else ()) or self.open(self.fallback)

    def rule_name(self, rule_id: int) -> str:
        """For people, also of a rule that is gone; 0 is the fallback."""
        if not rule_id:
            return "Fallback"
        return next((each.name for each in self.rules if each.id == rule_id), f"Rule {rule_id}, not in this version")

    def destination_name(self, destination_id: int) -> str:
        """For people, also of a destination that is gone; 0 is none of the campaign's."""
        if not destination_id:
            return "None of the campaign's"
        known = self.destinations.get(destination_id)
        return known.name if known else f"Destination {destination_id}, not in this version"


def _rule(place: int, document: Mapping[str, Any]) -> DraftRule:
    return DraftRule(
        id=document["id"],
        place=place,
        name=document["name"],
        when=parse(document["when"]),
        is_paused=document.get("paused", False),
        starts_at=_moment(document.get("starts_at")),
        ends_at=_moment(document.get("ends_at")),
        has_caps=bool(document.get("caps")),
        to=_shares(document.get("to", ())),
    )


def _destination(document: Mapping[str, Any]) -> DraftDestination:
    return DraftDestination(
        id=document["id"],
        name=document["name"],
        url=document["url"],
        is_paused=document.get("paused", False),
        has_caps=bool(document.get("caps")),
    )


def _shares(documents: Sequence[Mapping[str, Any]]) -> tuple[Share, ...]:
    return tuple(Share(each["destination"], each["weight"]) for each in documents)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
