"""What a run would do, before it does."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.attribution.ledger.orders import apply_now
from apps.attribution.ledger.preview import Preview, preview
from apps.attribution.models import Policy
from apps.ingress.rules import EVERYTHING, Rule
from tests.attribution.ledger.make import A_DAY, MONDAY, WEEK, Ledger, country
from tests.attribution.make import a_network, a_postback, booked

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def foreseen(ledger: Ledger, rule: Rule = EVERYTHING, *, span: Any = WEEK, policy: Policy = Policy.FILL) -> Preview:
    return preview(apply_now(ledger.summer, rule, *span, policy=policy, now=timezone.now()))


def test_it_counts_what_is_gained_and_from_whom_it_is_taken(ledger: Ledger) -> None:
    for code in ("DE", "DE", "FR"):
        ledger.click(country=code)
    ledger.applied(country("DE"))

    fill, override = foreseen(ledger), foreseen(ledger, policy=Policy.OVERRIDE)

    assert fill.counts == {"gained": {str(ledger.summer.pk): 1}, "taken": {}}
    assert override.counts == {"gained": {str(ledger.summer.pk): 3}, "taken": {str(ledger.spring.pk): 2}}
    assert (fill.entries, override.entries) == (1, 5)


def test_it_writes_nothing(ledger: Ledger) -> None:
    ledger.click()

    foreseen(ledger)

    assert ledger.entries() == []


@pytest.mark.parametrize("policy", Policy)
def test_it_is_the_result(ledger: Ledger, policy: Policy) -> None:
    for number in range(6):
        ledger.click(MONDAY + number % 3 * A_DAY, country=("DE", "FR")[number % 2])
    ledger.applied(country("DE"), span=(MONDAY, MONDAY + 2 * A_DAY))
    before = foreseen(ledger, policy=policy)

    run = ledger.applied(campaign=ledger.summer, policy=policy)

    assert run.counts == before.counts
    assert before.entries == len(ledger.entries("sign, edition = 2 AS second")) - 2


def test_it_goes_by_day_with_people_beside_all_events_and_some_ids(ledger: Ledger) -> None:
    first = ledger.click(MONDAY)
    others = [ledger.click(MONDAY + 2 * A_DAY, kind=kind) for kind in ("human", "bot")]

    found = foreseen(ledger)

    assert found.by_day == {MONDAY.date(): 1, (MONDAY + 2 * A_DAY).date(): 2}
    assert (found.events, found.people) == (3, 2)
    assert set(found.sample) == {event.event_id for event in (first, *others)}


def test_it_knows_what_the_clicks_brought(ledger: Ledger) -> None:
    network = a_network(ledger.organization)
    german, french = ledger.click(country="DE"), ledger.click(country="FR")
    for click, payout in ((german, "5"), (german, "2.50"), (french, "100")):
        a_postback(
            network, click=click, txid=payout, payout=payout, status="sale", currency=ledger.organization.currency
        )
    booked()

    found = foreseen(ledger, country("DE"))

    assert (found.conversions, found.revenue) == (2, Decimal("7.5"))


def test_it_says_where_history_begins(ledger: Ledger) -> None:
    assert foreseen(ledger).history_begins_at is None

    ledger.click(MONDAY + A_DAY)

    assert foreseen(ledger).history_begins_at == MONDAY + A_DAY
    assert foreseen(ledger).is_missing_history
    assert not foreseen(ledger, span=(MONDAY + A_DAY, MONDAY + 2 * A_DAY)).is_missing_history


def test_a_span_of_a_hundred_years_is_asked_only_where_there_is_history(ledger: Ledger) -> None:
    ledger.click()
    century = (datetime(1970, 1, 1, tzinfo=MONDAY.tzinfo), datetime(2070, 1, 1, tzinfo=MONDAY.tzinfo))

    assert foreseen(ledger, span=century).events == 1


def test_a_sample_is_short(ledger: Ledger) -> None:
    for number in range(30):
        ledger.click(MONDAY + number % 7 * A_DAY)

    assert len(set(foreseen(ledger).sample)) == 10


@pytest.mark.parametrize("policy", Policy)
def test_it_is_the_same_in_small_pieces(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    for number in range(24):
        ledger.click(MONDAY + number % 5 * A_DAY, country=("DE", "FR")[number % 2])
    ledger.applied(country("DE"))
    whole = foreseen(ledger, policy=policy)

    monkeypatch.setattr("apps.attribution.ledger.pieces.PIECE_EVENTS", 3)
    small = foreseen(ledger, policy=policy)
    run = ledger.applied(campaign=ledger.summer, policy=policy)

    assert (small.counts, small.by_day) == (whole.counts, whole.by_day)
    assert run.counts == whole.counts
    assert len(ledger.labels()) == 24
