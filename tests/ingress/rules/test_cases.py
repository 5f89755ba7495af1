"""tests/cases/rules.json: what rules mean, readable, and asked of both readers."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from apps.ingress.event import Event
from apps.ingress.rules import OPERATORS, dump, holds, parse, terms
from tests.ingress import make
from tests.ingress.rules.asking import stored

CASES = json.loads((Path(__file__).parents[2] / "cases" / "rules.json").read_text())
NAMED = [pytest.param(case, id=case["about"]) for case in CASES]


def events_of(case: dict[str, Any]) -> list[tuple[Event, bool]]:
    return [
        (an_event(fields), expected) for expected in (True, False) for fields in case["holds" if expected else "fails"]
    ]


def an_event(fields: dict[str, Any]) -> Event:
    read: dict[str, Callable[[Any], Any]] = {
        "happened_at": datetime.fromisoformat,
        "headers": lambda pairs: [tuple(pair) for pair in pairs],
    }
    return make.an_event(**{name: read[name](value) if name in read else value for name, value in fields.items()})


@pytest.mark.parametrize("case", NAMED)
def test_python_reads_it_so(case: dict[str, Any]) -> None:
    rule = parse(case["rule"])

    for event, expected in events_of(case):
        assert holds(rule, event) == expected, event


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_clickhouse_reads_all_of_them_so() -> None:
    rules = [parse(case["rule"]) for case in CASES]
    expected = [(place, *told) for place, case in enumerate(CASES) for told in events_of(case)]
    traffic = stored(make.an_organization_id(), [event for _, event, _ in expected])

    answers = traffic.clickhouse(rules)

    wrong = [
        (CASES[place]["about"], event) for place, event, said in expected if answers[event.event_id][place] != said
    ]
    assert wrong == []


def test_every_operator_has_a_case() -> None:
    asked = {term.op for case in CASES for term in terms(parse(case["rule"]))}

    assert asked == set(OPERATORS)


@pytest.mark.parametrize("case", NAMED)
def test_a_rule_is_written_as_it_is_kept(case: dict[str, Any]) -> None:
    rule = parse(case["rule"])

    assert parse(json.loads(json.dumps(dump(rule)))) == rule
