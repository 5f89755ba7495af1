"""Keeping the hourly roll-up equal to the events: building days again, and finding those that differ.

Days that are being built are marked first, and read from single events until they are right again; so nobody sees a half-built
day. The table has a view behind `events` that fills it as they are stored; see docs/decisions for what can come between the two.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Organization
from apps.analytics.query.rollup import FACETS, HOURLY, MARKS_LIFE_S
from apps.ingress.models import ChangedHours
from apps.ingress.warehouse.upkeep import change, rows_of_all

# Longer than a reader may go on without knowing of a mark, and than a block is on its way from the table to the view.
SETTLE_S = MARKS_LIFE_S + 3.0
ROUNDS = 5
A_DAY = timedelta(days=1)
LOCK = 0x726F6C6C  # "roll"
READER = "rollups"  # of changed hours
COLUMNS = {"kind", *(field for fields in FACETS.values() for field in fields)}
BEGINNING = date(1970, 1, 1)
FOREVER = date(2100, 1, 1)

MARK = """
INSERT INTO rollup_marks (organization_id, day, is_open)
SELECT {organization_id:UInt32}, arrayJoin({days:Array(Date)}), {is_open:Bool}
"""
EMPTY = """
DELETE FROM events_hourly
WHERE organization_id = {organization_id:UInt32} AND at >= toDateTime({day:Date}, 'UTC') AND at < toDateTime({day:Date} + 1, 'UTC')
"""
# What the view makes, of one day and grain: the same rows from less work, as nothing has to be put together twice.
FILL = """
INSERT INTO events_hourly
SELECT organization_id, '{{grain}}', dimension, at, value, kind,
       count() AS clicks, uniqCombined64StateIf(13)(visitor_id, visitor_id != 0) AS visitors
FROM events
ARRAY JOIN [{{dimensions}}] AS dimension, [{{values}}] AS value
WHERE organization_id = {organization_id:UInt32}
  AND happened_at >= toDateTime64({day:Date}, 3, 'UTC') AND happened_at < toDateTime64({day:Date} + 1, 3, 'UTC')
GROUP BY organization_id, {{begins}}(toDateTime(happened_at, 'UTC')) AS at, dimension, value, kind
"""
# Each event stands in the roll-up once for each dimension by day, and once for each that has hours by hour.
DIFFERENCES = """
SELECT organization_id, day, sum(stored) AS events,
       max(hour_differs) OR sum(rolled_by_day) != sum(stored) * {days:UInt8} AS differs
