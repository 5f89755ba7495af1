"""What a draft would have earned, from the propensities with which clicks were sent where they went.

Each click that went where the draft would have sent it with some probability stands for `that probability / the recorded one`
clicks. Where the draft wants what was never done there is nothing to learn from, and it is said so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Any, NamedTuple

from apps.analytics.query.metrics import EPC_PLACES
from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.replay import Replay, replay_of
from apps.analytics.routing.sample import Count, asked, by_piece, sample_of, settled
from apps.analytics.span import milliseconds
from apps.ingress.warehouse.reader import Warehouse

Z = 1.959964
# Sums by visitor cost more than counts, and an interval gains little from more.
ROWS_MAX = 1_000_000
CENTS = Decimal("0.01")
# Below these an interval says less than it seems to.
CLICKS_MIN = 100
CONVERSIONS_MIN = 30
UNSUPPORTED_MAX = 0.01
LATE = "Clicks of the last days may still convert."
AS_KNOWN = (
    "Clicks for which the draft does what was never done to their kind, {share:.1%} of all, are taken for average ones."
)

# Clicks by how they were decided, where they went, and which rule of the draft takes them.
CELLS = """
SELECT {piece} AS piece, routed_version AS version, rule_id, toString(capped) AS full, destination_id, {place} AS place,
       cityHash64(version, rule_id, full, place) AS cell, count() AS clicks
FROM events WHERE {{scope}} AND {clicks} AND routed_campaign_id = {routing_id:UInt64}
GROUP BY piece, version, rule_id, full, destination_id, place, cell
"""
# Clicks of one visitor went the same way and are not so many different ones: sums are of visitors.
SUMS = """
SELECT toString(sum(visitor_revenue)) AS revenue, sum(visitor_converted) AS converted,
       sum(w) AS weights, sum(wr) AS earned, sum(w * w) AS weights2, sum(w * wr) AS weights_earned, sum(wr * wr) AS earned2
FROM (
    SELECT sum(earned) AS visitor_revenue, countIf(of_click > 0) AS visitor_converted,
           sum(weight) AS w, sum(weight * toFloat64(earned)) AS wr
    FROM (
        SELECT event_id, who, if(probability > 0, factor * ({propensity}) / probability, 0.) AS weight FROM (
            SELECT *, {choice} AS choice, transform(cell, {cells:Array(UInt64)}, {factors:Array(Float64)}, 0.) AS factor FROM (
                SELECT event_id, destination_id, {place} AS place, {seed} AS seed, if(seed = 0, event_id, seed) AS who,
                       cityHash64(routed_version, rule_id, toString(capped), place) AS cell,
                       if(destination_id = 0, 1., propensity) AS probability
                FROM events WHERE {{scope}} AND {clicks} AND routed_campaign_id = {routing_id:UInt64}
            )
        )
    ) AS clicked
    LEFT JOIN (
        SELECT event_id, sum(revenue) AS earned, toInt64(sum(conversions)) AS of_click
        FROM conversions
        WHERE {{scope}} AND routed_campaign_id = {routing_id:UInt64} AND event_id != 0
          AND happened_at >= fromUnixTimestamp64Milli({start:Int64}) - INTERVAL 1 DAY
          AND clicked_at >= fromUnixTimestamp64Milli({start:Int64}) AND clicked_at < fromUnixTimestamp64Milli({end:Int64})
        GROUP BY event_id
    ) AS money USING (event_id)
    GROUP BY who
)
"""


@dataclass(frozen=True)
class Estimate:
    """Money with its interval of 95 %, in the organization's currency."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Expected:
    """When `not_enough` is not empty it says in a sentence why nothing honest can be said, and the estimates are None.

    `recorded_epc` and `recorded_revenue` are what the same clicks earned as they were routed, `converted` how many of those that
    were read did convert. `effective_visitors` is how many visitors the estimate is worth: few where the draft wants what was
    rarely done. `supported` is the share of clicks for which everything that the draft would do was done to some of their kind.
    `notes` belong beside the numbers.
    """

    clicks: Count
    converted: int
    recorded_revenue: Decimal
    recorded_epc: Decimal | None
    epc: Estimate | None
    revenue: Estimate | None
    effective_visitors: float
    supported: float
    not_enough: str = ""
    notes: tuple[str, ...] = ()


class Sums(NamedTuple):
    """Over visitors, each with a weight and what it earned times its weight."""

    weights: float
    earned: float
    weights2: float
    weights_earned: float
    earned2: float


class _Support(NamedTuple):
    """`factors` are of cells whose clicks can be weighed: they also stand for those of their kind that cannot. `share` is the part
    of the clicks that are weighed or stood for, `missing` are the others, by the draft's rule and the destination they would need.
    """

    factors: Mapping[int, float]
    share: float
    missing: Counter[tuple[int, int]]


