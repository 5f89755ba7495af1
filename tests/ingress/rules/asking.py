"""Stored events that both readers of rules are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.ingress.event import Event
from apps.ingress.rules import Rule, compiled, where
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events

# A busy machine must not look like a disagreement.
PATIENCE_S = 120


@dataclass(frozen=True)
class Answers:
    event_id: int
    answers: list[int]


@dataclass(frozen=True)
class Found:
    event_id: int


@dataclass(frozen=True)
class Stored:
    """Events of one organization that nobody else has, as they were stored."""

    organization_id: int
    events: Sequence[Event] = field(repr=False)

    def python(self, rules: Sequence[Rule]) -> dict[int, list[bool]]:
        """By event, whether each rule holds."""
        asked = [compiled(rule) for rule in rules]
        return {event.event_id: [holds(event) for holds in asked] for event in self.events}

    def clickhouse(self, rules: Sequence[Rule]) -> dict[int, list[bool]]:
        """The same, asked in one question."""
        wheres = [where(rule, prefix=f"r{i}") for i, rule in enumerate(rules)]
        parameters = {name: value for each in wheres for name, value in each.parameters.items()}
        sql = f"SELECT event_id, [{', '.join(each.sql for each in wheres)}] AS answers FROM events WHERE {{{{scope}}}}"
        rows = Warehouse(self.organization_id, PATIENCE_S).rows(sql, Answers, parameters, name="rules")
        return {row.event_id: list(map(bool, row.answers)) for row in rows}

    def selected(self, rule: Rule) -> set[int]:
        """What a report would read: the condition behind WHERE, where ClickHouse may rewrite it."""
        condition = where(rule)
        sql = f"SELECT event_id FROM events WHERE {{{{scope}}}} AND {condition.sql}"
        return {
            row.event_id
            for row in Warehouse(self.organization_id, PATIENCE_S).rows(sql, Found, condition.parameters, name="rule")
        }


def stored(organization_id: int, events: Sequence[Event]) -> Stored:
    owned = [event._replace(organization_id=organization_id) for event in events]
    store_events(owned, token=f"rules-{organization_id}")
    return Stored(organization_id, owned)
