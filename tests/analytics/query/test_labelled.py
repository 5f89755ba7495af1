"""What the engine says of labels: as of which edition, from which table, beside money, and where that ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.analytics import cache
from apps.analytics.query import ATTRIBUTED, Answer, Compare, Labelled, Query, answer, sampled
from apps.analytics.query.answers import Source
from apps.analytics.query.asking import top_movers
from apps.analytics.query.facts import CLICKS
from apps.analytics.query.values import values_of
from apps.analytics.span import Span, milliseconds
from apps.attribution.ledger import editions, running
from apps.attribution.ledger.editions import AsOf
from apps.attribution.models import Run
from apps.ingress.event import Event
from apps.ingress.rules import Term
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from tests.analytics.make import a_bot, a_click, stored
from tests.analytics.query.model import Key
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DAYS = 4
WHOLE = Span(MONDAY, MONDAY + DAYS * A_DAY, ZoneInfo("UTC"), "")
NOON = MONDAY + timedelta(hours=12)

CONVERSION = """
INSERT INTO conversions
    (organization_id, conversion_id, change, happened_at, event_id, clicked_at, country, kind, conversions, sales, revenue)
SELECT {o:UInt32}, {number:UInt64}, 1, fromUnixTimestamp64Milli({at:Int64}), {click:UInt64},
       fromUnixTimestamp64Milli({clicked:Int64}), 'DE', 'human', 1, 1, toDecimal64({revenue:String}, 4)
