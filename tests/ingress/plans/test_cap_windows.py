"""The day of a cap is a calendar day of its zone, whatever the clocks do."""

from datetime import UTC, datetime

import pytest

from apps.ingress.plans.cap_windows import EVER, Window, local_day, window_of
from apps.ingress.plans.caps import Cap, Of, Per

HOUR_MS = 3_600_000


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("zone", "now", "start", "hours"),
    [
        ("UTC", "2026-11-23T00:00:00", "2026-11-23T00:00:00", 24),
        ("UTC", "2026-11-22T23:59:59", "2026-11-22T00:00:00", 24),
        ("Europe/Berlin", "2026-11-22T23:30:00", "2026-11-22T23:00:00", 24),
        ("America/Los_Angeles", "2026-11-23T04:00:00", "2026-11-22T08:00:00", 24),
        ("Asia/Kolkata", "2026-11-23T12:00:00", "2026-11-22T18:30:00", 24),
        ("Europe/Berlin", "2026-03-29T12:00:00", "2026-03-28T23:00:00", 23),
        ("Europe/Berlin", "2026-10-25T12:00:00", "2026-10-24T22:00:00", 25),
        # Clocks skip midnight itself: the day begins at one.
        ("Africa/Cairo", "2026-04-24T12:00:00", "2026-04-23T22:00:00", 23),
        # And here there is a second hour before one: the day begins with the first.
        ("America/Havana", "2026-11-01T12:00:00", "2026-11-01T04:00:00", 25),
        # The day that Samoa left out has no length; the one after it begins where the one before it ends.
        ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00", 24),
        ("Pacific/Kiritimati", "2026-11-23T09:59:59", "2026-11-22T10:00:00", 24),
    ],
)
def test_a_day_begins_at_midnight_of_the_zone(zone: str, now: str, start: str, hours: int) -> None:
    assert local_day(zone, ms(now)) == Window(ms(start), ms(start) + hours * HOUR_MS)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"])
@pytest.mark.parametrize("year", [2011, 2026])
def test_every_moment_of_a_year_is_in_one_day(zone: str, year: int) -> None:
    day = local_day(zone, ms(f"{year}-01-01T00:00:00"))

    while day.start_ms < ms(f"{year + 1}-01-01T00:00:00"):
        assert local_day(zone, day.start_ms) == local_day(zone, day.end_ms - 1) == day
        following = local_day(zone, day.end_ms)
        assert following.start_ms == day.end_ms
        day = following


def test_what_counts_for_ever_has_no_days() -> None:
    cap = Cap(1, 0, Of.CLICKS, Per.EVER, 10, "Europe/Berlin")

    assert window_of(cap, 0) == window_of(cap, ms("2026-11-23T00:00:00")) == EVER
