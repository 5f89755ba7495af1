"""Whether labels are what the rules say that were in force: asked again of every event in SQL, and of some in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.attribution.ledger.sql import filled
from apps.attribution.live.publishing import NOTHING
from apps.ingress.event import FIELDS, Event
from apps.ingress.labelling import Labels, Line, lines_of, parse
from apps.ingress.labelling.labels import FIRST, routed_by
from apps.ingress.models import LabelTable
from apps.ingress.rules import where
from apps.ingress.warehouse.reader import Warehouse

MAX_EXECUTION_S = 120
EXAMPLES = 3
READ_AGAIN = 500

# Stored by a store task that knew rules, and still with what the rules saw.
LABELLED = """
{{scope}} AND toDate(happened_at, 'UTC') = {day:Date} AND (label_campaign_id > 0 OR label_reason != '') AND privacy != 'erased'
"""
EDITIONS = "SELECT DISTINCT label_edition AS edition FROM events WHERE {{labelled}} ORDER BY edition"
# Rules have places from 0 on; the first that holds names the click, and behind the last stands "no campaign".
AGAIN = """
SELECT count() AS events, countIf(differs) AS disagreements, groupArrayIf(3)(event_id, differs) AS examples FROM (
    WITH ({campaigns:Array(UInt64)}[place + 1], {runs:Array(UInt64)}[place + 1]) AS found
    SELECT event_id, (label_campaign_id, label_run_id) != found AS differs
    FROM (
        SELECT event_id, label_campaign_id, label_run_id, least(
            transform(routed_campaign_id, {routed:Array(UInt64)}, {routed_places:Array(UInt32)}, {none:UInt32}),
            multiIf({{asked}}{none:UInt32})) AS place
        FROM events WHERE {{labelled}} AND label_edition = {edition:UInt32}
    )
)
"""
SOME = """
SELECT {{columns}} FROM events WHERE {{labelled}} AND label_edition = {edition:UInt32}
AND event_id IN (
    SELECT event_id FROM events WHERE {{labelled}} AND label_edition = {edition:UInt32}
    ORDER BY cityHash64(event_id) LIMIT {most:UInt32}
)
"""


@dataclass(frozen=True)
class Checked:
    """`events` were asked about in SQL and `read_again` of them in Python; `examples` are ids of some that disagree with either."""

    events: int = 0
    disagreements: int = 0
    examples: tuple[int, ...] = ()
    read_again: int = 0

    def __add__(self, other: "Checked") -> "Checked":
        return Checked(
            self.events + other.events,
            self.disagreements + other.disagreements,
            (*self.examples, *other.examples)[:EXAMPLES],
            self.read_again + other.read_again,
        )


@dataclass(frozen=True)
class _Edition:
    edition: int


@dataclass(frozen=True)
class _Again:
    events: int
    disagreements: int
    examples: list[int]


def check(organization_id: int, day: date) -> Checked:
    """Every label that events of that day of UTC were stored with, beside what the rules of its edition say now.

    An event that was enriched again since may differ with good reason. Source: table events. Errors: WarehouseUnavailable,
    QuestionTooLarge. Cost: of that day the columns that rules ask for, and some hundred events whole.
    """
    warehouse = Warehouse(organization_id, MAX_EXECUTION_S)
    found = Checked()
    for row in warehouse.rows(filled(EDITIONS, labelled=LABELLED), _Edition, {"day": day}, name="label_editions"):
        tables = LabelTable.objects.filter(organization_id=organization_id, edition=row.edition)
        table = tables.order_by("-pk").first()
        document = table.document if table else NOTHING
        asked = {"day": day, "edition": row.edition}
        found += _in_sql(warehouse, lines_of(document, "lines"), asked)
        found += _in_python(warehouse, parse(document, row.edition), asked)
    return found


def _in_sql(warehouse: Warehouse, lines: list[Line], asked: Mapping[str, Any]) -> Checked:
    routed: dict[int, int] = {}
    conditions = ""
    parameters: dict[str, Any] = {}
    for place, line in enumerate(lines):
        if campaign_id := routed_by(line.rule):
            routed.setdefault(campaign_id, place)
        else:
            condition = where(line.rule, prefix=f"line{place}")
            conditions += f"{condition.sql}, {place}, "
            parameters |= condition.parameters
    parameters |= {
        **asked,
        "campaigns": [*(line.campaign_id for line in lines), 0],
        "runs": [*(line.run_id for line in lines), 0],
        # None is asked for 0, which no campaign has.
        "routed": [*routed] or [0],
        "routed_places": [*routed.values()] or [len(lines)],
        "none": len(lines),
    }
    sql = filled(AGAIN, asked=conditions, labelled=LABELLED)
    again = warehouse.rows(sql, _Again, parameters, name="labels_again")[0]
    return Checked(again.events, again.disagreements, tuple(again.examples))


def _in_python(warehouse: Warehouse, labels: Labels, asked: Mapping[str, Any]) -> Checked:
    sql = filled(SOME, columns=", ".join(FIELDS), labelled=LABELLED)
    events = warehouse.rows(sql, Event, {**asked, "most": READ_AGAIN}, name="labels_read_again")
    differing = [event.event_id for event in events if labels.of(event)[:4] != event[FIRST : FIRST + 4]]
    return Checked(disagreements=len(differing), examples=tuple(differing[:EXAMPLES]), read_again=len(events))
