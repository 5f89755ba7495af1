"""Reports as the chart dictionaries that `_chart.html` draws, with the table beside them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.analytics.kinds import Kinds
from apps.analytics.reports.clicks_by_day import DayCount
from apps.analytics.reports.clicks_by_minute import MinuteCount
from apps.analytics.span import Span

Chart = dict[str, object]


def by_day(days: list[DayCount], span: Span, kinds: Kinds, now: datetime) -> Chart:
    """Clicks and visitors; beside all kinds also the people among them. Today is drawn as unfinished."""
    people = {"name": "Clicks by people", "values": [day.people for day in days]}
    everything = {"name": "Requests of all kinds", "values": [day.everything for day in days]}
    visitors = {"name": "Visitors", "values": [day.visitors for day in days]}
    return {
        "type": "line" if len(days) > 1 else "bar",
        "axis": "Day",
        "labels": _day_labels(days),
        "series": [people, visitors] if kinds is Kinds.PEOPLE else [everything, people, visitors],
        "unfinished": int(span.last_on == now.astimezone(span.zone).date()),
    }


def by_minute(minutes: list[MinuteCount], zone: ZoneInfo) -> Chart:
    """People and the other kinds, one upon the other. The current minute is drawn as unfinished."""
    return {
        "type": "bar",
        "stacked": True,
        "axis": "Minute",
        "labels": [minute.minute.astimezone(zone).strftime("%H:%M") for minute in minutes],
        "series": [
            {"name": "People", "values": [minute.people for minute in minutes]},
            {"name": "Other kinds", "values": [minute.everything - minute.people for minute in minutes]},
        ],
        "unfinished": 1,
    }


def _day_labels(days: list[DayCount]) -> list[str]:
    """Days within one year are named without it."""
    form = "%-d %b" if len({count.day.year for count in days}) < 2 else "%-d %b %Y"
    return [count.day.strftime(form) for count in days]
