"""A definition as frozen values. Documents from outside become these through `parse` alone.

Ids of rules and destinations are one sequence per campaign, from 1, never used again. Weights and limits are whole numbers from 1.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.ingress.plans.caps import Of, Per
from apps.ingress.plans.choice import Sticky
from apps.ingress.rules import Rule


class Do(StrEnum):
    """What becomes of a parameter of the click in the destination's address."""

    FORWARD = "forward"
    RENAME = "rename"
    PRIVATE = "private"


class Others(StrEnum):
    DROP = "drop"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Cap:
    of: Of
    per: Per
    limit: int


@dataclass(frozen=True, slots=True)
class Share:
    """A destination by its id, and how much of the traffic it gets beside the others."""

    destination: int
    weight: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """`alias` is the new name where `do` is rename, and empty else."""

    name: str
    do: Do
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Parameters:
    others: Others = Others.DROP
    named: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Destination:
    id: int
    name: str
    url: str
    paused: bool = False
    caps: tuple[Cap, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingRule:
    id: int
    name: str
    when: Rule
    paused: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    caps: tuple[Cap, ...] = ()
    to: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """`membership` None is what the campaign's links routed. `fallback` is for when no rule has a destination left."""

    zone: str
    membership: Rule | None = None
    sticky: Sticky = Sticky.VISITOR
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    parameters: Parameters = Parameters()
    caps: tuple[Cap, ...] = ()
    destinations: tuple[Destination, ...] = ()
    rules: tuple[RoutingRule, ...] = ()
    fallback: tuple[Share, ...] = ()
    next_id: int = 1

    def destination(self, number: int) -> Destination:
        """Errors: KeyError."""
        return {each.id: each for each in self.destinations}[number]
