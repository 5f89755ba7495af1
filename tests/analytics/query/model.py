"""The engine in plain Python, slowly and without a table: what an answer has to be."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from apps.analytics.kinds import Kinds
from apps.analytics.query import Interval, Query, dimension_of
from apps.analytics.query.dimensions import LABEL
from apps.ingress.event import Event
from apps.ingress.rules import holds


class Counted(NamedTuple):
    clicks: int
    visitors: int
    bots: int


Key = tuple[tuple[str, ...], datetime | None]
# Campaigns by event.
Labels = Mapping[int, int]


def groups_of(events: Iterable[Event], query: Query, labels: Labels = MappingProxyType({})) -> dict[Key, Counted]:
    """Clicks, visitors and bots by key and interval; groups with nothing in them are absent."""
    found: dict[Key, list[Event]] = {}
    for event in events:
        is_within = query.span.start <= event.happened_at < query.span.end
        if is_within and holds(query.rule, event) and is_wanted(event, query, labels):
            found.setdefault((key_of(event, query, labels), interval_of(event, query)), []).append(event)
    counts = {key: counted(group, query.kinds) for key, group in found.items()}
    return {key: count for key, count in counts.items() if any(count)}


def counted(events: Iterable[Event], kinds: Kinds) -> Counted:
    wanted = [event for event in events if kinds is Kinds.ALL or event.kind == "human"]
    return Counted(
        len(wanted),
        len({event.visitor_id for event in wanted} - {0}),
        sum(event.kind == "bot" for event in events),
    )


def is_wanted(event: Event, query: Query, labels: Labels) -> bool:
    wanted = query.labelled
    return wanted is None or (labels.get(event.event_id, 0) in wanted.campaigns) != wanted.negated


def key_of(event: Event, query: Query, labels: Labels = MappingProxyType({})) -> tuple[str, ...]:
    return tuple(_value(event, name, query, labels) for name in query.dimensions)


def _value(event: Event, name: str, query: Query, labels: Labels) -> str:
    if name == LABEL:
        return str(labels.get(event.event_id) or "")
    local = event.happened_at.astimezone(query.span.zone)
    if name == "hour_of_day":
        return f"{local.hour:02}"
    if name == "weekday":
        return str(local.isoweekday())
    if name.startswith("parameter:"):
        return event.parameters.get(name.removeprefix("parameter:"), "")
    dimension = dimension_of(name)
    assert dimension
    return "\x1f".join(str(getattr(event, field) or "") for field in dimension.fields)


def interval_of(event: Event, query: Query) -> datetime | None:
    """Where the event's interval begins. Hours and minutes are steps of the clock that was shown when the span began."""
    local = event.happened_at.astimezone(query.span.zone)
    match query.interval:
        case None:
            return None
        case Interval.MINUTE:
            return event.happened_at.replace(second=0, microsecond=0)
        case Interval.HOUR:
            began = query.span.start.astimezone(query.span.zone)
            began = (began - timedelta(minutes=began.minute, seconds=began.second)).astimezone(UTC)
            return began + (event.happened_at - began) // timedelta(hours=1) * timedelta(hours=1)
        case Interval.DAY:
            day = local.date()
        case Interval.WEEK:
            day = local.date() - timedelta(days=local.weekday())
        case Interval.MONTH:
            day = local.date().replace(day=1)
    return datetime(day.year, day.month, day.day, tzinfo=query.span.zone).astimezone(UTC)
