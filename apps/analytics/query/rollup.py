"""What the hourly roll-up holds, which of its days are being built again, and how far back it and single events reach."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import lru_cache
from typing import NamedTuple

from apps.analytics.query.cover import EPOCH, Cover, Stretch
from apps.analytics.query.dimensions import DIMENSIONS
from apps.ingress.warehouse.reader import Warehouse

# The name under which the roll-up keeps a dimension, and the fields its value is made of; '' counts all events.
NAMES = """
channel source medium campaign term content campaign_key referrer ad_network link landing_page country region city language
device brand model os browser network
""".split()
FACETS: dict[str, tuple[str, ...]] = {"": (), **{name: DIMENSIONS[name].fields for name in NAMES}}
# Those that are kept by hour too: they have few values, so that an hour of them is less to read than its events.
HOURLY = ("", *"channel medium country device os browser language ad_network".split())

MARKED = "SELECT day FROM rollup_marks FINAL WHERE {{scope}} AND is_open ORDER BY day"
# Whoever builds days again waits for longer than this after marking them.
MARKS_LIFE_S = 2.0

REACH = """
SELECT (SELECT toDateTime64(min(at), 3, 'UTC') FROM events_hourly
        WHERE {{scope}} AND grain = 'day' AND dimension = '') AS rollup_at,
       (SELECT min(happened_at) FROM
        (SELECT happened_at FROM events WHERE {{scope}} ORDER BY happened_at LIMIT 1)) AS events_at
"""
REACH_LIFE_S = 60.0


class Reach(NamedTuple):
    """The first day and the first event there are; 1970 when there is nothing."""

    rollup_at: datetime
    events_at: datetime


class _Mark(NamedTuple):
    day: date


def facet_for(fields: frozenset[str]) -> str | None:
    """The smallest dimension of the roll-up that knows all these fields; None when only events do. Each knows the kind."""
    wanted = fields - {"kind"}
    known = [name for name, columns in FACETS.items() if wanted <= set(columns)]
    return min(known, key=lambda name: len(FACETS[name]), default=None)


def marked(warehouse: Warehouse) -> tuple[Stretch, ...]:
    """Days of UTC that are being built again, as of at most MARKS_LIFE_S ago. Errors: those of Warehouse.rows.

    Source: table rollup_marks. Cost: a small question once in that time, for each process and organization.
    """
    return _marked(warehouse, int(time.monotonic() / MARKS_LIFE_S))


def history(warehouse: Warehouse, covers: Sequence[Cover]) -> tuple[str, ...]:
    """A sentence when an answer needs single events that retention has deleted while the roll-up still counts them.

    Source: the ends of both tables. Cost: a small question a minute, for each process and organization.
    """
    needed_at = min((start for cover in covers for start, _ in cover.events), default=None)
    if needed_at is None:
        return ()
    reads_rollup = any(cover.reads_rollup for cover in covers)
    reach = _reach(warehouse, int(time.monotonic() / REACH_LIFE_S))
    gone = reach.rollup_at + timedelta(days=1) <= reach.events_at and reach.rollup_at > EPOCH
    if not gone or needed_at >= reach.events_at:
        return ()
    missing = "parts of days before are not in it" if reads_rollup else "it begins there"
    return (f"Single events before {reach.events_at:%-d %B %Y} are gone, and this answer needs them: {missing}.",)


def first_event_at(warehouse: Warehouse) -> datetime:
    """Of all there are; 1970 when there is none. Errors: those of Warehouse.rows. Source: the end of table events."""
    return warehouse.rows(REACH, Reach, name="reach")[0].events_at.astimezone(UTC)


@lru_cache(maxsize=1024)
def _marked(warehouse: Warehouse, tick: int) -> tuple[Stretch, ...]:
    days = [datetime.combine(mark.day, clock(), UTC) for mark in warehouse.rows(MARKED, _Mark, name="rollup_marks")]
    return tuple((day, day + timedelta(days=1)) for day in days)


@lru_cache(maxsize=1024)
def _reach(warehouse: Warehouse, tick: int) -> Reach:
    found = warehouse.rows(REACH, Reach, name="reach")[0]
    return Reach(*(moment.astimezone(UTC) if moment else EPOCH for moment in found))