def expected(
    warehouse: Warehouse, draft: Draft, clicks: Clicks, *, campaign_id: int, rows_max: int = ROWS_MAX
) -> Expected:
    """Of clicks that this campaign routed. Revenue is what is known by now of the conversions of these clicks.

    Units: the organization's currency; `epc` is per click of a person. Source: tables events and conversions.
    Method: self-normalised inverse propensity weighting (Swaminathan and Joachims 2015), with the variance between visitors.
    Cost: two questions, sampled beyond a million rows. Errors: those of Warehouse.rows.
    """
    clicks = settled(warehouse, clicks)
    sample, replay = sample_of(warehouse, clicks.span, rows_max=rows_max), replay_of(draft, campaign_id)
    parameters = {**replay.parameters, "routing_id": campaign_id}
    cells = asked(warehouse, _filled(CELLS, replay), clicks, sample, parameters, name="expected_cells").records
    support = support_of(draft, cells)
    parameters |= {
        "cells": list(support.factors),
        "factors": list(support.factors.values()),
        "start": milliseconds(clicks.span.start),
        "end": milliseconds(clicks.span.end),
    }
    [found] = asked(warehouse, _filled(SUMS, replay), clicks, sample, parameters, name="expected_sums").records
    return _expected(draft, support, sample.count(by_piece(cells, "clicks")), found, sample.share)


def support_of(draft: Draft, cells: Sequence[Mapping[str, Any]]) -> _Support:
    """Which clicks were decided so that everything the draft would do could have been done to them.

    What could be done under a version is what was done under it, to whatever clicks of the same rule, when the same was full.
    """
    done: dict[tuple[Any, ...], set[int]] = {}
    for each in cells:
        done.setdefault((each["version"], each["rule_id"], each["full"]), set()).add(each["destination_id"])
    wanted = {0: _wanted(draft, 0)} | {rule.place: _wanted(draft, rule.place) for rule in draft.rules}
    kinds: Counter[tuple[int, int]] = Counter()
    weighed: Counter[tuple[int, int]] = Counter()
    of_cell: dict[int, tuple[int, int]] = {}
    lacking: dict[tuple[int, int], set[int]] = {}
    for each in cells:
        kind = (each["rule_id"], each["place"])
        kinds[kind] += each["clicks"]
        lacks = wanted.get(each["place"], {0}) - done[each["version"], each["rule_id"], each["full"]]
        if lacks:
            lacking.setdefault(kind, set()).update(lacks)
        else:
            weighed[kind] += each["clicks"]
            of_cell[each["cell"]] = kind
    missing: Counter[tuple[int, int]] = Counter()
    for kind, lacks in lacking.items():
        if not weighed[kind]:
            missing.update({(kind[1], number): kinds[kind] for number in lacks})
    share = sum(kinds[kind] for kind in weighed) / (sum(kinds.values()) or 1)
    return _Support({cell: kinds[kind] / weighed[kind] for cell, kind in of_cell.items()}, share, missing)


def estimated(sums: Sums) -> tuple[float, float]:
    """The mean and its standard error, by the delta method for a ratio of sums over independent visitors."""
    mean = sums.earned / sums.weights
    spread = sums.earned2 - 2 * mean * sums.weights_earned + mean * mean * sums.weights2
    return mean, sqrt(max(0.0, spread)) / sums.weights


def _wanted(draft: Draft, place: int) -> set[int]:
    choice = draft.choice(draft.rules[place - 1] if place else None)
    return {share.destination_id for share in choice} or {0}


def _filled(sql: str, replay: Replay) -> str:
    for name in ("propensity", "choice", "place", "seed"):
        sql = sql.replace(f"{{{name}}}", getattr(replay, name))
    return sql


def _expected(draft: Draft, support: _Support, clicks: Count, found: Mapping[str, Any], share_read: float) -> Expected:
    sums = Sums(*(found[name] for name in Sums._fields))
    effective = sums.weights**2 / sums.weights2 if sums.weights2 else 0.0
    revenue = Decimal(found["revenue"] or 0) / Decimal(share_read)
    not_enough = _not_enough(draft, support, clicks, effective, found["converted"])
    mean, error = estimated(sums) if not not_enough else (0.0, 0.0)
    epc = None if not_enough else _estimate(mean, error, 1, EPC_PLACES)
    partly = (AS_KNOWN.format(share=1 - support.share),) if not not_enough and support.share < 1 else ()
    return Expected(
        clicks=clicks,
        converted=found["converted"],
        recorded_revenue=revenue.quantize(CENTS),
        recorded_epc=(revenue / clicks.value).quantize(EPC_PLACES) if clicks.value else None,
        epc=epc,
        revenue=None if not_enough else _estimate(mean, error, clicks.value, CENTS),
        effective_visitors=effective,
        supported=support.share,
        not_enough=not_enough,
        notes=(LATE, *partly),
    )


def _not_enough(draft: Draft, support: _Support, clicks: Count, effective: float, converted: int) -> str:
    if not clicks.value:
        return "Not enough data: the campaign routed no click in these days."
    if 1 - support.share > UNSUPPORTED_MAX:
        [((place, number), _)] = support.missing.most_common(1)
        rule = f"clicks of “{draft.rules[place - 1].name}”" if place > 0 else "clicks that no rule takes"
        where = f"sent to {draft.destination_name(number)}" if number else "left to the organization’s default"
        return f"Not enough data: {rule} were never {where}, which the draft would do."
    if effective < CLICKS_MIN:
        few = f"{effective:.0f} visitors" if effective >= 1.5 else "one visitor"
        return f"Not enough data: what was done is worth {few} for this draft; {CLICKS_MIN} are needed."
    if converted < CONVERSIONS_MIN:
        return f"Not enough data: {converted} of the clicks converted; {CONVERSIONS_MIN} are needed."
    return ""


def _estimate(mean: float, error: float, times: int, places: Decimal) -> Estimate:
    values = (mean, max(0.0, mean - Z * error), mean + Z * error)
    return Estimate(*(Decimal(str(value * times)).quantize(places) for value in values))
