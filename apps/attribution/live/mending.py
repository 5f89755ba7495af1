"""Entries that a server left out which died between the events and the view behind them: they are added, once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from apps.attribution.ledger.columns import COPIED
from apps.attribution.ledger.lock import pen
from apps.attribution.ledger.sql import filled, milliseconds
from apps.attribution.models import Run
from apps.ingress.warehouse.reader import SCOPE
from apps.ingress.warehouse.upkeep import change, rows_of_all

# What was stored since may still be on its way through the view.
ON_ITS_WAY = timedelta(minutes=2)
LABELLED = """
label_campaign_id > 0 AND stored_at < fromUnixTimestamp64Milli({until_ms:Int64})
AND happened_at >= fromUnixTimestamp64Milli({from_ms:Int64})
"""
ENTERED = """
live AND recorded_at < fromUnixTimestamp64Milli({until_ms:Int64}) AND happened_at >= fromUnixTimestamp64Milli({from_ms:Int64})
"""
# Of days whose events were deleted there are more entries than labels: those have nothing to be mended.
MISSING = """
SELECT organization_id, day, sum(labels) AS labels, sum(entries) AS entries FROM (
    SELECT organization_id, toDate(happened_at, 'UTC') AS day, count() AS labels, toUInt64(0) AS entries
    FROM events WHERE {{labelled}} GROUP BY organization_id, day
    UNION ALL
    SELECT organization_id, toDate(happened_at, 'UTC'), 0, count() FROM attribution_entries WHERE {{entered}}
    GROUP BY organization_id, toDate(happened_at, 'UTC')
)
GROUP BY organization_id, day HAVING labels > entries ORDER BY organization_id, day
"""
# An entry of an edition from before a run named the event would be its second label in that of the run.
LACKING = """
FROM events
WHERE {{scope}} AND {{labelled}} AND toDate(happened_at, 'UTC') = {day:Date}
  AND event_id NOT IN (
      SELECT event_id FROM attribution_entries
      WHERE {{scope}} AND toDate(happened_at, 'UTC') = {day:Date} AND (live OR edition NOT IN {dead:Array(UInt32)})
  )
"""
COUNT = "SELECT uniqExact(event_id) AS entries {{lacking}}"
ENTER = """
INSERT INTO attribution_entries
    (organization_id, campaign_id, happened_at, event_id, sign, edition, recorded_at, live, run_id, rule_version, {{copied}})
SELECT organization_id, label_campaign_id, happened_at, event_id, 1, label_edition, stored_at, true, label_run_id,
       label_rule_version, {{copied}}
{{lacking}}
LIMIT 1 BY event_id
"""
# Entries beside their sums.
HOURS = """
INSERT INTO attribution_hourly (organization_id, campaign_id, hour, edition, kind, entries)
SELECT organization_id, campaign_id, hour, edition, kind, sum(entry) AS difference FROM (
    SELECT organization_id, campaign_id, toStartOfHour(happened_at, 'UTC') AS hour, edition, kind, toInt64(sign) AS entry
    FROM attribution_entries WHERE {{scope}} AND toDate(happened_at, 'UTC') = {day:Date}
    UNION ALL
    SELECT organization_id, campaign_id, hour, edition, kind, -entries
    FROM attribution_hourly WHERE {{scope}} AND toDate(hour, 'UTC') = {day:Date}
)
GROUP BY organization_id, campaign_id, hour, edition, kind HAVING difference != 0
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Day:
    """A day of UTC with fewer entries than labels."""

    organization_id: int
    day: date
    labels: int
    entries: int


@dataclass(frozen=True)
class _Count:
    entries: int


def mend(first: date, now: datetime) -> int:
    """Add what is missing of the days since, of every organization; returns how many entries that were.

    A day whose organization's ledger is being written is left for the next time, and an event that a run has named keeps that label
    alone. Twice is once. Errors: WarehouseUnavailable.
    Source: events and attribution_entries. Cost: two columns of both, of those days.
    """
    found = 0
    for lacking in _lacking(first, now):
        with pen(lacking.organization_id) as is_ours:
            if is_ours:
                found += _enter(lacking, now)
    return found


def sum_up(organization_id: int, day: date) -> None:
    """Make the sums by hour of a day those of its entries. While new ones arrive it may be off until it is done again.

    Errors: WarehouseUnavailable.
    """
    parameters = {"organization_id": organization_id, "day": day}
    name = f"ledger_sum_up org={organization_id}"
    change(filled(HOURS, scope=SCOPE), parameters, name=name, settings={"insert_deduplicate": 0})


def _lacking(first: date, now: datetime) -> list[_Day]:
    sql = filled(MISSING, labelled=LABELLED, entered=ENTERED)
    return rows_of_all(sql, _Day, _stretch(first, now), name="ledger_lacking")


def _enter(lacking: _Day, now: datetime) -> int:
    parameters = {
        **_stretch(lacking.day, now),
        "organization_id": lacking.organization_id,
        "day": lacking.day,
        "dead": _dead(lacking.organization_id),
    }
    name = f"ledger_enter org={lacking.organization_id}"
    entries = rows_of_all(_of_lacking(COUNT), _Count, parameters, name=name)[0].entries
    if entries:
        log.warning(
            "labels had no entries", organization=lacking.organization_id, day=str(lacking.day), entries=entries
        )
        # Who was given up and goes on elsewhere has seen the same numbers.
        token = f"live-{lacking.organization_id}-{lacking.day}-{lacking.labels}-{lacking.entries}"
        settings = {"insert_deduplication_token": token, "insert_deduplicate": 1, "max_insert_threads": 1}
        change(_of_lacking(ENTER), parameters, name=name, settings=settings)
        sum_up(lacking.organization_id, lacking.day)
    return entries


def _dead(organization_id: int) -> list[int]:
    """Numbers of runs of which nothing will ever count; of one that is on its way, what it has named will."""
    void = Run.objects.void().filter(organization_id=organization_id).exclude(state=Run.State.RUNNING)
    return [run.number for run in void if run.number]


def _of_lacking(sql: str) -> str:
    return filled(sql, lacking=LACKING, copied=", ".join(COPIED), labelled=LABELLED, scope=SCOPE)


def _stretch(first: date, now: datetime) -> dict[str, int]:
    return {"from_ms": milliseconds(datetime.combine(first, time.min, UTC)), "until_ms": milliseconds(now - ON_ITS_WAY)}
