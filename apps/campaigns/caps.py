"""How far caps are filled: what processes counted together, brought up to what is stored.

The counts of a process that was killed, or of a Redis that was flushed, are in ClickHouse all the same; conversions are counted
nowhere else. See docs/decisions/0014-caps-are-counted-in-memory.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from redis import Redis

from apps.ingress.plans import cap_totals
from apps.ingress.plans.cap_totals import name_of
from apps.ingress.plans.cap_windows import window_of
from apps.ingress.plans.caps import Cap, Of, Per
from apps.ingress.warehouse.upkeep import rows_of_all

DAY_MS = 86_400_000
# Clicks that went missing between a process and Redis are few, and looked for this often; conversions every time.
CHECK_DAYS_S = 60
CHECK_EVER_S = 600

# For 10,000 campaigns this takes PostgreSQL 10 ms, and to find the caps in them 200 (2026-11-23).
VERSIONS = """
SELECT coalesce(md5(string_agg(version_id::text, ',' ORDER BY version_id)), '')
FROM campaigns_campaign WHERE status <> 'archived' AND version_id IS NOT NULL
"""
IN_FORCE = """
SELECT campaign.id, campaign.organization_id, (extract(epoch FROM campaign.created_at) * 1000)::bigint,
  document ->> 'zone', (owner ->> 'id')::bigint, cap ->> 'of', cap ->> 'per', (cap ->> 'limit')::bigint
FROM campaigns_campaign AS campaign
JOIN campaigns_campaignversion AS version ON version.id = campaign.version_id
CROSS JOIN LATERAL (
  SELECT jsonb_build_object('id', 0, 'caps', document -> 'caps') AS owner
  UNION ALL SELECT jsonb_path_query(document, '$.rules[*] ? (@.caps.size() > 0)')
  UNION ALL SELECT jsonb_path_query(document, '$.destinations[*] ? (@.caps.size() > 0)')
) AS owners
CROSS JOIN LATERAL jsonb_array_elements(owner -> 'caps') AS cap
WHERE campaign.status <> 'archived'
"""
# A click that found everything full was sent nowhere of the campaign's, and takes nothing of its caps.
CLICKS = """
SELECT routed_campaign_id AS campaign_id, owner AS owner_id, count() AS counted
FROM events ARRAY JOIN arrayDistinct([0, rule_id, destination_id]) AS owner
WHERE organization_id IN {organizations:Array(UInt32)} AND routed_campaign_id IN {campaigns:Array(UInt64)}
  AND happened_at >= fromUnixTimestamp64Milli({start_ms:Int64}) AND happened_at < fromUnixTimestamp64Milli({end_ms:Int64})
  AND kind = 'human' AND destination_id > 0
GROUP BY campaign_id, owner_id
"""
CONVERSIONS = """
SELECT routed_campaign_id AS campaign_id, owner AS owner_id, sum(conversions) AS counted
FROM conversions ARRAY JOIN arrayDistinct([0, rule_id, destination_id]) AS owner
WHERE organization_id IN {organizations:Array(UInt32)} AND routed_campaign_id IN {campaigns:Array(UInt64)}
  AND happened_at >= fromUnixTimestamp64Milli({start_ms:Int64}) AND happened_at < fromUnixTimestamp64Milli({end_ms:Int64})
GROUP BY campaign_id, owner_id
"""


class InForce(NamedTuple):
    """A cap that ingress may ask about, whose it is, and since when there is its campaign."""

    cap: Cap
    organization_id: int
    since_ms: int

    @property
    def check_every_s(self) -> int:
        if self.cap.of is Of.CONVERSIONS:
            return 0
        return CHECK_DAYS_S if self.cap.per is Per.DAY else CHECK_EVER_S


class Counted(NamedTuple):
    campaign_id: int
    owner_id: int
    counted: int


def caps_in_force() -> tuple[InForce, ...]:
    """Of every published campaign that is not archived."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS)
        (versions,) = cursor.fetchone()
    return _caps_of(versions)


def found(caps: Iterable[InForce], now_ms: int) -> dict[str, int]:
    """How many are stored in each cap's present window, by the name of its total.

    Units: clicks of people that were sent to a destination, and conversions that were not rejected. Source: tables events and
    conversions. Errors: WarehouseUnavailable. Cost: one question for each beginning of a day among the caps' zones.
    """
    alike: dict[tuple[Of, int, int], list[InForce]] = defaultdict(list)
    for each in caps:
        window = window_of(each.cap, now_ms)
        alike[each.cap.of, window.start_ms, min(window.end_ms, now_ms + DAY_MS)].append(each)
    totals: dict[str, int] = {}
    for (of, start_ms, end_ms), some in alike.items():
        counts = _counts(of, some, start_ms or min(each.since_ms for each in some), end_ms)
        for each in some:
            owner = each.cap.campaign_id, each.cap.owner_id
            totals[name_of(each.cap, window_of(each.cap, now_ms))] = max(counts.get(owner, 0), 0)
    return totals


def settle(redis: Redis, now_ms: int) -> int:
    """Bring the totals that are due up to what is stored; returns how many that changed.

    Errors: WarehouseUnavailable, redis.RedisError; then totals stay as they are.
    """
    now_s = now_ms / 1000
    cap_totals.forget(redis, now_s)
    return cap_totals.settle(redis, found(_due(redis, caps_in_force(), now_ms), now_ms), now_s)


def standing(redis: Redis, caps: Sequence[Cap], now_ms: int) -> dict[Cap, int]:
    """How many were counted in the present window of each of these caps, by all processes up to half a second ago.

    Errors: redis.RedisError.
    """
    names = {cap: name_of(cap, window_of(cap, now_ms)) for cap in caps}
    totals = cap_totals.totals_of(redis, list(names.values()))
    return {cap: totals[name] for cap, name in names.items()}


@lru_cache(maxsize=1)
def _caps_of(versions: str) -> tuple[InForce, ...]:
    """The caps of these versions, which never change."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE)
        return tuple(
            InForce(Cap(campaign, owner, Of(of), Per(per), limit, zone), organization, since_ms)
            for campaign, organization, since_ms, zone, owner, of, per, limit in cursor.fetchall()
        )


def _due(redis: Redis, caps: Sequence[InForce], now_ms: int) -> list[InForce]:
    """Those not looked at for their time. A cap that is new, and all after a flush, were never looked at."""
    names = [name_of(each.cap, window_of(each.cap, now_ms)) for each in caps]
    checked = cap_totals.checked_at(redis, names)
    return [
        each
        for each, name in zip(caps, names, strict=True)
        if checked[name] + each.check_every_s <= now_ms / 1000 or checked[name] > now_ms / 1000
    ]


def _counts(of: Of, caps: Sequence[InForce], start_ms: int, end_ms: int) -> dict[tuple[int, int], int]:
    parameters = {
        "organizations": sorted({each.organization_id for each in caps}),
        "campaigns": sorted({each.cap.campaign_id for each in caps}),
        "start_ms": start_ms,
        "end_ms": end_ms,
    }
    sql = CLICKS if of is Of.CLICKS else CONVERSIONS
    rows = rows_of_all(sql, Counted, parameters, name=f"caps_{of}")
    return {(row.campaign_id, row.owner_id): row.counted for row in rows}
