"""Hours and weekdays are the same in Python and in ClickHouse, in every zone that a rule may name."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.ingress.event import EPOCH
from apps.ingress.rules.families import NOT_IN_CLICKHOUSE, is_zone, zones
from apps.ingress.warehouse.connection import client

# A prime number of hours apart, so that they fall on all hours of all days of the week, through every change of the clock.
MOMENTS = [datetime(1990, 1, 2, tzinfo=UTC) + timedelta(hours=1_009 * n, minutes=7 * n) for n in range(1_000)]
AT_ONCE = 100


def known_to_clickhouse() -> set[str]:
    return {zone for (zone,) in client().execute("SELECT time_zone FROM system.time_zones")}


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_clickhouse_knows_every_zone_a_rule_may_name() -> None:
    allowed = {zone for zone in zones() if is_zone(zone)}

    assert allowed - known_to_clickhouse() == set()
    assert not any(map(is_zone, NOT_IN_CLICKHOUSE))


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_every_zone_has_the_same_hours_and_weekdays() -> None:
    allowed = sorted(zone for zone in zones() if is_zone(zone))
    differing = [
        zone
        for start in range(0, len(allowed), AT_ONCE)
        for zone, said in in_clickhouse(allowed[start : start + AT_ONCE]).items()
        if said
        != [(local.hour, local.isoweekday()) for local in (moment.astimezone(ZoneInfo(zone)) for moment in MOMENTS)]
    ]

    assert differing == []


def in_clickhouse(asked: list[str]) -> dict[str, list[tuple[int, int]]]:
    columns = ", ".join(
        f"arrayMap(t -> (toHour(t, {{z{i}:String}}), toDayOfWeek(t, 0, {{z{i}:String}})), times)"
        for i in range(len(asked))
    )
    sql = f"WITH arrayMap(s -> fromUnixTimestamp64Milli(s), {{moments:Array(Int64)}}) AS times SELECT {columns}"
    parameters: dict[str, Any] = {f"z{i}": zone for i, zone in enumerate(asked)}
    moments = [int((moment - EPOCH).total_seconds() * 1_000) for moment in MOMENTS]
    (row,) = client().execute(sql, {**parameters, "moments": moments})
    return dict(zip(asked, row, strict=True))
