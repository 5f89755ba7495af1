"""Macros that want more than the request: where the visitor is, with what, and the key of the campaign."""

from collections.abc import Sequence
from functools import lru_cache

from apps.ingress.destination import SEEN_MACROS
from apps.ingress.event import Event
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.sight import Sight, asked, needs_of


def values_of(macros: Sequence[str], values: Sequence[str], plan: Plan | None, sight: Sight) -> list[str]:
    """The values with those filled in that the request cannot answer; only what is named is looked up."""
    event = asked(sight, _needs(macros), _itself, sight.event)
    return [_value(macro, value, event, plan) for macro, value in zip(macros, values, strict=True)]


def _value(macro: str, value: str, event: Event, plan: Plan | None) -> str:
    if column := SEEN_MACROS.get(macro):
        return str(getattr(event, column))  # not what a parameter of that name says
    return plan.key if macro == "campaign" and plan and not value else value


@lru_cache(maxsize=1_000)
def _needs(macros: Sequence[str]) -> int:
    return needs_of(SEEN_MACROS[macro] for macro in macros if macro in SEEN_MACROS)


def _itself(event: Event) -> Event:
    return event
