"""The questions behind Overview and Explore, each beside the SQL somebody would write by hand to ask ClickHouse the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.analytics.kinds import Kinds
from apps.analytics.query import Answer, Compare, Interval, Query, Row, Value, answer, top_movers, values_of
from apps.analytics.span import Span
from apps.ingress.rules import Rule, Term
from apps.ingress.warehouse.reader import Warehouse
from bench.queries_data import LAST_ON
from bench.traffic import ORGANIZATION_ID

ROLLED_UP, RAW = 100, 1_000
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("UTC")

Found = Answer | Sequence[Row] | Sequence[Value]
Ask = Callable[[Warehouse], Found]


@dataclass(frozen=True)
class Question:
    """`plain` answers keys, then numbers, the first of which is checked. `limit_ms` is the budget on 100 million events."""

    name: str
    ask: Ask
    plain: str
    limit_ms: int


def largest(found: Found) -> float:
    """The largest first number of a Trellis answer: what tells that both counted the same."""
    rows: Sequence[Any] = found.rows if isinstance(found, Answer) else found
    return max((_first_number(row) for row in rows), default=0.0)


def largest_plain(question: "Question", rows: Sequence[tuple[Any, ...]]) -> float:
    """The same of the plain answer, whose last row has the totals where it was asked for them."""
    groups = rows[:-1] if "WITH TOTALS" in question.plain else rows
    return max((float(row[_keys(question)]) for row in groups), default=0.0)


def _first_number(row: Any) -> float:
    return float(row.clicks if isinstance(row, Value) else next(iter(row.values.values())) or 0)


def _span(days: int) -> Span:
    return Span.between(LAST_ON - timedelta(days=days - 1), LAST_ON, now=NOW, zone=ZONE)


def _query(days: int = 90, **parts: Any) -> Ask:
    query = Query(_span(days), **parts)
    return lambda warehouse: answer(warehouse, query)


def _since(days: int) -> str:
    return f"'{LAST_ON - timedelta(days=days - 1)} 00:00:00'"


UNTIL = f"'{LAST_ON + timedelta(days=1)} 00:00:00'"
COUNTED = "sum(clicks) AS n, uniqCombined64Merge(13)(visitors)"
COUNTED_RAW = "count() AS n, uniqCombined64(13)(visitor_id)"


def _rolled(
    dimension: str, keys: str, *, grain: str = "day", days: int = 90, more: str = "", numbers: str = COUNTED
) -> str:
    group = (
        f"GROUP BY {keys} WITH TOTALS ORDER BY n DESC LIMIT 100"
        if keys == "value"
        else f"GROUP BY {keys}"
        if keys
        else ""
    )
    return (
        f"SELECT {keys + ', ' if keys else ''}{numbers} FROM events_hourly "
        f"WHERE organization_id = {ORGANIZATION_ID} AND grain = '{grain}' AND dimension = '{dimension}' "
        f"AND at >= {_since(days)} AND at < {UNTIL} AND kind = 'human' {more} {group}"
    )


def _raw(keys: str, *, days: int = 90, more: str = "", numbers: str = COUNTED_RAW, table: str = "events") -> str:
    people = "" if table == "conversions" else "AND kind = 'human'"
    return (
        f"SELECT {keys}, {numbers} FROM {table} "
        f"WHERE organization_id = {ORGANIZATION_ID} AND happened_at >= {_since(days)} AND happened_at < {UNTIL} {people} {more} "
        f"GROUP BY {keys} WITH TOTALS ORDER BY n DESC LIMIT 100"
    )


def _movers(warehouse: Warehouse) -> Found:
    return top_movers(warehouse, Query(_span(30), ("clicks",), ("source",), limit=20))


MOVED = f"sumIf(clicks, at >= {_since(30)}) AS n, sumIf(clicks, at < {_since(30)}) AS was"
GERMANY: Rule = Term("country", "is", "DE")
SINGLE = {
    "channel": "channel", "source": "source", "medium": "medium", "campaign": "campaign", "referrer": "referrer",
    "country": "country", "city": "city", "device": "device", "os": "os", "browser": "browser", "language": "language",
    "landing_page": "landing_page", "term": "term", "link": "link",
}  # fmt: skip

QUESTIONS: tuple[Question, ...] = (
    Question("totals", _query(), _rolled("", ""), ROLLED_UP),
    Question(
        "totals, compared",
        _query(30, compare=Compare.PREVIOUS),
        _rolled(
            "",
            "",
            days=60,
            numbers=f"sumIf(clicks, at >= {_since(30)}) AS n, uniqCombined64MergeIf(13)(visitors, at >= {_since(30)}), "
            f"sumIf(clicks, at < {_since(30)}), uniqCombined64MergeIf(13)(visitors, at < {_since(30)})",
        ),
        ROLLED_UP,
    ),
    Question("by day", _query(interval=Interval.DAY), _rolled("", "at"), ROLLED_UP),
    Question(
        "by hour of a week", _query(7, interval=Interval.HOUR), _rolled("", "at", grain="hour", days=7), ROLLED_UP
    ),
    *(
        Question(f"by {name}", _query(dimensions=(name,)), _rolled(dimension, "value"), ROLLED_UP)
        for name, dimension in SINGLE.items()
    ),
    Question(
        "hour by weekday",
        _query(dimensions=("weekday", "hour_of_day"), limit=200),
        _rolled("", "toDayOfWeek(at) AS w, toHour(at) AS h", grain="hour"),
        ROLLED_UP,
    ),
    Question(
        "top movers",
        _movers,
        _rolled("source", "value", days=60, numbers=MOVED)
        .replace("ORDER BY n DESC", "ORDER BY abs(n - was) DESC")
        .replace("LIMIT 100", "LIMIT 20"),
        ROLLED_UP,
    ),
    Question(
        "typeahead",
        lambda warehouse: values_of(warehouse, "campaign", "campaign-1", _span(90)),
        _rolled("campaign", "value", more="AND startsWith(lowerUTF8(value), 'campaign-1')", numbers="sum(clicks) AS n")
        .replace("AND kind = 'human'", "")
        .replace("LIMIT 100", "LIMIT 20"),
        ROLLED_UP,
    ),
    Question(
        "one country by day",
        _query(rule=GERMANY, interval=Interval.DAY),
        _rolled("country", "at", more="AND value = 'DE'"),
        ROLLED_UP,
    ),
    Question(
        "money by channel",
        _query(metrics=("conversions", "revenue"), dimensions=("channel",)),
        _raw("channel", numbers="sum(conversions) AS n, sum(revenue)", table="conversions"),
        RAW,
    ),
    Question("country by device", _query(dimensions=("country", "device")), _raw("country, device_type"), RAW),
    Question(
        "source by country by browser",
        _query(dimensions=("source", "country", "browser")),
        _raw("source, country, browser"),
        RAW,
    ),
    Question(
        "campaigns of a country",
        _query(rule=GERMANY, dimensions=("campaign",)),
        _raw("utm_campaign", more="AND country = 'DE'"),
        RAW,
    ),
    Question(
        "a parameter, last week",
        _query(7, dimensions=("parameter:sub1",)),
        _raw("parameters['sub1'] AS sub1", days=7).replace("GROUP BY parameters['sub1'] AS sub1", "GROUP BY sub1"),
        RAW,
    ),
    Question(
        "country by device, clicks alone",
        _query(metrics=("clicks",), dimensions=("country", "device")),
        _raw("country, device_type", numbers="count() AS n"),
        RAW,
    ),
    Question(
        "everything that asks, by kind",
        _query(dimensions=("kind",), kinds=Kinds.ALL),
        _rolled("", "kind").replace("AND kind = 'human'", ""),
        ROLLED_UP,
    ),
)
KEYS = {
    "hour by weekday": 2,
    "country by device": 2,
    "country by device, clicks alone": 2,
    "source by country by browser": 3,
}


def _keys(question: Question) -> int:
    """How many columns of the plain answer are keys."""
    return KEYS.get(question.name, 0 if question.name.startswith("totals") else 1)
