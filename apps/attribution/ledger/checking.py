"""Whether a whole ledger keeps its laws, by asking ClickHouse."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.attribution.ledger import editions
from apps.attribution.ledger.editions import AsOf
from apps.attribution.ledger.hourly import DIFFERENCES
from apps.attribution.ledger.sql import AS_OF, filled, months, span
from apps.attribution.ledger.tally import tallies
from apps.attribution.models import Edition, Run
from apps.ingress.event import EPOCH
from apps.ingress.warehouse.reader import Warehouse

EXAMPLES = 3
MAX_EXECUTION_S = 300
EXTENT = """
SELECT toUnixTimestamp64Milli(min(happened_at)) AS first, toUnixTimestamp64Milli(max(happened_at)) AS last
FROM attribution_entries WHERE {{scope}} HAVING count() > 0
"""
# After every edition, not only after the newest: within one an entry that takes back comes before one that gives.
LABELS = """
SELECT event_id AS example FROM attribution_entries
WHERE {{scope}} AND happened_at >= fromUnixTimestamp64Milli({from_ms:Int64})
  AND happened_at < fromUnixTimestamp64Milli({until_ms:Int64}) AND {{as_of}}
GROUP BY event_id
HAVING arrayExists(n -> n NOT IN (0, 1), arrayCumSum(arrayMap(e -> e.2, arraySort(groupArray((edition, sign))))))
LIMIT 3
"""
# Each entry that takes back is the copy of one that gave: of the same campaign and run, and alike in all that reports group by.
COPIES = """
SELECT event_id AS example FROM attribution_entries
WHERE {{scope}} AND happened_at >= fromUnixTimestamp64Milli({from_ms:Int64})
  AND happened_at < fromUnixTimestamp64Milli({until_ms:Int64}) AND {{as_of}}
GROUP BY event_id, campaign_id, run_id
HAVING sum(sign) NOT IN (0, 1) OR uniqExact({{alike}}) > 1
LIMIT 3
"""
ALIKE = (
    "(happened_at, rule_version, kind, source, medium, channel, utm_campaign, referrer_domain, country, device_type, os, browser, "
    "language, landing_page, link_id)"
)
STRANGE = """
SELECT DISTINCT edition AS example FROM attribution_entries
WHERE {{scope}} AND edition NOT IN {known:Array(UInt32)} ORDER BY edition LIMIT 3
"""
HOURS = """
SELECT concat('edition ', toString(edition), ', campaign ', toString(campaign_id), ', ', toString(hour)) AS example
FROM ({{differences}}) ORDER BY hour LIMIT 3
"""


@dataclass(frozen=True)
class Violation:
    """A law that does not hold, and where: ids of events or numbers of editions."""

    law: str
    examples: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.law} Not so: {', '.join(self.examples)}."


@dataclass(frozen=True)
class _Example:
    example: Any


@dataclass(frozen=True)
class _Extent:
    first: int
    last: int


@dataclass(frozen=True)
class _Asked:
    organization_id: int
    as_of: AsOf

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.organization_id, MAX_EXECUTION_S)

    def by_month(self, sql: str) -> list[str]:
        """Examples of a question about events, which is asked a month at a time."""
        found = self.warehouse.rows(EXTENT, _Extent, name="ledger_check")
        times = [
            (EPOCH + timedelta(milliseconds=one.first), EPOCH + timedelta(milliseconds=one.last + 1)) for one in found
        ]
        asked = filled(sql, as_of=AS_OF, alike=ALIKE)
        return [
            example
            for first, end in times
            for when in months(first, end)
            for example in self.examples(asked, {**span(*when), **self.as_of.parameters()})
        ]

    def examples(self, sql: str, parameters: dict[str, Any]) -> list[str]:
        return [str(row.example) for row in self.warehouse.rows(sql, _Example, parameters, name="ledger_check")]


def violations(organization_id: int) -> list[Violation]:
    """Every law that does not hold, with some examples. Errors: WarehouseUnavailable, QuestionTooLarge.

    Source: tables attribution_entries and attribution_hourly, and what runs say of themselves. Cost: all of the organization's
    entries some four times, a month at a time where it is by event.
    """
    asked = _Asked(organization_id, editions.newest(organization_id))
    return [
        Violation(law, tuple(examples[:EXAMPLES])) for law, check in LAWS.items() if (examples := list(check(asked)))
    ]


def _one_label(asked: _Asked) -> Sequence[str]:
    return asked.by_month(LABELS)


def _exact_copies(asked: _Asked) -> Sequence[str]:
    return asked.by_month(COPIES)


def _known_editions(asked: _Asked) -> Sequence[str]:
    runs = Run.objects.filter(organization_id=asked.organization_id, number__isnull=False)
    published = Edition.objects.filter(organization_id=asked.organization_id)
    known = {*runs.values_list("number", flat=True), *published.values_list("number", flat=True)}
    return asked.examples(STRANGE, {"known": sorted(known)})


def _equal_hours(asked: _Asked) -> Sequence[str]:
    done = Edition.objects.filter(organization_id=asked.organization_id).values_list("number", flat=True)
    return asked.examples(filled(HOURS, differences=DIFFERENCES), {"editions": list(done)})


def _true_counts(asked: _Asked) -> Iterator[str]:
    done = Edition.objects.filter(organization_id=asked.organization_id, run__isnull=False).order_by("number")
    said: dict[int, Any] = dict(done.values_list("number", "run__counts"))
    for number, there in tallies(asked.organization_id, list(said)).items():
        if there != said[number]:
            yield f"edition {number}"


LAWS: dict[str, Callable[[_Asked], Sequence[str] | Iterator[str]]] = {
    "After every edition an event has one campaign or none.": _one_label,
    "What takes an entry back is its copy.": _exact_copies,
    "Every entry is of an edition that is known, or of a run that came to nothing.": _known_editions,
    "The sums by hour are those of the entries.": _equal_hours,
    "A run moved as many events as it says.": _true_counts,
}
