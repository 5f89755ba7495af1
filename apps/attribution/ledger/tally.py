"""What the entries of editions come to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT edition, campaign_id, countIf(sign > 0) AS gained, countIf(sign < 0) AS taken FROM attribution_entries
WHERE {{scope}} AND edition IN {editions:Array(UInt32)} AND NOT live GROUP BY edition, campaign_id
"""
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class _Row:
    edition: int
    campaign_id: int
    gained: int
    taken: int


def tally(organization_id: int, edition: int) -> Counts:
    """Events gained and taken, each by campaign: `{"gained": {"7": 120}, "taken": {"3": 20}}`. Errors: WarehouseUnavailable.

    Source: table attribution_entries. Cost: three columns of the organization's entries.
    """
    return tallies(organization_id, [edition])[edition]


def tallies(organization_id: int, editions: Sequence[int]) -> dict[int, Counts]:
    """The same of many at once, by edition."""
    parameters = {"editions": list(editions)}
    by_edition: dict[int, list[_Row]] = defaultdict(list)
    for row in Warehouse(organization_id, 120).rows(SQL, _Row, parameters, name="ledger_tally"):
        by_edition[row.edition].append(row)
    return {
        edition: counts(
            gained={row.campaign_id: row.gained for row in by_edition[edition]},
            taken={row.campaign_id: row.taken for row in by_edition[edition]},
        )
        for edition in editions
    }


def counts(*, gained: dict[int, int], taken: dict[int, int]) -> Counts:
    """Without campaigns that none came to or went from, and without 0, which is none."""
    return {
        name: {str(campaign): number for campaign, number in sorted(of.items()) if campaign and number}
        for name, of in (("gained", gained), ("taken", taken))
    }
