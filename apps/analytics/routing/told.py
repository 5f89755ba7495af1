"""A trace as people read it: each rule with what became of it, and each of its conditions with what the click had."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.analytics import words
from apps.analytics.routing.draft import Draft
from apps.ingress.plans.trace import Outcome, TermTrace, Trace
from apps.ingress.rules import FAMILIES

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.MATCHED: ("matched", "green"),
    Outcome.FAILED: ("did not match", "secondary"),
    Outcome.PAUSED: ("paused", "yellow"),
    Outcome.OUT_OF_DATES: ("not in its dates", "yellow"),
    Outcome.FULL: ("its cap was full", "yellow"),
    Outcome.NOT_TRIED: ("not tried", "secondary"),
}
NAMES_SHOWN = 8


@dataclass(frozen=True)
class ToldTerm:
    """`had` is what the click has there, as text."""

    words: str
    had: str
    held: bool


@dataclass(frozen=True)
class ToldRule:
    """`outcome` is a word of Outcome, `label` that for people, `tone` a colour."""

    place: int
    name: str
    outcome: str
    label: str
    tone: str
    terms: tuple[ToldTerm, ...]


@dataclass(frozen=True)
class Told:
    """`rule` and `destination` are empty where there is none. `propensity` is a share of one, 0 where nothing was chosen."""

    reason: str
    rule: str
    destination: str
    propensity: float
    rules: tuple[ToldRule, ...]


def told(trace: Trace, document: Mapping[str, Any]) -> Told:
    """`document` is the one the trace was made by."""
    draft = Draft.read(document)
    return Told(
        reason=words.REASONS.get(trace.reason, trace.reason),
        rule=draft.rule_name(trace.rule_id) if trace.rule_id else "",
        destination=draft.destination_name(trace.destination_id) if trace.destination_id else "",
        propensity=trace.propensity,
        rules=tuple(
            ToldRule(
                place,
                draft.rule_name(rule.rule_id),
                rule.outcome,
                *OUTCOMES[rule.outcome],
                tuple(map(_term, rule.terms)),
            )
            for place, rule in enumerate(trace.rules, start=1)
        ),
    )


def _term(term: TermTrace) -> ToldTerm:
    value = term.value
    if isinstance(value, bool):
        return ToldTerm(term.words, "yes" if value else "no", term.held)
    if isinstance(value, tuple):
        shown = ", ".join(value[:NAMES_SHOWN]) + (
            f" and {len(value) - NAMES_SHOWN} more" if len(value) > NAMES_SHOWN else ""
        )
        return ToldTerm(term.words, shown or "none", term.held)
    is_clock = term.field.partition(".")[0] in FAMILIES and isinstance(value, int)
    return ToldTerm(term.words, str(value) if value or is_clock else "nothing", term.held)
