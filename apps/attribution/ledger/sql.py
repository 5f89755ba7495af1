"""What questions to the ledger are put together from: which entries count, and what happened when."""

from datetime import UTC, datetime, timedelta

from apps.ingress.event import EPOCH

MILLISECOND = timedelta(milliseconds=1)
# Entries that count as of an edition: parameters of AsOf.
AS_OF = "edition <= {as_of:UInt32} AND edition NOT IN {void:Array(UInt32)}"
# Of every question that has many events behind IN: the table is sorted by them too, in the end, and to look for each of a million
# and a half in its index took half of the time, 5 s of 10 (2026-11-29).
MANY_EVENTS = {"use_index_for_in_with_subqueries": 0}
# Parameters of `span`. The parts of a span are told by a hash, for the last digits of an id are a counter's.
WITHIN = """
happened_at >= fromUnixTimestamp64Milli({from_ms:Int64}) AND happened_at < fromUnixTimestamp64Milli({until_ms:Int64})
AND cityHash64(event_id) % {parts:UInt32} = {part:UInt32}
"""


def span(start: datetime, end: datetime, *, part: int = 0, parts: int = 1) -> dict[str, int]:
    """Parameters of WITHIN: what happened from `start` until before `end`, or one part of that."""
    return {"from_ms": milliseconds(start), "until_ms": milliseconds(end), "part": part, "parts": parts}


def months(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The stretch cut where months of UTC begin, as partitions are: what is asked of each fits into memory."""
    found = []
    while start < end:
        midnight = start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = min((midnight + timedelta(days=32)).replace(day=1), end)
        found.append((start, following))
        start = following
    return found


def filled(sql: str, **parts: str) -> str:
    """A question with its `{{holes}}` filled, in the order given: a part may have holes that a later one fills."""
    for name, text in parts.items():
        sql = sql.replace(f"{{{{{name}}}}}", text)
    return sql


def milliseconds(moment: datetime) -> int:
    """Since 1970, as the columns hold them; the driver cuts moments to whole seconds."""
    return (moment - EPOCH) // MILLISECOND
