"""What is wrong, or may be, with the rules of a draft: proved by the rules themselves, or shown by recent clicks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.analytics.routing.draft import Draft, DraftRule
from apps.analytics.routing.overlap import Overlap, RuleOverlap
from apps.analytics.routing.proofs import Proofs
from apps.ingress.rules import EVERYTHING, Some, words

PROVED = "This follows from the conditions alone."
# By the rule of three the true share is below 1 % at 95 % when none of so many clicks matches.
ENOUGH_CLICKS = 300
# What is compared in proofs: half a second, and for a rule that is tried against 199 others enough.
STEPS_A_DRAFT, STEPS_A_RULE = 100_000, 2_000
# A rule that loses less of what it holds for is not worth a word.
WORTH_SAYING = 0.1


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """What kind of finding: for tests, styles and programs."""

    CONTRADICTION = "contradiction"
    NEVER_MATCHES = "never_matches"
    UNREACHABLE = "unreachable"
    OVERLAPPING = "overlapping"
    NO_DESTINATION = "no_destination"
    PAUSED_DESTINATION = "paused_destination"
    OVER = "over"
    NOT_BEGUN = "not_begun"
    NO_FALLBACK = "no_fallback"
    UNUSED_DESTINATION = "unused_destination"


@dataclass(frozen=True)
class Finding:
    """`sentence` is for people. `rule_ids` are the rules it is about, the one to change first; none when it is the campaign.

    `evidence` says what it rests on: the conditions, or counts of clicks.
    """

    code: Code
    severity: Severity
    rule_ids: tuple[int, ...]
    sentence: str
    evidence: str = ""


def findings(draft: Draft, overlap: Overlap | None, *, now: datetime) -> list[Finding]:
    """In the order of the rules, then what is about the whole campaign.

    Without `overlap` (clicks could not be asked) only what can be proved. Cost: at most some milliseconds a rule.
    """
    rows = {row.rule_id: row for row in overlap.rules} if overlap else {}
    found = [each for rule in draft.rules for each in _of_rule(draft, rule, rows.get(rule.id), overlap, now)]
    return [*found, *_of_campaign(draft, overlap, now)]


def _of_rule(
    draft: Draft, rule: DraftRule, row: RuleOverlap | None, overlap: Overlap | None, now: datetime
) -> Iterator[Finding]:
    if rule.is_paused:
        return
    if rule.ends_at and rule.ends_at <= now:
        yield _about(rule, Code.OVER, Severity.WARNING, f"“{rule.name}” is over since {_day(rule.ends_at)}.")
        return
    if rule.starts_at and rule.starts_at > now:
        yield _about(rule, Code.NOT_BEGUN, Severity.NOTE, f"“{rule.name}” begins on {_day(rule.starts_at)}.")
    yield from _destinations(draft, rule)
    proved = _proved(draft, rule, now)
    if proved:
        yield proved
    elif row and overlap:
        yield from _shown(draft, rule, row, overlap)


def _destinations(draft: Draft, rule: DraftRule) -> Iterator[Finding]:
    open_ones = {share.destination_id for share in draft.open(rule.to)}
    paused = [share.destination_id for share in rule.to if share.destination_id not in open_ones]
    if not open_ones:
        lacks = "has only paused destinations" if rule.to else "has no destination"
        sentence = f"“{rule.name}” {lacks}: it leaves its clicks to the fallback."
        yield _about(rule, Code.NO_DESTINATION, Severity.ERROR, sentence)
    elif paused:
        names = ", ".join(draft.destination_name(number) for number in paused)
        sentence = f"“{rule.name}” gives weight to {names}, which is paused: the others share it."
        yield _about(rule, Code.PAUSED_DESTINATION, Severity.NOTE, sentence)


def _proved(draft: Draft, rule: DraftRule, now: datetime) -> Finding | None:
    proofs = Proofs(max(STEPS_A_RULE, STEPS_A_DRAFT // len(draft.rules)))
    if proofs.never(rule.when):
        clash = proofs.clash(rule.when)
        because = f": {words(clash[0])} and {words(clash[1])} cannot both hold" if clash else ""
        sentence = f"“{rule.name}” can never match{because}."
        return _about(rule, Code.CONTRADICTION, Severity.ERROR, sentence, evidence=PROVED)
    earlier = [each for each in draft.rules[: rule.place - 1] if _always_before(each, rule, now)]
    for other in earlier:
        if proofs.implies(rule.when, other.when):
            return _hidden(rule, (other,))
    if len(earlier) > 1 and proofs.implies(rule.when, Some(tuple(each.when for each in earlier))):
        return _hidden(rule, earlier)
    return None


def _always_before(other: DraftRule, rule: DraftRule, now: datetime) -> bool:
    """Whether an earlier rule takes all it holds for, whenever this one could; one with a cap lets through what is over."""
    if other.is_paused or other.has_caps:
        return False
    begins = max(filter(None, (rule.starts_at, now)))
    is_begun = other.starts_at is None or other.starts_at <= begins
    lasts = other.ends_at is None or (rule.ends_at is not None and rule.ends_at <= other.ends_at)
    return is_begun and lasts


def _hidden(rule: DraftRule, others: Sequence[DraftRule]) -> Finding:
    names = " and ".join(f"“{each.name}”" for each in others[:3]) + (" and others" if len(others) > 3 else "")
    takes = "holds for everything it holds for" if len(others) == 1 else "together hold for everything it holds for"
    if len(others) == 1 and others[0].when == EVERYTHING:
        takes = "holds for every click"
    come = "comes" if len(others) == 1 else "come"
    sentence = f"“{rule.name}” is never reached: {names} {come} before it and {takes}."
    ids = tuple(each.id for each in others)
    return Finding(Code.UNREACHABLE, Severity.ERROR, (rule.id, *ids), sentence, PROVED)


def _shown(draft: Draft, rule: DraftRule, row: RuleOverlap, overlap: Overlap) -> Iterator[Finding]:
    evidence = _evidence(row, overlap)
    if not row.alone.value:
        if overlap.of.value >= ENOUGH_CLICKS:
            sentence = f"“{rule.name}” matches none of the {overlap.of.value:,} clicks."
            yield _about(rule, Code.NEVER_MATCHES, Severity.WARNING, sentence, evidence=evidence)
        return
    taken = row.alone.value - row.first.value
    takers = sorted(row.taken_by, key=lambda rule_id: -row.taken_by[rule_id].value)
    if not row.first.value and taken:
        sentence = f"“{rule.name}” gets no click: {_names(draft, takers)} took all {taken:,} it matches."
        yield _about(rule, Code.UNREACHABLE, Severity.WARNING, sentence, takers, evidence)
    elif taken >= WORTH_SAYING * row.alone.value:
        share = f"{taken / row.alone.value:.0%}"
        sentence = f"{_names(draft, takers)} took {share} of the clicks that “{rule.name}” matches."
        yield _about(rule, Code.OVERLAPPING, Severity.NOTE, sentence, takers, evidence)


def _of_campaign(draft: Draft, overlap: Overlap | None, now: datetime) -> Iterator[Finding]:
    if draft.ends_at and draft.ends_at <= now:
        sentence = f"The campaign is over since {_day(draft.ends_at)}: its clicks go to the organization’s default."
        yield Finding(Code.OVER, Severity.WARNING, (), sentence)
    if draft.starts_at and draft.starts_at > now:
        sentence = (
            f"The campaign begins on {_day(draft.starts_at)}; until then its clicks go to the organization’s default."
        )
        yield Finding(Code.NOT_BEGUN, Severity.NOTE, (), sentence)
    if not draft.open(draft.fallback) and not _takes_all(draft, now):
        left = (
            f" That was {overlap.left.value:,} of {overlap.of.value:,} clicks." if overlap and overlap.of.value else ""
        )
        sentence = f"What no rule takes goes to the organization’s default, for the fallback has no destination.{left}"
        yield Finding(Code.NO_FALLBACK, Severity.WARNING, (), sentence)
    yield from _unused(draft)


def _takes_all(draft: Draft, now: datetime) -> bool:
    return any(
        rule.when == EVERYTHING and not rule.has_caps and draft.open(rule.to)
        for rule in draft.rules
        if rule.takes_at(now) and not rule.ends_at and (rule.starts_at is None or rule.starts_at <= now)
    )


def _unused(draft: Draft) -> Iterator[Finding]:
    used = {share.destination_id for shares in (draft.fallback, *(rule.to for rule in draft.rules)) for share in shares}
    for destination in draft.destinations.values():
        if destination.id not in used:
            sentence = f"No rule and no fallback leads to {destination.name}."
            yield Finding(Code.UNUSED_DESTINATION, Severity.NOTE, (), sentence)


def _about(
    rule: DraftRule, code: Code, severity: Severity, sentence: str, others: Sequence[int] = (), evidence: str = ""
) -> Finding:
    return Finding(code, severity, (rule.id, *others), sentence, evidence)


def _names(draft: Draft, rule_ids: Sequence[int]) -> str:
    names = [f"“{draft.rule_name(rule_id)}”" for rule_id in rule_ids[:3]]
    return " and ".join(names) + (" and others" if len(rule_ids) > 3 else "")


def _evidence(row: RuleOverlap, overlap: Overlap) -> str:
    counted = f"It matches {row.alone.value:,} of {overlap.of.value:,} clicks of people and gets {row.first.value:,}"
    return f"{counted}, estimated from {overlap.share_read:.1%} of them." if overlap.share_read < 1 else f"{counted}."


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
