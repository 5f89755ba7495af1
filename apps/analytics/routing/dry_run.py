"""Where the clicks of a span would have gone under a draft."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.replay import OUT_OF_DATES, replay_of
from apps.analytics.routing.sample import ROWS_MAX, Count, Sample, asked, by_piece, sample_of, settled
from apps.ingress.event import Reason
from apps.ingress.warehouse.reader import Warehouse

CAPS = "Caps are not replayed: a rule or destination that would have been full is shown as if it never was."
KNOWN_SINCE = (
    "Conditions are asked of what is known of a click today; what was enriched again since may differ from then."
)

SQL = """
SELECT piece, is_ours, rule_now, destination_now, reason, place, {destination} AS destination_then, count() AS clicks
FROM (
    SELECT *, {choice} AS choice FROM (
        SELECT {piece} AS piece, routed_campaign_id = {routing_id:UInt64} AS is_ours, reason,
               is_ours * rule_id AS rule_now, is_ours * destination_id AS destination_now, {place} AS place, {seed} AS seed
        FROM events WHERE {{scope}} AND {clicks}
    )
)
GROUP BY piece, is_ours, rule_now, destination_now, reason, place, destination_then
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a click, or would: by which rule (0: none), to which of the campaign's destinations (0: none of them).

    `reason` is a word of Reason. `is_elsewhere` says that another campaign, or none, routed the click.
    """

    reason: str
    rule_id: int = 0
    destination_id: int = 0
    is_elsewhere: bool = False


@dataclass(frozen=True)
class Flow:
    now: Outcome
    then: Outcome
    clicks: Count


@dataclass(frozen=True)
class Both:
    """Clicks as they were routed, and as the draft would have."""

    now: Count
    then: Count


@dataclass(frozen=True)
class DryRun:
    """`flows` are the largest first; `rules` and `destinations` sum them up by id (0: none).

    `moved` clicks would have gone to another destination than they did. `notes` are sentences that belong beside the numbers.
    """

    flows: tuple[Flow, ...]
    rules: Mapping[int, Both]
    destinations: Mapping[int, Both]
    clicks: Count
    moved: Count
    share_read: float
    asked_at: datetime
    notes: tuple[str, ...]


def dry_run(
    warehouse: Warehouse, draft: Draft, clicks: Clicks, *, campaign_id: int, rows_max: int = ROWS_MAX
) -> DryRun:
    """The draft's rules are asked in their order of each stored click, at its own time, and the choice is made as ingress makes it.

    Units: clicks of people. Source: table events. Cost: one question, sampled beyond four million rows.
    Errors: those of Warehouse.rows.
    """
    clicks = settled(warehouse, clicks)
    sample, replay = sample_of(warehouse, clicks.span, rows_max=rows_max), replay_of(draft, campaign_id)
    sql = SQL
    for name in ("destination", "choice", "place", "seed"):
        sql = sql.replace(f"{{{name}}}", getattr(replay, name))
    parameters = {**replay.parameters, "routing_id": campaign_id}
    found = asked(warehouse, sql, clicks, sample, parameters, name="dry_run")
    return _dry_run(draft, sample, _flows(draft, found.records), found.asked_at)


# Of each flow, how many clicks of it are in each piece of the sample.
_Flows = Mapping[tuple[Outcome, Outcome], Mapping[int, int]]


def _flows(draft: Draft, records: Sequence[Mapping[str, Any]]) -> _Flows:
    flows: dict[tuple[Outcome, Outcome], list[Mapping[str, Any]]] = {}
    for record in records:
        now = Outcome(record["reason"], record["rule_now"], record["destination_now"], not record["is_ours"])
        then = _then(draft, record["place"], record["destination_then"])
        flows.setdefault((now, then), []).append(record)
    return {pair: by_piece(found, "clicks") for pair, found in flows.items()}


def _then(draft: Draft, place: int, destination_id: int) -> Outcome:
    if place == OUT_OF_DATES:
        return Outcome(Reason.OUT_OF_DATES)
    rule = draft.rules[place - 1] if place else None
    if not destination_id:
        reason = Reason.NO_DESTINATION
    else:
        reason = Reason.RULE if rule and draft.open(rule.to) else Reason.FALLBACK
    return Outcome(reason, rule.id if rule else 0, destination_id)


def _dry_run(draft: Draft, sample: Sample, flows: _Flows, asked_at: datetime) -> DryRun:
    found = (Flow(now, then, sample.count(pieces)) for (now, then), pieces in flows.items())
    moved = [pieces for (now, then), pieces in flows.items() if _is_moved(now, then)]
    has_caps = any(rule.has_caps for rule in draft.rules) or any(each.has_caps for each in draft.destinations.values())
    return DryRun(
        flows=tuple(sorted(found, key=lambda flow: -flow.clicks.value)),
        rules=_both(sample, flows, [rule.id for rule in draft.rules], attrgetter("rule_id")),
        destinations=_both(sample, flows, list(draft.destinations), attrgetter("destination_id")),
        clicks=sample.count(_together(flows.values())),
        moved=sample.count(_together(moved)),
        share_read=sample.share,
        asked_at=asked_at,
        notes=((CAPS, KNOWN_SINCE) if has_caps else (KNOWN_SINCE,)),
    )


def _both(
    sample: Sample, flows: _Flows, known: Sequence[int], number_of: Callable[[Outcome], int]
) -> Mapping[int, Both]:
    """By the number of an outcome: those of the draft in their order, then what else was met."""
    now: dict[int, list[Mapping[int, int]]] = defaultdict(list)
    then: dict[int, list[Mapping[int, int]]] = defaultdict(list)
    for (was, would_be), pieces in flows.items():
        now[number_of(was)].append(pieces)
        then[number_of(would_be)].append(pieces)
    numbers = dict.fromkeys([*known, *sorted({*now, *then})])
    return {
        number: Both(sample.count(_together(now[number])), sample.count(_together(then[number]))) for number in numbers
    }


def _together(counts: Iterable[Mapping[int, int]]) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    for each in counts:
        found.update(each)
    return found


def _is_moved(now: Outcome, then: Outcome) -> bool:
    return now.is_elsewhere or now.destination_id != then.destination_id
