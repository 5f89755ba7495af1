"""A campaign as one process has it: its document read once, when it is published, into what a click asks.

A plan is one object that is replaced whole: a click sees the old version or the new one, never some of both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.ingress.destination import BadDestination, Destination
from apps.ingress.destination import parse as parse_destination
from apps.ingress.plans.asking import Ask, asks_of
from apps.ingress.plans.caps import THE_CAMPAIGN, Cap, Of, Per
from apps.ingress.plans.choice import Choice, Sticky, choice_of
from apps.ingress.plans.parameters import Policy
from apps.ingress.rules import BadRule, Rule, parse

Document = Mapping[str, Any]
EVER = 1 << 62
# Statuses in which links route; a draft's do, so that it can be tried.
ROUTING = frozenset({"draft", "active"})


class BadPlan(ValueError):
    """What was published is no campaign this version of Trellis can follow; the message says why."""


@dataclass(frozen=True, slots=True)
class DestinationPlan:
    id: int
    name: str
    destination: Destination
    named: frozenset[str]
    paused: bool
    caps: tuple[Cap, ...]


@dataclass(frozen=True, slots=True)
class RulePlan:
    """`asks` is its condition taken apart, `to` what is not paused of its destinations. `is_limited`: by schedule or caps."""

    id: int
    name: str
    rule: Rule
    asks: tuple[Ask, ...]
    paused: bool
    is_limited: bool
    starts_ms: int
    ends_ms: int
    caps: tuple[Cap, ...]
    to: Choice


@dataclass(frozen=True, slots=True)
class Plan:
    """`tried` are the rules that are not paused. `capped` are the destinations with caps: those that may be full.

    `counted` are the caps of clicks by their owner: whose clicks are counted.
    """

    campaign_id: int
    organization_id: int
    key: str
    version: int
    status: str
    sticky: Sticky
    starts_ms: int
    ends_ms: int
    policy: Policy
    caps: tuple[Cap, ...]
    destinations: Mapping[int, DestinationPlan]
    rules: tuple[RulePlan, ...]
    tried: tuple[RulePlan, ...]
    fallback: Choice
    capped: frozenset[int]
    counted: Mapping[int, tuple[Cap, ...]]

    @classmethod
    def read(cls, campaign_id: int, unit: Document) -> "Plan":
        """Of a published unit, or what would be one. Errors: BadPlan. Cost: 0.3 ms for ten rules (2026-11-23)."""
        try:
            return _Reading(campaign_id, unit["document"]).plan(unit)
        except BadPlan:
            raise
        except (BadRule, BadDestination, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise BadPlan(f"campaign {campaign_id}: {type(error).__name__}: {error}") from error


class _Reading:
    def __init__(self, campaign_id: int, document: Document) -> None:
        self.campaign_id = campaign_id
        self.document = document
        self.zone: str = document["zone"]
        self.destinations = {each["id"]: self._destination(each) for each in document["destinations"]}

    def plan(self, unit: Document) -> Plan:
        document = self.document
        rules = tuple(self._rule(each) for each in document["rules"])
        caps = self._caps(document, THE_CAMPAIGN)
        return Plan(
            campaign_id=self.campaign_id,
            organization_id=unit["organization_id"],
            key=unit["key"],
            version=unit["version"],
            status=unit["status"],
            sticky=Sticky(document["sticky"]),
            starts_ms=_moment(document.get("starts_at"), 0),
            ends_ms=_moment(document.get("ends_at"), EVER),
            policy=Policy.read(document["parameters"]),
            caps=caps,
            destinations=self.destinations,
            rules=rules,
            tried=tuple(rule for rule in rules if not rule.paused),
            fallback=self._choice(document["fallback"]),
            capped=frozenset(one.id for one in self.destinations.values() if one.caps),
            counted=_counted(
                [caps, *(each.caps for each in rules), *(each.caps for each in self.destinations.values())]
            ),
        )

    def _destination(self, document: Document) -> DestinationPlan:
        destination = parse_destination(document["url"])
        return DestinationPlan(
            id=document["id"],
            name=document["name"],
            destination=destination,
            named=destination.names(),
            paused=document.get("paused", False),
            caps=self._caps(document, document["id"]),
        )

    def _rule(self, document: Document) -> RulePlan:
        rule, caps = parse(document["when"]), self._caps(document, document["id"])
        starts_ms, ends_ms = _moment(document.get("starts_at"), 0), _moment(document.get("ends_at"), EVER)
        return RulePlan(
            id=document["id"],
            name=document["name"],
            rule=rule,
            asks=asks_of(rule),
            paused=document.get("paused", False),
            is_limited=bool(caps or starts_ms or ends_ms != EVER),
            starts_ms=starts_ms,
            ends_ms=ends_ms,
            caps=caps,
            to=self._choice(document["to"]),
        )

    def _choice(self, shares: Sequence[Document]) -> Choice:
        open_ones = [(each["destination"], each["weight"]) for each in shares]
        return choice_of(self.campaign_id, [each for each in open_ones if not self.destinations[each[0]].paused])

    def _caps(self, owner: Document, owner_id: int) -> tuple[Cap, ...]:
        return tuple(
            Cap(self.campaign_id, owner_id, Of(each["of"]), Per(each["per"]), each["limit"], self.zone)
            for each in owner.get("caps", ())
        )


def _counted(caps: Iterable[tuple[Cap, ...]]) -> dict[int, tuple[Cap, ...]]:
    clicks = [tuple(cap for cap in own if cap.of is Of.CLICKS) for own in caps]
    return {own[0].owner_id: own for own in clicks if own}


def _moment(text: str | None, otherwise: int) -> int:
    """Unix milliseconds."""
    return int(datetime.fromisoformat(text).timestamp() * 1000) if text else otherwise
