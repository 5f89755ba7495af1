"""Python and ClickHouse say the same of every rule and every event: thousands of random rules, hundreds of random events.

They are the same ones each time. Before a release, `RULES_TRIED=10000 ./dev test tests/ingress/rules/test_differential.py` tries as
many other ones.
"""

import os
from itertools import chain

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from apps.ingress.event import Event
from apps.ingress.rules import BadRule, Rule, parse, terms
from tests.ingress import make
from tests.ingress.rules.asking import Stored, stored
from tests.ingress.rules.strategies import documents, events, events_of_the_heaps

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

EVENTS = 300
BATCH = 20
TRIED = int(os.environ.get("RULES_TRIED") or 0)
RULES = settings(
    max_examples=(TRIED or 4_000) // BATCH,
    derandomize=not TRIED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def traffic(django_db_setup: None) -> Stored:
    return stored(make.an_organization_id(), [*events_of_the_heaps(), *_different_events()])


@RULES
@given(batch=st.lists(documents(), min_size=BATCH, max_size=BATCH))
def test_python_and_clickhouse_agree(traffic: Stored, batch: list[object]) -> None:
    rules = [rule for document in batch if (rule := _taken(document))]
    assume(rules)
    # Within a rule one condition may hide what is wrong with another.
    asked = [*rules, *dict.fromkeys(chain.from_iterable(map(terms, rules)))]

    assert traffic.clickhouse(asked) == traffic.python(asked)


@settings(RULES, max_examples=RULES.max_examples // 2)
@given(document=documents())
def test_they_agree_when_clickhouse_may_rewrite_the_condition(traffic: Stored, document: object) -> None:
    rule = _taken(document)
    assume(rule)
    assert rule

    expected = {event_id for event_id, (holds,) in traffic.python([rule]).items() if holds}

    assert traffic.selected(rule) == expected


def _taken(document: object) -> Rule | None:
    try:
        return parse(document)
    except BadRule:
        return None


def _different_events() -> list[Event]:
    found: dict[int, Event] = {}

    @settings(RULES, max_examples=EVENTS)
    @given(event=events())
    def collect(event: Event) -> None:
        found[event.event_id] = event

    collect()
    return list(found.values())
