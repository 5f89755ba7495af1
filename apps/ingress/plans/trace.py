"""Why a click went where it went: each rule of a version, what became of it, and which of its conditions held on what value."""

from collections.abc import Collection, Mapping, Set
from enum import StrEnum
from typing import NamedTuple

from apps.ingress.event import Event, Reason
from apps.ingress.plans.caps import Cap
from apps.ingress.plans.decide import Routed, closed, is_full, routed
from apps.ingress.plans.plan import Plan, RulePlan
from apps.ingress.rules import Term, compiled, field_of, terms, words

MS = 1000


class Outcome(StrEnum):
    MATCHED = "matched"
    FAILED = "failed"
    PAUSED = "paused"
    OUT_OF_DATES = "out_of_dates"
    FULL = "full"
    NOT_TRIED = "not_tried"


class TermTrace(NamedTuple):
    """One condition. `value` is what the click has; of parameters and headers their names."""

    words: str
    field: str
    value: str | int | bool | tuple[str, ...]
    held: bool


class RuleTrace(NamedTuple):
    """`terms` are the conditions from left to right, of a rule that was asked."""

    rule_id: int
    outcome: Outcome
    terms: tuple[TermTrace, ...]


class Trace(NamedTuple):
    """The decision, and how each rule took part in it, in their order."""

    reason: Reason
    rule_id: int
    destination_id: int
    propensity: float
    rules: tuple[RuleTrace, ...]


class _AsItWas:
    """Caps of a click of the past: full is what was full then."""

    def __init__(self, capped: Collection[int]) -> None:
        self._capped = frozenset(capped)

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        return cap.owner_id in self._capped

    def count(self, cap: Cap, now_ms: int) -> None:
        raise AssertionError("a trace counts nothing")


def trace(plan: Plan, event: Event, *, capped: Collection[int] | None = None, has_default: bool = False) -> Trace:
    """The decision of this plan for an event that is enriched, at the time of the event. Never raises.

    `capped` are the ids that were full, by default those the event names. `has_default` says that the organization has a default
    destination: it is the reason then when the campaign has nowhere to send the click.
    """
    now_ms = round(event.happened_at.timestamp() * MS)
    caps = _AsItWas(event.capped if capped is None else capped)
    found = routed(plan, event, now_ms, caps)
    is_closed = closed(plan, now_ms, caps) is not None
    rules = []
    over = is_closed
    for rule in plan.rules:
        outcome = _outcome(rule, found, now_ms, caps, over=over)
        over = over or outcome is Outcome.MATCHED
        asked = outcome in (Outcome.MATCHED, Outcome.FAILED)
        rules.append(RuleTrace(rule.id, outcome, terms_of(rule, event) if asked else ()))
    reason = found.reason
    if has_default and reason is Reason.NO_DESTINATION:
        reason = Reason.ORGANIZATION
    return Trace(reason, found.rule_id, found.destination_id, found.propensity, tuple(rules))


def terms_of(rule: RulePlan, event: Event) -> tuple[TermTrace, ...]:
    """The conditions of a rule on an event that is enriched."""
    return tuple(_term(term, event) for term in terms(rule.rule))


def _outcome(rule: RulePlan, found: Routed, now_ms: int, caps: _AsItWas, *, over: bool) -> Outcome:
    if over:
        return Outcome.NOT_TRIED
    if rule.paused:
        return Outcome.PAUSED
    if not rule.starts_ms <= now_ms < rule.ends_ms:
        return Outcome.OUT_OF_DATES
    if is_full(rule.caps, now_ms, caps):
        return Outcome.FULL
    return Outcome.MATCHED if rule.id == found.rule_id else Outcome.FAILED


def _term(term: Term, event: Event) -> TermTrace:
    value = field_of(term.field).read(event)
    if isinstance(value, Mapping | Set):
        value = tuple(sorted(value))
    return TermTrace(words(term), term.field, value, compiled(term)(event))
