"""A definition as people read it: whole, in words, in the order in which it is tried."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.campaigns.definition import Cap, Definition, Do, Others, Parameters, Per, Share, Sticky, stored
from apps.ingress.rules import words

STICKY = {
    Sticky.VISITOR: "By visitor, known by a cookie",
    Sticky.ADDRESS: "By address and user agent, without a cookie",
}


@dataclass(frozen=True)
class Split:
    """A destination's part of the visitors of a rule, or of the campaign; `share` of one."""

    name: str
    weight: int
    share: float


@dataclass(frozen=True)
class ShownDestination:
    id: int
    name: str
    url: str
    is_paused: bool
    caps: list[str]


@dataclass(frozen=True)
class ShownRule:
    id: int
    name: str
    words: str
    to: list[Split]
    is_paused: bool
    starts_at: datetime | None
    ends_at: datetime | None
    caps: list[str]


@dataclass(frozen=True)
class Outline:
    settings: list[tuple[str, str]]
    destinations: list[ShownDestination]
    rules: list[ShownRule]
    fallback: list[Split]
    zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    caps: list[str]


def outline(document: dict[str, Any]) -> Outline:
    """Of a stored document: a draft, or what was published."""
    definition = stored(document)
    names = {each.id: each.name for each in definition.destinations}
    return Outline(
        settings=_settings(definition),
        destinations=[
            ShownDestination(each.id, each.name, each.url, each.paused, cap_words(each.caps))
            for each in definition.destinations
        ],
        rules=[
            ShownRule(
                each.id,
                each.name,
                words(each.when),
                _splits(each.to, names),
                each.paused,
                each.starts_at,
                each.ends_at,
                cap_words(each.caps),
            )
            for each in definition.rules
        ],
        fallback=_splits(definition.fallback, names),
        zone=definition.zone,
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        caps=cap_words(definition.caps),
    )


def cap_words(caps: Iterable[Cap]) -> list[str]:
    return [f"at most {cap.limit:,} {cap.of.value} {'a day' if cap.per is Per.DAY else 'in all'}" for cap in caps]


def _settings(definition: Definition) -> list[tuple[str, str]]:
    membership = definition.membership
    return [
        ("Traffic", "What its links route" if membership is None else f"Clicks of which {words(membership)}"),
        ("Choice between destinations", STICKY[definition.sticky]),
        ("Time zone", definition.zone),
        ("Parameters", _parameters(definition.parameters)),
    ]


def _parameters(parameters: Parameters) -> str:
    kept = [each.name for each in parameters.named if each.do is Do.FORWARD]
    renamed = [f"{each.name} as {each.alias}" for each in parameters.named if each.do is Do.RENAME]
    private = [each.name for each in parameters.named if each.do is Do.PRIVATE]
    said = [f"Sent on: {', '.join([*kept, *renamed])}" if kept or renamed else ""]
    said += [f"Kept private: {', '.join(private)}" if private else ""]
    others = "sent on" if parameters.others is Others.FORWARD else "not sent on"
    named = any(said)
    return ". ".join([*filter(None, said), f"{'All others are' if named else 'They are'} {others}"])


def _splits(shares: Sequence[Share], names: dict[int, str]) -> list[Split]:
    total = sum(share.weight for share in shares)
    return [Split(names[share.destination], share.weight, share.weight / total) for share in shares]
