"""Random questions about labels, as of each edition of ledgers that real runs have written: plain Python answers the same."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest

from apps.analytics import cache
from apps.analytics.kinds import Kinds
from apps.analytics.query import ATTRIBUTED, UNATTRIBUTED, Answer, Compare, Interval, Labelled, Query, answer, sampled
from apps.analytics.query.answers import Source
from apps.analytics.query.asking import top_movers
from apps.analytics.query.facts import CLICKS
from apps.analytics.query.values import values_of
from apps.analytics.span import Span, milliseconds
from apps.attribution.ledger import editions
from apps.attribution.ledger.editions import AsOf
from apps.attribution.models import Policy, Run
from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Every, Not, Rule, Term, holds
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.upkeep import change
from tests.analytics.make import a_bot, a_click, stored
from tests.analytics.query.model import Counted, Key, Labels, counted, groups_of
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger
from tests.attribution.ledger.model import Model

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DAYS = 4
WHOLE = Span(MONDAY, MONDAY + DAYS * A_DAY, ZoneInfo("UTC"), "")
NOON = MONDAY + timedelta(hours=12)
COUNTRIES = ("DE", "FR", "NZ", "")
# The ledger has the first ones, and only events the last.
DIMENSIONS = (
    "attributed_campaign attributed_campaign attributed_campaign country source kind hour_of_day weekday referrer city link"
).split()
QUESTIONS = 60

CONVERSION = """
INSERT INTO conversions
    (organization_id, conversion_id, change, happened_at, event_id, clicked_at, country, kind, conversions, sales, revenue)
SELECT {o:UInt32}, {number:UInt64}, 1, fromUnixTimestamp64Milli({at:Int64}), {click:UInt64},
       fromUnixTimestamp64Milli({clicked:Int64}), 'DE', 'human', 1, 1, toDecimal64({revenue:String}, 4)
"""


def an_event(random: Random, organization: int) -> Event:
    at = MONDAY + timedelta(milliseconds=random.randrange(DAYS * 86_400_000))
    return a_click(
        at,
        organization=organization,
        visitor_id=random.choice([0, *range(1, 15)]),
        kind=random.choice(["human", "human", "bot", "preview"]),
        country=random.choice(COUNTRIES),
        city=random.choice(["", "Köln"]),
        source=random.choice(["", "it's \\ odd", "google"]),
        referrer_domain=random.choice(["", "example.com"]),
    )


@dataclass
class Written:
    """A ledger and what plain Python says of it, taken through the same deeds."""

    ledger: Ledger
    events: list[Event]
    model: Model
    runs: list[Run]

    @classmethod
    def by(cls, random: Random) -> "Written":
        ledger = Ledger("Spring", "Summer", "Осень")
        events = stored(*(an_event(random, ledger.organization.pk) for _ in range(250)))
        written = cls(ledger, events, Model(list(events)), [])
        for policy in (Policy.FILL, Policy.OVERRIDE, Policy.OVERRIDE):
            written.apply(random.randrange(3), Term("country", "in", tuple(random.sample(COUNTRIES[:3], 2))), policy)
        for _ in range(2):
            written.revert(random.randrange(len(written.runs)))
        return written

    def apply(self, campaign: int, rule: Rule, policy: Policy) -> None:
        named = self.ledger.campaigns[campaign]
        self.runs.append(self.ledger.applied(rule, campaign=named, policy=policy))
        self.model.apply(named.name, policy, lambda event: holds(rule, event))

    def revert(self, place: int) -> None:
        self.runs.append(self.ledger.reverted(self.runs[place]))
        self.model.revert(place)

    def as_of(self, place: int) -> tuple[AsOf, Labels]:
        """An edition, and the labels it has."""
        number = self.runs[place - 1].number if place else 0
        campaigns = {campaign.name: campaign.pk for campaign in self.ledger.campaigns}
        labels = {event: campaigns[name] for event, name in self.model.editions[place].items()}
        return editions.as_of(self.ledger.organization.pk, number or 0), labels


def a_query(random: Random, ledger: Ledger) -> Query:
    span = (
        WHOLE
        if random.random() < 0.5
        else replace(WHOLE, end=WHOLE.end - timedelta(milliseconds=random.randrange(1, 90_000_000)))
    )
    campaigns = [campaign.pk for campaign in ledger.campaigns]
    labelled = random.choice(
        [
            Labelled((random.choice(campaigns),)),
            Labelled((random.choice(campaigns), 0)),
            Labelled((random.choice(campaigns),), negated=True),
            ATTRIBUTED,
            UNATTRIBUTED,
            None,
        ]
    )
    dimensions = tuple(dict.fromkeys(random.sample(DIMENSIONS, random.choice([0, 1, 2, 3]))))
    term = Term("country", "in", ("DE", "FR"))
    return Query(
        span,
        random.choice([CLICKS, ("clicks", "bots"), ("visitors",)]),
        dimensions,
        random.choice([None, None, Interval.DAY, Interval.HOUR]),
        random.choice([EVERYTHING, term, Not(term), Every((term, Term("kind", "is", "human")))]),
        random.choice([*Kinds]),
        limit=500,
        labelled=labelled,
    )


def said(found: Answer) -> dict[Key, dict[str, object]]:
    return {(row.key, row.at): dict(row.values) for row in found.rows if any(row.values.values())}


def expected(groups: dict[Key, Counted], query: Query) -> dict[Key, dict[str, object]]:
    rows = {key: {name: count._asdict()[name] for name in query.metrics} for key, count in groups.items()}
    return {key: row for key, row in rows.items() if any(row.values())}


@pytest.mark.parametrize("seed", range(3))
def test_as_of_every_edition_the_engine_and_python_agree(seed: int):
    random = Random(seed)
    written = Written.by(random)
    warehouse = Warehouse(written.ledger.organization.pk)
    for number in range(QUESTIONS):
        as_of, labels = written.as_of(random.randrange(len(written.model.editions)))
        query = replace(a_query(random, written.ledger), as_of=as_of)

        found = answer(warehouse, query)

        assert said(found) == expected(groups_of(written.events, query, labels), query), (number, query)
        whole = groups_of(written.events, replace(query, dimensions=(), interval=None), labels)
        totals = whole.get(((), None), counted([], query.kinds))._asdict()
        assert found.totals.values == {name: totals[name] for name in query.metrics}, (number, query)


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