FROM (
    SELECT organization_id, toDate(hour) AS day, sum(happened) AS stored, toUInt64(0) AS rolled_by_day,
           sum(rolled) != sum(happened) * {hours:UInt8} AS hour_differs
    FROM (
        SELECT organization_id, toStartOfHour(happened_at, 'UTC') AS hour, count() AS happened, toUInt64(0) AS rolled
        FROM events
        WHERE happened_at >= toDateTime64({first:Date}, 3, 'UTC') AND happened_at < toDateTime64({last:Date} + 1, 3, 'UTC')
          AND ({organization_id:UInt32} = 0 OR organization_id = {organization_id:UInt32})
        GROUP BY organization_id, hour
        UNION ALL
        SELECT organization_id, at, 0, sum(clicks) FROM events_hourly
        WHERE grain = 'hour' AND dimension IN {hourly:Array(String)}
          AND at >= toDateTime({first:Date}, 'UTC') AND at < toDateTime({last:Date} + 1, 'UTC')
          AND ({organization_id:UInt32} = 0 OR organization_id = {organization_id:UInt32})
        GROUP BY organization_id, at
    )
    GROUP BY organization_id, hour
    UNION ALL
    SELECT organization_id, toDate(at), 0, sum(clicks), 0 FROM events_hourly
    WHERE grain = 'day' AND at >= toDateTime({first:Date}, 'UTC') AND at < toDateTime({last:Date} + 1, 'UTC')
      AND ({organization_id:UInt32} = 0 OR organization_id = {organization_id:UInt32})
    GROUP BY organization_id, at
)
GROUP BY organization_id, day HAVING differs ORDER BY organization_id, day
"""
OPEN = "SELECT organization_id, day FROM rollup_marks FINAL WHERE is_open ORDER BY organization_id, day DESC"


def _fill(grain: str, begins: str, names: Iterable[str]) -> str:
    values = {name: " || '\\x1f' || ".join(FACETS[name]) or "''" for name in names}
    return (
        FILL.replace("{{grain}}", grain)
        .replace("{{begins}}", begins)
        .replace("{{dimensions}}", ", ".join(f"'{name}'" for name in values))
        .replace("{{values}}", ", ".join(values.values()))
    )


FILLS = (_fill("hour", "toStartOfHour", HOURLY), _fill("day", "toStartOfDay", FACETS))

log = structlog.get_logger(__name__)
Wait = Callable[[float], None]


class Difference(NamedTuple):
    """A day of which the roll-up says something else than its events, of which there are so many."""

    organization_id: int
    day: date
    events: int
    differs: int


class Marked(NamedTuple):
    organization_id: int
    day: date


def rebuild(organization_id: int, start: datetime, end: datetime, *, wait: Wait = time.sleep) -> list[date]:
    """Build every day of UTC again that the stretch touches; returns those that would not become right, which stay marked.

    To be called whenever stored events were changed or deleted. Days that retention has begun to delete are left as they are: the
    roll-up still knows them. Running twice is the same as once; two at a time wait for each other. Errors: WarehouseUnavailable.
    Cost: 8.6 s of CPU for a million events of a day (2026-11-23), and two settling times.
    """
    days = [day for day in days_of(start, end) if day >= _kept_since(organization_id)]
    with _alone(organization_id):
        return _rebuilt(organization_id, days, wait)


def follow() -> int:
    """Mark the days whose events were enriched again; returns how many changes were followed. Errors: WarehouseUnavailable."""
    followed = 0
    for changed in ChangedHours.objects.unseen_by(READER):
        organization_id = changed.organization_id
        with _alone(organization_id, patient=False) as mine:
            if not mine:  # who is building closes marks, and would close this one
                continue
            if COLUMNS & set(changed.fields):
                since = _kept_since(organization_id)
                _mark(
                    organization_id, [day for day in days_of(changed.start, changed.end) if day >= since], is_open=True
                )
            changed.seen(READER)
            followed += 1
    return followed


def reconcile(first: date = BEGINNING, last: date = FOREVER, *, wait: Wait = time.sleep) -> list[Marked]:
    """Mark the days from first to last on which the roll-up differs from its events twice in a row; days without events are left.

    Errors: WarehouseUnavailable. Cost: two narrow columns of the events, and the counts of the roll-up.
    """
    suspects = differences(first, last)
    if not suspects:
        return []
    wait(SETTLE_S)
    again = {(found.organization_id, found.day) for found in differences(first, last)}
    wrong = [
        Marked(one.organization_id, one.day)
        for one in suspects
        if one.events and (one.organization_id, one.day) in again
    ]
    marked = []
    for organization_id, days in _by_organization(wrong):
        with _alone(organization_id, patient=False) as mine:
            if mine:
                log.warning("rollup differs from events", organization_id=organization_id, days=len(days))
                _mark(organization_id, days, is_open=True)
                marked += [Marked(organization_id, day) for day in days]
    return marked


def mend(*, give_up: float = 120.0, wait: Wait = time.sleep) -> list[Marked]:
    """Build the marked days again, newest first; returns which. What is not begun after `give_up` seconds waits for the next time,
    and so does an organization whose days somebody else is building. Errors: WarehouseUnavailable.
    """
    stop_at = time.monotonic() + give_up
    done: list[Marked] = []
    for organization_id, days in _by_organization(rows_of_all(OPEN, Marked, name="rollup_marks")):
        for some in _tens(days):
            if time.monotonic() > stop_at:
                return done
            with _alone(organization_id, patient=False) as mine:
                left = _rebuilt(organization_id, some, wait) if mine else some
            done += [Marked(organization_id, day) for day in some if day not in left]
    return done


def differences(first: date, last: date, organization_id: int = 0) -> list[Difference]:
    """Days on which hours or the day of the roll-up do not add up to the events; of one organization, or of all."""
    parameters = {
        "first": max(first, BEGINNING),
        "last": min(last, FOREVER),
        "organization_id": organization_id,
        "days": len(FACETS),
        "hours": len(HOURLY),
        "hourly": list(HOURLY),
    }
    return rows_of_all(DIFFERENCES, Difference, parameters, name="rollup_differences")


def fill(organization_id: int, day: date) -> None:
    """Roll the day's events up into a table that has nothing of the day. Errors: WarehouseUnavailable."""
    # The same rows may well come again, and must not be taken for the same insert.
    settings = {"insert_deduplicate": 0, "max_insert_threads": 1}
    for sql in FILLS:
        change(sql, {"organization_id": organization_id, "day": day}, name="rollup_fill", settings=settings)