"""


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(0))


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def clicks_by_campaign(ledger: Ledger, **more: object) -> dict[str, object]:
    query = Query(WHOLE, ("clicks",), ("attributed_campaign",), **more)  # type: ignore[arg-type]
    names = {str(campaign.pk): campaign.name for campaign in ledger.campaigns}
    found = answer(Warehouse(ledger.organization.pk), query)
    return {names.get(row.key[0], row.key[0]): row.values["clicks"] for row in found.rows}


def test_without_an_edition_the_newest_one_is_meant_and_said(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk))
    assert clicks_by_campaign(ledger) == {"": 1}

    run = ledger.applied()

    assert clicks_by_campaign(ledger) == {"Spring": 1}
    found = answer(Warehouse(ledger.organization.pk), Query(WHOLE, labelled=ATTRIBUTED))
    assert found.query.as_of == AsOf(run.number or 0)


def test_a_question_that_has_nothing_to_do_with_labels_has_no_edition_and_reads_the_roll_up(ledger: Ledger):
    ledger.applied()

    found = answer(Warehouse(ledger.organization.pk), Query(WHOLE))

    assert found.query.as_of is None
    assert found.source is Source.ROLLUP


def test_an_edition_whose_run_came_to_nothing_never_counts(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk))
    run = ledger.applied()
    as_of = AsOf(run.number or 0, void=(run.number or 0,))

    assert clicks_by_campaign(ledger, as_of=as_of) == {"": 1}


def test_what_arrives_under_a_rule_that_is_live_is_counted_with_what_was_named_later(ledger: Ledger):
    named = ledger.click(NOON)
    ledger.applied(goes_live=True)
    arrived = ledger.arrives(NOON + timedelta(minutes=1))

    assert arrived.label_campaign_id == ledger.spring.pk
    assert named.label_campaign_id == 0
    assert clicks_by_campaign(ledger) == {"Spring": 2}
    assert clicks_by_campaign(ledger, as_of=AsOf()) == {"": 2}


def test_clicks_of_a_campaign_outlive_their_events(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk, country="DE"))
    ledger.applied()
    forget_events(ledger)

    found = answer(
        Warehouse(ledger.organization.pk), Query(WHOLE, CLICKS, ("country",), labelled=Labelled((ledger.spring.pk,)))
    )

    assert said(found) == {(("DE",), None): {"clicks": 1, "visitors": 1, "bots": 0}}
    assert (found.source, found.notes) == (Source.LEDGER, ())


def test_what_the_ledger_does_not_copy_is_asked_of_events_and_ends_with_them(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk, city="Köln"))
    ledger.applied()
    query = Query(WHOLE, ("clicks",), ("city",), labelled=Labelled((ledger.spring.pk,)))
    warehouse = Warehouse(ledger.organization.pk)
    assert answer(warehouse, query).source is Source.LABELLED
    assert answer(warehouse, query).totals.values == {"clicks": 1}

    forget_events(ledger)

    assert answer(warehouse, query).totals.values == {"clicks": 0}


def test_money_follows_the_label_of_its_click_however_long_ago_that_was(ledger: Ledger):
    old = ledger.click(MONDAY - 40 * A_DAY, country="FR")
    unnamed = ledger.click(NOON, country="NZ")
    run = ledger.applied(Term("country", "is", "FR"), span=(MONDAY - 50 * A_DAY, MONDAY + DAYS * A_DAY))
    for number, (click, revenue) in enumerate([(old, "5.25"), (unnamed, "2"), (None, "1")], start=1):
        a_conversion(ledger, number, click, revenue)

    query = Query(WHOLE, ("conversions", "revenue"), ("attributed_campaign",), order="-revenue")
    before = answer(Warehouse(ledger.organization.pk), replace(query, as_of=AsOf((run.number or 0) - 1)))
    now = answer(Warehouse(ledger.organization.pk), query)

    assert rows_of(before) == {"": (3, Decimal("8.25"))}
    assert rows_of(now) == {str(ledger.spring.pk): (1, Decimal("5.25")), "": (2, Decimal(3))}
    assert now.source is Source.MONEY


def test_the_click_of_a_conversion_may_be_forgotten_and_its_label_is_not(ledger: Ledger):
    click = ledger.click(NOON)
    ledger.applied()
    a_conversion(ledger, 1, click, "5", clicked_at=datetime(1970, 1, 1, tzinfo=UTC))

    found = answer(
        Warehouse(ledger.organization.pk), Query(WHOLE, ("revenue",), labelled=Labelled((ledger.spring.pk,)))
    )

    assert found.totals.values == {"revenue": Decimal(5)}


def test_costs_are_not_known_by_label_and_that_is_said(ledger: Ledger):
    found = answer(Warehouse(ledger.organization.pk), Query(WHOLE, ("clicks", "cost"), labelled=ATTRIBUTED))

    assert found.totals.values == {"clicks": 0, "cost": None}
    assert found.notes == ("Costs are not known by attributed campaign.",)


def test_the_time_before_is_as_of_the_same_edition(ledger: Ledger):
    stored(*(a_click(NOON - days * A_DAY, organization=ledger.organization.pk) for days in (0, 1, 1)))
    ledger.applied(span=(MONDAY - A_DAY, MONDAY + A_DAY))
    query = Query(replace(WHOLE, end=MONDAY + A_DAY), ("clicks",), ("attributed_campaign",), compare=Compare.PREVIOUS)
    warehouse = Warehouse(ledger.organization.pk)

    [row] = answer(warehouse, query).rows
    [mover] = top_movers(warehouse, query)

    assert (row.values, row.before) == ({"clicks": 1}, {"clicks": 2})
    assert (mover.key, mover.values, mover.before) == (row.key, row.values, row.before)


def test_answers_of_two_editions_are_kept_apart(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk), a_bot(NOON, organization=ledger.organization.pk))
    first = ledger.applied()
    second = ledger.reverted(first)
    warehouse = Warehouse(ledger.organization.pk, cached=True)
    cache.ANSWERS.clear()

    def clicks(run: Run) -> object:
        as_of = editions.as_of(ledger.organization.pk, run.number or 0)
        return answer(warehouse, Query(WHOLE, ("clicks",), labelled=ATTRIBUTED, as_of=as_of)).totals.values["clicks"]

    assert [clicks(run) for run in (first, second, first)] == [1, 0, 1]


def test_labels_are_neither_sampled_nor_lost_while_somebody_types(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk))
    ledger.applied()
    warehouse = Warehouse(ledger.organization.pk)

    assert sampled(warehouse, Query(WHOLE, ("clicks",), ("attributed_campaign",))) is None
    assert [value.key for value in values_of(warehouse, "attributed_campaign", "", WHOLE)] == [str(ledger.spring.pk)]


def test_another_organizations_campaign_has_no_clicks_here(ledger: Ledger):
    stored(a_click(NOON, organization=ledger.organization.pk))
    ledger.applied()
    other = Ledger("Spring")

    found = answer(Warehouse(other.organization.pk), Query(WHOLE, ("clicks",), labelled=Labelled((ledger.spring.pk,))))

    assert found.totals.values == {"clicks": 0}


def rows_of(found: Answer) -> dict[str, tuple[object, ...]]:
    return {row.key[0]: tuple(row.values.values()) for row in found.rows}


def a_conversion(
    ledger: Ledger, number: int, click: Event | None, revenue: str, *, clicked_at: datetime | None = None
) -> None:
    happened_at = clicked_at or (click.happened_at if click else datetime(1970, 1, 1, tzinfo=UTC))
    parameters = {
        "o": ledger.organization.pk,
        "number": number,
        "at": milliseconds(NOON),
        "click": click.event_id if click else 0,
        "clicked": milliseconds(happened_at),
        "revenue": revenue,
    }
    change(CONVERSION, parameters, name="test", settings={"insert_deduplicate": 0})


def forget_events(ledger: Ledger) -> None:
    """What retention does when their days are over."""
    change(
        "ALTER TABLE events DELETE WHERE organization_id = {o:UInt32} SETTINGS mutations_sync = 1",
        {"o": ledger.organization.pk},
        name="test",
    )


def said(found: Answer) -> dict[Key, dict[str, object]]:
    return {(row.key, row.at): dict(row.values) for row in found.rows if any(row.values.values())}
