"""A first answer from a part of the events, and how far it says that it may be off."""

from dataclasses import replace
from datetime import timedelta
from math import pi, sin
from random import Random
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query import Compare, Interval, Query, answer, sampled, sampling
from apps.analytics.query.answers import Answer, Source
from apps.analytics.query.part import estimate, part_of
from apps.analytics.routing.sample import PIECES, STRETCHES
from apps.analytics.span import Span, milliseconds
from apps.ingress.event import Event
from apps.ingress.rules import Term
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events
from tests.analytics.make import NOON, a_click, a_warehouse

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

SPAN = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))
QUERY = Query(SPAN, ("clicks", "visitors"), ("country", "device"), limit=4)
EVENTS, ROWS = 12_000, 2_000


def test_the_error_holds_the_truth_about_as_often_as_it_says():
    chance, held = Random(20261129), 0
    for _ in range(1_000):
        rows = {piece: chance.randrange(100, 500) for piece in range(PIECES)}
        found = {piece: sum(chance.random() < 0.3 for _ in range(count)) for piece, count in rows.items()}
        count = estimate(found, rows, 0.02)
        held += abs(count.value - 0.3 * sum(rows.values()) / 0.02) <= count.error

    assert 0.92 <= held / 1_000 <= 0.98


def test_a_part_has_a_slot_in_each_turn_and_never_one_beyond_the_span():
    for share in (0.001, 0.01, 0.2):
        part = part_of(SPAN, share)
        assert part
        since, until = (milliseconds(moment) for moment in (SPAN.start, SPAN.end))
        starts = [slot * part.slot_ms for slot in part.slots]
        assert len({*starts}) == STRETCHES
        assert since <= starts[0]
        assert starts[-1] + part.slot_ms <= until
        assert part.slot_ms * STRETCHES / (until - since) == pytest.approx(share, rel=0.01)
        assert len({start % 86_400_000 // 3_600_000 for start in starts}) > 20  # every hour of the day is met


def test_nothing_can_be_cut_out_of_a_moment():
    assert part_of(replace(SPAN, end=SPAN.start + timedelta(milliseconds=5)), 0.1) is None
    assert part_of(SPAN, 0.9) is None


def test_pieces_with_more_rows_are_no_reason_to_doubt():
    quiet, busy = dict.fromkeys(range(8), 100), dict.fromkeys(range(8, 16), 1_000)

    exact = estimate({piece: rows // 2 for piece, rows in (quiet | busy).items()}, quiet | busy, 0.1)
    uneven = estimate(dict.fromkeys(range(PIECES), 275), quiet | busy, 0.1)

    assert (exact.value, exact.error) == (44_000, 1)
    assert uneven.value == exact.value
    assert uneven.error > 10_000


def a_random_click(chance: Random, organization: int) -> Event:
    """In the daytime rather than at night, and in one country in the evening."""
    while chance.random() > 0.55 + 0.45 * sin(2 * pi * (at := chance.random() * 6.4)):
        pass
    return a_click(
        SPAN.start + timedelta(days=at),
        organization=organization,
        country="JP" if at % 1 > 0.7 and chance.random() < 0.5 else chance.choice(["DE", "US", "US", "US"]),
        device_type=chance.choice(["phone", "phone", "desktop", "tablet"]),
        visitor_id=chance.randrange(1, 5_000),
        kind=chance.choice(["human"] * 9 + ["bot"]),
    )


@pytest.fixture(scope="module")
def events() -> list[Event]:
    chance, organization = Random(9), a_warehouse().organization_id
    return [a_random_click(chance, organization) for _ in range(EVENTS)]


@pytest.fixture
def warehouse(events: list[Event]) -> Warehouse:
    store_events(events, token=f"{events[0].organization_id}-sampling")
    return Warehouse(events[0].organization_id)


@pytest.fixture(autouse=True)
def a_part_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "ROWS", ROWS)
    monkeypatch.setattr(sampling, "WORTH_ROWS", EVENTS // 2)


def estimated(warehouse: Warehouse, query: Query) -> Answer:
    found = sampled(warehouse, query)
    assert found is not None
    return found


def test_groups_are_estimated_from_a_part_and_the_truth_is_within_their_errors(warehouse: Warehouse):
    exact = answer(warehouse, replace(QUERY, limit=100))

    found = estimated(warehouse, replace(QUERY, limit=100))

    assert found.source is Source.EVENTS
    assert 0.1 < found.share < 0.25
    truth = {row.key: row.values["clicks"] for row in exact.rows}
    held = [abs(row.values["clicks"] - truth[row.key]) <= row.errors["clicks"] for row in found.rows]  # type: ignore[operator]
    assert {row.key for row in found.rows} == truth.keys()
    assert sum(held) >= len(held) - 2
    assert abs(found.totals.values["clicks"] - exact.totals.values["clicks"]) <= found.totals.errors["clicks"]  # type: ignore[operator]
    assert found.totals.errors["clicks"] < 0.05 * found.totals.values["clicks"]  # type: ignore[operator]


def test_what_the_limit_cuts_is_the_rest_of_the_same_sample(warehouse: Warehouse):
    found = estimated(warehouse, QUERY)

    clicks = [row.values["clicks"] or 0 for row in (*found.rows, *found.rest)]
    assert len(found.rows) == QUERY.limit
    assert [*clicks[:4]] == sorted(clicks[:4], reverse=True)
    assert sum(clicks) == pytest.approx(found.totals.values["clicks"], abs=5)  # type: ignore[type-var]
    assert found.rest[0].errors["clicks"] > 0


def test_visitors_do_not_grow_with_the_share_and_are_left_to_the_exact_answer(warehouse: Warehouse):
    found = estimated(warehouse, replace(QUERY, metrics=("clicks", "visitors", "bots", "revenue")))

    row = found.rows[0]
    assert (row.values["visitors"], row.values["revenue"]) == (None, None)
    assert row.errors.keys() == {"clicks", "bots"}
    assert row.error("visitors") is None
    assert 0 < (row.error("clicks") or 0) < 0.5


def test_totals_of_a_rule_that_only_events_can_answer(warehouse: Warehouse):
    query = replace(QUERY, dimensions=(), rule=Term("status", "is_not", 999), metrics=("clicks",))

    found, exact = estimated(warehouse, query), answer(warehouse, query)

    assert len(found.rows) == 1
    assert abs(found.rows[0].values["clicks"] - exact.rows[0].values["clicks"]) <= found.rows[0].errors["clicks"]  # type: ignore[operator]


def test_the_time_before_is_left_to_the_exact_answer(warehouse: Warehouse):
    found = estimated(warehouse, replace(QUERY, compare=Compare.PREVIOUS))

    assert {row.before for row in found.rows} == {None}


@pytest.mark.parametrize(
    "changed",
    [
        {"dimensions": ("country",)},
        {"interval": Interval.DAY},
        {"order": "-visitors"},
        {"metrics": ("visitors",)},
        {"metrics": ("revenue", "clicks")},
        {"offset": 4},
    ],
    ids=str,
)
def test_a_question_that_is_quick_or_cannot_be_estimated_has_no_sampled_answer(
    warehouse: Warehouse, changed: dict[str, object]
):
    assert sampled(warehouse, replace(QUERY, **changed)) is None  # type: ignore[arg-type]


def test_few_events_are_counted_at_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sampling, "WORTH_ROWS", EVENTS)

    assert sampled(warehouse, QUERY) is None
