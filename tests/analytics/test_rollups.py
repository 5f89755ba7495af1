"""The hourly roll-up says what the events say, whatever comes between the two."""

import importlib
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query import Query, answer
from apps.analytics.query import rollup as reading
from apps.analytics.query.answers import Source
from apps.analytics.rollups import differences, follow, mend, rebuild, reconcile
from apps.analytics.span import Span
from apps.ingress.event import Event
from apps.ingress.models import ChangedHours
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from apps.ingress.warehouse.writer import store_events
from tests.analytics.make import NOON, a_click, a_warehouse, stored
from tests.ingress.history import delete_events, update_events
from tests.ingress.make import a_job

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

WEEK = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))
YESTERDAY = NOON - timedelta(days=1)
DAY = YESTERDAY.date()
ROLLED = """
SELECT grain, dimension, value, kind, at, sum(clicks) AS clicks, uniqCombined64Merge(13)(visitors) AS visitors
FROM events_hourly WHERE {{scope}} GROUP BY grain, dimension, value, kind, at ORDER BY grain, dimension, value, kind, at
"""


class Rolled(NamedTuple):
    grain: str
    dimension: str
    value: str
    kind: str
    at: datetime
    clicks: int
    visitors: int


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def rolled(warehouse: Warehouse) -> list[Rolled]:
    return warehouse.rows(ROLLED, Rolled, name="test")


def clicks(warehouse: Warehouse) -> int:
    """Of the roll-up alone."""
    found = answer(warehouse, Query(Span.between(date(2026, 11, 1), DAY, now=NOON, zone=ZoneInfo("UTC"))))
    assert found.source is Source.ROLLUP
    return int(found.totals.values["clicks"] or 0)


def some_clicks(warehouse: Warehouse, number: int = 3) -> list[Event]:
    return [
        a_click(
            YESTERDAY,
            organization=warehouse.organization_id,
            country="DE",
            region="BY",
            city="Munich",
            device_model="X",
        )
        for _ in range(number)
    ]


def without_view(organization: int) -> None:
    """As if the server had died between the table and its view."""
    change("DELETE FROM events_hourly WHERE organization_id = {o:UInt32}", {"o": organization}, name="test")


def doubled(organization: int) -> None:
    change(
        "INSERT INTO events_hourly SELECT * FROM events_hourly WHERE organization_id = {o:UInt32}",
        {"o": organization},
        name="test",
        settings={"insert_deduplicate": 0},
    )


def no_wait(_: float) -> None:
    reading._marked.cache_clear()


def test_the_same_token_thrice_counts_once_in_table_and_rollup(warehouse: Warehouse):
    events = some_clicks(warehouse)

    for _ in range(3):
        store_events(events, token=f"thrice-{warehouse.organization_id}")

    assert clicks(warehouse) == 3
    assert differences(DAY, DAY, warehouse.organization_id) == []


def test_a_token_that_comes_again_makes_good_what_the_view_missed(warehouse: Warehouse):
    events, token = some_clicks(warehouse), f"again-{warehouse.organization_id}"
    change("DETACH TABLE events_hourly_view", {}, name="test")
    try:
        store_events(events, token=token)
    finally:
        change("ATTACH TABLE events_hourly_view", {}, name="test")
    assert clicks(warehouse) == 0

    store_events(events, token=token)

    assert clicks(warehouse) == 3


def test_every_event_is_in_every_dimension_by_day_and_in_those_with_few_values_by_hour(warehouse: Warehouse):
    stored(*some_clicks(warehouse))

    rows = rolled(warehouse)

    assert {(row.grain, row.dimension) for row in rows} == {
        *(("day", name) for name in reading.FACETS),
        *(("hour", name) for name in reading.HOURLY),
    }
    assert {row.clicks for row in rows} == {3}
    assert {row.value for row in rows if row.dimension == "city"} == {"DE\x1fBY\x1fMunich"}
    assert {row.at for row in rows if row.grain == "day"} == {datetime(2026, 11, 21, tzinfo=UTC)}


def test_a_rebuilt_day_is_what_the_view_had_made(warehouse: Warehouse):
    stored(*some_clicks(warehouse))
    before = rolled(warehouse)

    assert rebuild(warehouse.organization_id, YESTERDAY, NOON, wait=no_wait) == []
    assert rebuild(warehouse.organization_id, YESTERDAY, NOON, wait=no_wait) == []

    assert rolled(warehouse) == before


def test_missing_and_doubled_days_are_found_and_put_right(warehouse: Warehouse):
    other = a_warehouse()
    stored(*some_clicks(warehouse), *some_clicks(other))
    without_view(warehouse.organization_id)
    doubled(other.organization_id)

    reconcile(DAY, DAY, wait=no_wait)
    built = mend(wait=no_wait)

    mine = {warehouse.organization_id, other.organization_id}
    assert {(one.organization_id, one.day) for one in built} >= {(organization, DAY) for organization in mine}
    assert (clicks(warehouse), clicks(other)) == (3, 3)
    assert not mine & {one.organization_id for one in reconcile(DAY, DAY, wait=no_wait)}


