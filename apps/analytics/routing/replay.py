"""SQL of what a draft would decide of a stored click, at the click's own time. Caps are not replayed.

Python's `apps.ingress.plans.trace` says the same of the same click: tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.analytics.routing.draft import Draft, Share
from apps.analytics.span import milliseconds
from apps.ingress.plans.choice import SEED_SQL, Sticky, choice_of, sql
from apps.ingress.rules import where

# Place of a click that came while the campaign did not run; 0 is that of a click no rule takes.
OUT_OF_DATES = -1


@dataclass(frozen=True)
class Replay:
    """`place` (that of the rule which takes the click) and `seed` read columns of `events`.

    `choice` (a number from 1, 0 where there is nothing to choose from) reads `place`; `destination` (an id, 0 for none) reads
    `choice` and `seed`. `propensity` reads `choice` and `destination_id`: how probable the draft makes where the click really went.
    """

    place: str
    seed: str
    choice: str
    destination: str
    propensity: str
    parameters: dict[str, Any]


def replay_of(draft: Draft, campaign_id: int) -> Replay:
    conditions = {rule.place: where(rule.when, prefix=f"r{rule.place}") for rule in draft.rules if not rule.is_paused}
    by_place = {0: draft.choice(None)} | {rule.place: draft.choice(rule) for rule in draft.rules}
    choices = list(dict.fromkeys(filter(None, by_place.values())))
    taken = [
        f"{_in_dates(rule.starts_at, rule.ends_at)} AND {conditions[rule.place].sql}, {rule.place}"
        for rule in draft.rules
        if not rule.is_paused
    ]
    numbered = [(place, choices.index(choice) + 1) for place, choice in by_place.items() if choice]
    weights = [choice_of(campaign_id, [(each.destination_id, each.weight) for each in choice]) for choice in choices]
    return Replay(
        place=f"toInt16(if({_in_dates(draft.starts_at, draft.ends_at)}, {_first(taken, '0')}, {OUT_OF_DATES}))",
        seed=SEED_SQL[Sticky(draft.sticky)],
        choice=_first([f"place = {place}, {number}" for place, number in numbered], "0"),
        destination=_first([f"choice = {n}, {sql(each, 'seed')}" for n, each in enumerate(weights, 1)], "toUInt32(0)"),
        propensity=_first(
            [f"choice = {n}, {_propensity(each)}" for n, each in enumerate(choices, 1)], "toFloat64(destination_id = 0)"
        ),
        parameters={name: value for each in conditions.values() for name, value in each.parameters.items()},
    )


def _first(pairs: Sequence[str], otherwise: str) -> str:
    return f"multiIf({', '.join([*pairs, otherwise])})" if pairs else otherwise


def _in_dates(starts_at: Any, ends_at: Any) -> str:
    begun = f"happened_at >= fromUnixTimestamp64Milli({milliseconds(starts_at)})" if starts_at else "1"
    lasts = f"happened_at < fromUnixTimestamp64Milli({milliseconds(ends_at)})" if ends_at else "1"
    return f"({begun} AND {lasts})"


def _propensity(choice: Sequence[Share]) -> str:
    total = sum(each.weight for each in choice)
    shares = ", ".join(f"destination_id = {each.destination_id}, {each.weight / total!r}" for each in choice)
    return f"multiIf({shares}, 0.)"
