"""What is new in a definition, in sentences for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TypeVar

from apps.campaigns.definition.document import moment
from apps.campaigns.definition.nodes import (
    Cap,
    Definition,
    Destination,
    Do,
    Parameter,
    Parameters,
    RoutingRule,
    Share,
)
from apps.ingress.plans.caps import Of, Per
from apps.ingress.plans.choice import Sticky
from apps.ingress.rules import Rule, words

RULE_MAX_CHARS = 300
STICKY = {Sticky.VISITOR: "by visitor", Sticky.ADDRESS: "by address and user agent"}
Named = TypeVar("Named", Destination, RoutingRule)
Names = Mapping[int, str]


def changes(old: Definition | None, new: Definition) -> list[str]:
    """One sentence for each difference, in the order of the page; empty when there is none. Without `old` the one that counts."""
    if old is None:
        return [f"First version: {_counted(new.destinations, 'destination')}, {_counted(new.rules, 'rule')}"]
    names = {each.id: each.name for each in (*old.destinations, *new.destinations)}
    return [
        *_settings(old, new),
        *_parameters(old.parameters, new.parameters),
        *_caps("the campaign", old.caps, new.caps),
        *_destinations(old.destinations, new.destinations),
        *_rules(old.rules, new.rules, names),
        *_shares("the fallback", old.fallback, new.fallback, names),
    ]


def _settings(old: Definition, new: Definition) -> Iterator[str]:
    if old.membership != new.membership:
        yield f"What belongs to the campaign: {_membership(old.membership)} → {_membership(new.membership)}"
    yield from _changed("Choice between destinations", STICKY[old.sticky], STICKY[new.sticky])
    yield from _changed("Time zone", old.zone, new.zone)
    yield from _dates("the campaign", (old.starts_at, old.ends_at), (new.starts_at, new.ends_at))


def _membership(rule: Rule | None) -> str:
    return "what its links route" if rule is None else _said(rule)


def _said(rule: Rule) -> str:
    sentence = words(rule)
    return sentence if len(sentence) <= RULE_MAX_CHARS else f"{sentence[:RULE_MAX_CHARS]}…"


def _changed(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what}: {old} → {new}"


def _dates(owner: str, old: tuple[datetime | None, datetime | None], new: tuple[datetime | None, ...]) -> Iterator[str]:
    for what, before, after in zip(("Start", "End"), old, new, strict=True):
        yield from _changed(f"{what} of {owner}", moment(before) or "none", moment(after) or "none")


def _parameters(old: Parameters, new: Parameters) -> Iterator[str]:
    yield from _changed("Parameters that are not named", old.others, new.others)
    before, after = ({each.name: each for each in said.named} for said in (old, new))
    for name in {**before, **after}:
        yield from _changed(f"Parameter {name}", _handling(before.get(name)), _handling(after.get(name)))


def _handling(parameter: Parameter | None) -> str:
    if parameter is None:
        return "as the others"
    return f"renamed to {parameter.alias}" if parameter.do is Do.RENAME else parameter.do


def _caps(owner: str, old: Sequence[Cap], new: Sequence[Cap]) -> Iterator[str]:
    before, after = ({(cap.of, cap.per): cap.limit for cap in caps} for caps in (old, new))
    for of in Of:
        for per in Per:
            what = f"Cap of {owner}, {of} {'a day' if per is Per.DAY else 'in total'}"
            yield from _changed(what, _limit(before.get((of, per))), _limit(after.get((of, per))))


def _limit(limit: int | None) -> str:
    return "none" if limit is None else f"{limit:,}"


def _destinations(old: Sequence[Destination], new: Sequence[Destination]) -> Iterator[str]:
    before = {each.id: each for each in old}
    yield from _gone("Destination", old, new)
    for now in new:
        was = before.get(now.id)
        if was is None:
            yield f"Destination {now.name} added: {now.url}"
            continue
        if was.name != now.name:
            yield f"Destination {was.name} renamed to {now.name}"
        yield from _changed(f"Address of {now.name}", was.url, now.url)
        yield from _paused(f"Destination {now.name}", was.paused, now.paused)
        yield from _caps(now.name, was.caps, now.caps)


def _rules(old: Sequence[RoutingRule], new: Sequence[RoutingRule], names: Names) -> Iterator[str]:
    before = {each.id: each for each in old}
    yield from _gone("Rule", old, new)
    yield from _order(old, new)
    for now in new:
        if was := before.get(now.id):
            yield from _rule(was, now, names)


def _rule(was: RoutingRule, now: RoutingRule, names: Names) -> Iterator[str]:
    owner = f"rule {now.name}"
    if was.name != now.name:
        yield f"Rule {was.name} renamed to {now.name}"
    if was.when != now.when:
        yield f"Condition of {owner}: {_said(was.when)} → {_said(now.when)}"
    yield from _paused(f"Rule {now.name}", was.paused, now.paused)
    yield from _dates(owner, (was.starts_at, was.ends_at), (now.starts_at, now.ends_at))
    yield from _caps(owner, was.caps, now.caps)
    yield from _shares(owner, was.to, now.to, names)


def _order(old: Sequence[RoutingRule], new: Sequence[RoutingRule]) -> Iterator[str]:
    """Rules that are new or stand elsewhere: of those that stayed, as few as possible count as moved."""
    places = {rule.id: place for place, rule in enumerate(old)}
    stayed = _longest_rising([places[rule.id] for rule in new if rule.id in places])
    for rule, follower in zip_longest(new, new[1:]):
        where = f"before {follower.name}" if follower else "at the end"
        if rule.id not in places:
            yield f"Rule {rule.name} added {where}: {_said(rule.when)}"
        elif places[rule.id] not in stayed:
            yield f"Rule {rule.name} moved {where if follower else 'to the end'}"


def _longest_rising(places: Sequence[int]) -> set[int]:
    """The members of a longest rising part of the sequence. Cost: quadratic, of 200 rules 2 ms."""
    runs: list[list[int]] = [[]]
    for place in places:
        rising = [run for run in runs if not run or run[-1] < place]
        runs.append([*_longest(rising), place])
    return set(_longest(runs))


def _longest(runs: Sequence[list[int]]) -> list[int]:
    return max(runs, key=len)


def _shares(owner: str, old: Sequence[Share], new: Sequence[Share], names: Names) -> Iterator[str]:
    before, after = ({share.destination: share.weight for share in shares} for shares in (old, new))
    for number in {**before, **after}:
        name = names[number]
        if number not in after:
            yield f"{name} is no destination of {owner} any more"
        elif number not in before:
            yield f"{name} is a destination of {owner}, with weight {after[number]:,}"
        else:
            yield from _changed(f"Weight of {name} in {owner}", f"{before[number]:,}", f"{after[number]:,}")


def _gone(what: str, old: Iterable[Named], new: Iterable[Named]) -> Iterator[str]:
    there = {each.id for each in new}
    yield from (f"{what} {each.name} removed" for each in old if each.id not in there)


def _paused(what: str, was: bool, now: bool) -> Iterator[str]:
    if was != now:
        yield f"{what} {'paused' if now else 'resumed'}"


def _counted(parts: Sequence[object], noun: str) -> str:
    return f"{len(parts)} {noun}{'' if len(parts) == 1 else 's'}"
