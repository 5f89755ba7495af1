"""A dry run as tables: destinations now and then, and from where to where clicks would move."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.analytics.routing.draft import Draft
from apps.analytics.routing.dry_run import DryRun, Outcome
from apps.analytics.routing.sample import Count
from apps.ingress.event import Reason

FLOWS_SHOWN = 30
ELSEWHERE = "Not by this campaign"
NOWHERE = "None of the campaign's"
SAID = {
    Reason.OUT_OF_DATES: "Out of the campaign's dates",
    Reason.PAUSED: "Paused",
    Reason.FULL: "The campaign's cap was full",
}


@dataclass(frozen=True)
class BothLine:
    """`moved` is what it would have more, or fewer."""

    name: str
    now: Count
    then: Count

    @property
    def moved(self) -> int:
        return self.then.value - self.now.value


@dataclass(frozen=True)
class FlowLine:
    now: str
    then: str
    clicks: Count
    is_same: bool


@dataclass(frozen=True)
class Flows:
    destinations: tuple[BothLine, ...]
    rules: tuple[BothLine, ...]
    flows: tuple[FlowLine, ...]
    left_out: int


def flows_of(run: DryRun, draft: Draft, names: Mapping[int, str]) -> Flows:
    """`names` are of rules and destinations that the draft does not have any more."""

    def destination(number: int) -> str:
        if number in names and number not in draft.destinations:
            return f"{names[number]} (not in the draft)"
        return draft.destination_name(number) if number else NOWHERE

    def rule(number: int) -> str:
        known = {each.id for each in draft.rules}
        return (
            f"{names[number]} (not in the draft)"
            if number in names and number not in known
            else draft.rule_name(number)
        )

    def place(outcome: Outcome) -> str:
        if outcome.is_elsewhere:
            return ELSEWHERE
        if outcome.reason in SAID:
            return SAID[Reason(outcome.reason)]
        by = rule(outcome.rule_id)
        return f"{destination(outcome.destination_id)}, by {by if outcome.rule_id else 'the fallback'}"

    lines = tuple(
        FlowLine(place(flow.now), place(flow.then), flow.clicks, flow.now.destination_id == flow.then.destination_id)
        for flow in run.flows
    )
    return Flows(
        tuple(BothLine(destination(number), both.now, both.then) for number, both in run.destinations.items()),
        tuple(BothLine(rule(number), both.now, both.then) for number, both in run.rules.items()),
        lines[:FLOWS_SHOWN],
        max(0, len(lines) - FLOWS_SHOWN),
    )