def days_of(start: datetime, end: datetime) -> list[date]:
    """Every day of UTC that the stretch touches."""
    first, last = start.astimezone(UTC).date(), (end.astimezone(UTC) - timedelta(microseconds=1)).date()
    return [first + A_DAY * number for number in range((last - first).days + 1)]


def _rebuilt(organization_id: int, days: Sequence[date], wait: Wait) -> list[date]:
    """The days that are not right after all."""
    left = list(days)
    _mark(organization_id, left, is_open=True)
    wait(SETTLE_S)
    for _ in range(ROUNDS):
        for day in left:
            _build(organization_id, day)
        # A block that was on its way while a day was built is in it twice; when it has arrived that shows.
        wait(SETTLE_S)
        found = differences(min(left), max(left), organization_id) if left else []
        wrong = {one.day for one in found if one.organization_id == organization_id}
        _mark(organization_id, [day for day in left if day not in wrong], is_open=False)
        left = [day for day in left if day in wrong]
        if not left:
            return []
    log.error("rollup stays different from events", organization_id=organization_id, days=[str(day) for day in left])
    return left


def _build(organization_id: int, day: date) -> None:
    parameters = {"organization_id": organization_id, "day": day}
    change(EMPTY, parameters, name="rollup_empty", settings={"lightweight_deletes_sync": 2})
    fill(organization_id, day)


def _mark(organization_id: int, days: Sequence[date], *, is_open: bool) -> None:
    if days:
        parameters: dict[str, Any] = {"organization_id": organization_id, "days": list(days), "is_open": is_open}
        change(MARK, parameters, name="rollup_mark", settings={"insert_deduplicate": 0})


def _kept_since(organization_id: int) -> date:
    """The first day that retention has not touched."""
    days = Organization.objects.filter(pk=organization_id).values_list("retention_days", flat=True).first()
    return timezone.now().date() - timedelta(days=days - 1) if days else BEGINNING


@contextmanager
def _alone(organization_id: int, *, patient: bool = True) -> Iterator[bool]:
    """Whether nobody else marks or builds days of this organization meanwhile; the patient wait until it is so."""
    key = [LOCK, organization_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {'pg_advisory_lock' if patient else 'pg_try_advisory_lock'}(%s, %s)", key)
        mine = patient or bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _by_organization(marked: Iterable[Marked]) -> Iterator[tuple[int, list[date]]]:
    """Each organization with its days, newest first."""
    days: dict[int, set[date]] = {}
    for one in marked:
        days.setdefault(one.organization_id, set()).add(one.day)
    for organization_id, some in days.items():
        yield organization_id, sorted(some, reverse=True)


def _tens(days: Sequence[date]) -> Iterator[Sequence[date]]:
    return (days[place : place + 10] for place in range(0, len(days), 10))
