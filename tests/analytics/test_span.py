"""Spans are whole local days, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from apps.analytics.forms import ReportForm
from apps.analytics.kinds import Kinds
from apps.analytics.span import MAX_DAYS, BadSpan, Choice, Span, midnight, milliseconds

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 22, 14, 2, 31, tzinfo=UTC)


def asked(query: str, zone: ZoneInfo = BERLIN) -> ReportForm:
    form = ReportForm(QueryDict(query), now=NOW, zone=zone)
    form.is_valid()
    return form


def between(first_on: date, last_on: date, zone: ZoneInfo = BERLIN) -> Span:
    return Span.between(first_on, last_on, now=NOW, zone=zone)


def test_today_begins_at_local_midnight_and_ends_now():
    span = Span.last_days(1, now=NOW, zone=BERLIN)

    assert span.start == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert span.end == NOW
    assert span.days == [date(2026, 11, 22)]


@pytest.mark.parametrize(
    ("zone", "today"),
    [(AUCKLAND, date(2026, 11, 23)), (BERLIN, date(2026, 11, 22)), (LOS_ANGELES, date(2026, 11, 22))],
)
def test_today_is_the_day_of_the_organization(zone: ZoneInfo, today: date):
    assert Span.last_days(1, now=NOW, zone=zone).last_on == today


def test_thirty_days_are_today_and_twenty_nine_before():
    span = Span.last_days(30, now=NOW, zone=BERLIN)

    assert len(span.days) == 30
    assert span.first_on == date(2026, 10, 24)


def test_the_day_clocks_spring_forward_has_23_hours():
    span = between(date(2026, 3, 29), date(2026, 3, 29))

    assert span.end - span.start == timedelta(hours=23)
    assert span.days == [date(2026, 3, 29)]


def test_the_day_clocks_fall_back_has_25_hours():
    span = between(date(2026, 10, 25), date(2026, 10, 25))

    assert span.end - span.start == timedelta(hours=25)
    assert span.days == [date(2026, 10, 25)]


def test_a_day_without_midnight_begins_at_the_jump():
    cairo = ZoneInfo("Africa/Cairo")

    assert midnight(date(2024, 4, 26), cairo) == datetime(2024, 4, 25, 22, tzinfo=UTC)


def test_a_day_with_two_midnights_begins_at_the_first():
    havana = ZoneInfo("America/Havana")

    assert midnight(date(2024, 11, 3), havana) == datetime(2024, 11, 3, 4, tzinfo=UTC)


def test_the_previous_span_has_as_many_local_days_up_to_the_same_clock():
    span = Span.last_days(7, now=NOW, zone=BERLIN)

    assert span.previous.first_on == date(2026, 11, 9)
    assert span.previous.end == NOW - timedelta(days=7)


def test_the_previous_span_keeps_the_clock_across_daylight_saving():
    after_change = datetime(2026, 10, 26, 11, tzinfo=UTC)  # noon in Berlin, winter time

    previous = Span.last_days(2, now=after_change, zone=BERLIN).previous

    assert previous.end.astimezone(BERLIN).hour == 12
    assert previous.end == datetime(2026, 10, 24, 10, tzinfo=UTC)


def test_a_span_of_past_days_is_compared_with_whole_days():
    span = between(date(2026, 11, 1), date(2026, 11, 7))

    assert span.previous.end == span.start


def test_a_custom_span_that_reaches_today_ends_now():
    assert between(date(2026, 11, 20), date(2026, 11, 30)).end == NOW


def test_a_year_before_has_the_same_dates_up_to_the_same_clock():
    span = Span.last_days(7, now=NOW, zone=BERLIN).year_before

    assert span.days[0] == date(2025, 11, 16)
    assert span.end == datetime(2025, 11, 22, 14, 2, 31, tzinfo=UTC)


def test_a_leap_day_is_compared_with_the_day_before_it():
    span = between(date(2024, 2, 29), date(2024, 2, 29)).year_before

    assert span.days == [date(2023, 2, 28)]


def test_a_span_is_open_while_its_last_day_is_not_over():
    assert Span.last_days(7, now=NOW, zone=BERLIN).is_open
    assert not between(date(2026, 11, 1), date(2026, 11, 7)).is_open


def test_a_span_is_shifted_by_its_own_length():
    span = between(date(2026, 1, 8), date(2026, 1, 14))

    assert span.shifted(-1) == (date(2026, 1, 1), date(2026, 1, 7))
    assert span.shifted(1) == (date(2026, 1, 15), date(2026, 1, 21))


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (date(2026, 11, 2), date(2026, 11, 1)),
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(1, 1, 1), date(1, 1, 2)),
        (date(9999, 12, 30), date(9999, 12, 31)),
        (date(2026, 11, 1) - timedelta(days=MAX_DAYS), date(2026, 11, 1)),
    ],
)
def test_spans_that_make_no_sense_are_refused(first_on: date, last_on: date):
    with pytest.raises(BadSpan):
        between(first_on, last_on, AUCKLAND)


def test_milliseconds_are_exact():
    assert milliseconds(datetime(2026, 11, 22, 14, 2, 31, 999_000, tzinfo=UTC)) == 1_795_356_151_999


def test_nothing_asked_is_thirty_days_of_people():
    form = asked("")

    assert form.report_span.choice is Choice.MONTH
    assert form.cleaned_data["kinds"] is Kinds.PEOPLE


@pytest.mark.parametrize(("choice", "days"), [("today", 1), ("7d", 7), ("30d", 30), ("90d", 90)])
def test_a_choice_names_its_days(choice: str, days: int):
    assert len(asked(f"span={choice}").report_span.days) == days


def test_two_days_alone_are_a_custom_span():
    span = asked("from=2026-11-01&to=2026-11-03").report_span

    assert span.choice is Choice.CUSTOM
    assert span.label == "1 Nov 2026 – 3 Nov 2026"


@pytest.mark.parametrize(
    "query",
    [
        "span=century",
        "span=custom",
        "span=custom&from=2026-11-01",
        "span=custom&to=2026-11-01",
        "span=custom&from=2026-11-05&to=2026-11-01",
        "span=custom&from=yesterday&to=2026-11-01",
        "span=custom&from=0001-01-01&to=9999-12-31",
        "span=custom&from=2026-02-30&to=2026-03-01",
        "kinds=robots",
        "span=%00",
    ],
)
def test_what_cannot_be_read_is_an_error_and_the_default_is_drawn(query: str):
    form = asked(query)

    assert form.errors
    assert form.report_span.choice is Choice.MONTH
