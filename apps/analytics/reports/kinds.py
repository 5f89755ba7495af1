"""Who asked: people, bots, previews and the rest."""

from dataclasses import dataclass

from apps.analytics.span import Span
from apps.ingress.warehouse.reader import Warehouse

SQL = """
SELECT kind, count() AS clicks, uniqIf(visitor_id, visitor_id != 0) AS visitors
FROM events
WHERE {{scope}}
  AND happened_at >= fromUnixTimestamp64Milli({start:Int64})
  AND happened_at < fromUnixTimestamp64Milli({end:Int64})
GROUP BY kind ORDER BY clicks DESC, kind
"""


@dataclass(frozen=True)
class KindCount:
    kind: str
    clicks: int
    visitors: int


def kinds(warehouse: Warehouse, span: Span) -> list[KindCount]:
    """One row per kind that occurred, the most frequent first; always every kind.

    Units: counts; visitors is approximate. Errors: those of Warehouse.rows.
    Source: table events. Cost: raw rows of the span.
    """
    return warehouse.rows(SQL, KindCount, span.parameters, name="kinds")
