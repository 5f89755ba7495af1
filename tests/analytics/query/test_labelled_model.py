"""Random questions about labels, as of each edition of ledgers that real runs have written: plain Python answers the same."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.kinds import Kinds
from apps.analytics.query import ATTRIBUTED, UNATTRIBUTED, Answer, Interval, Labelled, Query, answer
from apps.analytics.query.facts import CLICKS
from apps.analytics.span import Span
from apps.attribution.ledger import editions
from apps.attribution.ledger.editions import AsOf
from apps.attribution.models import Policy, Run
from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Every, Not, Rule, Term, holds
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import a_click, stored
from tests.analytics.query.model import Counted, Key, Labels, counted, groups_of
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger
from tests.attribution.ledger.model import Model

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

DAYS = 4
WHOLE = Span(MONDAY, MONDAY + DAYS * A_DAY, ZoneInfo("UTC"), "")
COUNTRIES = ("DE", "FR", "NZ", "")
# The ledger has the first ones, and only events the last.
DIMENSIONS = (
    "attributed_campaign attributed_campaign attributed_campaign country source kind hour_of_day weekday referrer city link"
).split()
QUESTIONS = 60


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
        self.model.remember(self.numbers[-1])

    def revert(self, place: int) -> None:
        self.runs.append(self.ledger.reverted(self.runs[place]))
        self.model.revert(place)
        self.model.remember(self.numbers[-1])

    @property
    def numbers(self) -> list[int]:
        """Of its editions, 0 first."""
        return [0, *(run.number or 0 for run in self.runs)]

    def as_of(self, number: int) -> tuple[AsOf, Labels]:
        """An edition, and the labels it has."""
        campaigns = {campaign.name: campaign.pk for campaign in self.ledger.campaigns}
        labels = {event: campaigns[name] for event, name in self.model.as_of.get(number, {}).items()}
        return editions.as_of(self.ledger.organization.pk, number), labels


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
        as_of, labels = written.as_of(random.choice(written.numbers))
        query = replace(a_query(random, written.ledger), as_of=as_of)

        found = answer(warehouse, query)

        assert said(found) == expected(groups_of(written.events, query, labels), query), (number, query)
        whole = groups_of(written.events, replace(query, dimensions=(), interval=None), labels)
        totals = whole.get(((), None), counted([], query.kinds))._asdict()
        assert found.totals.values == {name: totals[name] for name in query.metrics}, (number, query)