def test_a_marked_day_is_read_from_events(warehouse: Warehouse):
    stored(*some_clicks(warehouse))
    without_view(warehouse.organization_id)
    seen = []

    def look(_: float) -> None:
        no_wait(_)
        found = answer(warehouse, Query(WEEK))
        seen.append((found.source, found.totals.values["clicks"]))

    rebuild(warehouse.organization_id, YESTERDAY, YESTERDAY, wait=look)
    look(0)

    assert seen[0] == (Source.BOTH, 3)
    assert seen[-1] == (Source.ROLLUP, 3)


def test_days_whose_events_are_all_gone_are_left_to_the_rollup(warehouse: Warehouse):
    stored(*some_clicks(warehouse))
    delete_events("organization_id = {o:UInt32}", o=warehouse.organization_id)

    reconcile(DAY, DAY, wait=no_wait)
    mend(wait=no_wait)

    assert clicks(warehouse) == 3


def test_days_that_were_enriched_again_are_read_from_events_until_they_are_built(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(*some_clicks(warehouse))
    update_events("country = 'AT'", "organization_id = {o:UInt32}", o=mine)
    job = a_job()
    ChangedHours.objects.create(
        job=job, organization_id=mine, start=YESTERDAY, end=NOON, fields=["country"], is_settled=True
    )

    follow()
    no_wait(0)
    marked = answer(warehouse, Query(WEEK, dimensions=("country",)))
    mend(wait=no_wait)
    built = answer(warehouse, Query(WEEK, dimensions=("country",)))

    assert [(found.source, found.rows[0].key) for found in (marked, built)] == [
        (Source.BOTH, ("AT",)),
        (Source.ROLLUP, ("AT",)),
    ]
    assert follow() == 0


def test_a_change_of_what_the_rollup_does_not_hold_builds_nothing(warehouse: Warehouse):
    job = a_job()
    ChangedHours.objects.create(
        job=job, organization_id=warehouse.organization_id, start=YESTERDAY, end=NOON, fields=["asn"], is_settled=True
    )

    assert follow() == 1
    assert mend(wait=no_wait) == []


def test_days_of_history_that_the_migration_marks_are_read_from_events_until_they_are_built(warehouse: Warehouse):
    stored(*some_clicks(warehouse))
    without_view(warehouse.organization_id)
    change(importlib.import_module("apps.analytics.migrations.0001_hourly_rollup").HISTORY, {}, name="test")

    no_wait(0)
    marked = answer(warehouse, Query(WEEK))
    rebuild(warehouse.organization_id, YESTERDAY, NOON, wait=no_wait)
    change("TRUNCATE TABLE rollup_marks", {}, name="test")  # those of every other test

    assert (marked.source, marked.totals.values["clicks"]) == (Source.BOTH, 3)
    assert clicks(warehouse) == 3


def test_hours_that_are_not_kept_any_more_are_no_difference(warehouse: Warehouse):
    stored(*some_clicks(warehouse))
    change(
        "INSERT INTO events_hourly SELECT * REPLACE ('hour' AS grain) FROM events_hourly "
        "WHERE organization_id = {o:UInt32} AND grain = 'day' AND dimension = 'campaign'",
        {"o": warehouse.organization_id},
        name="test",
    )
    before = differences(DAY, DAY, warehouse.organization_id)

    change(importlib.import_module("apps.analytics.migrations.0003_fewer_hours").HOURS, {}, name="test")

    assert before == []
    assert {row.dimension for row in rolled(warehouse) if row.grain == "hour"} == set(reading.HOURLY)


def test_an_answer_of_whole_days_lacks_only_parts_of_days_when_single_events_are_gone(warehouse: Warehouse):
    mine = warehouse.organization_id
    berlin = Span.last_days(7, now=NOON, zone=ZoneInfo("Europe/Berlin"))
    stored(a_click(NOON - timedelta(days=5), organization=mine), a_click(YESTERDAY, organization=mine))
    delete_events("organization_id = {o:UInt32} AND happened_at < '2026-11-20'", o=mine)

    found = answer(warehouse, Query(berlin, dimensions=("link",)))

    assert (found.source, found.totals.values["clicks"]) == (Source.BOTH, 2)
    assert found.notes[0].endswith("parts of days before are not in it.")


def test_an_answer_says_that_history_is_gone_when_it_needs_single_events(warehouse: Warehouse):
    mine = warehouse.organization_id
    stored(a_click(NOON - timedelta(days=5), organization=mine), a_click(YESTERDAY, organization=mine))
    delete_events("organization_id = {o:UInt32} AND happened_at < '2026-11-20'", o=mine)

    by_rollup = answer(warehouse, Query(WEEK, dimensions=("country",)))
    by_events = answer(warehouse, Query(WEEK, dimensions=("country", "browser")))

    assert (by_rollup.totals.values["clicks"], by_rollup.notes) == (2, ())
    assert by_events.totals.values["clicks"] == 1
    assert "before 21 November 2026 are gone" in by_events.notes[0]
