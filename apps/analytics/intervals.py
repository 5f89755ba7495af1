"""How finely a span is drawn, and what its intervals are called."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.analytics.query import Interval
from apps.analytics.span import Span

# More points than a wide screen has room for say nothing; fewer than two are no line.
MOST_POINTS = 750
# The finest that still shows a shape, by days.
USUAL = ((2, Interval.HOUR), (92, Interval.DAY), (366, Interval.WEEK))
FORMATS = {
    Interval.MINUTE: "%-d %b %H:%M",
    Interval.HOUR: "%-d %b %H:%M",
    Interval.DAY: "%-d %b",
    Interval.WEEK: "%-d %b",
    Interval.MONTH: "%b %Y",
}
AXES = {
    Interval.MINUTE: "Minute",
    Interval.HOUR: "Hour",
    Interval.DAY: "Day",
    Interval.WEEK: "Week from",
    Interval.MONTH: "Month",
}


def usual(span: Span) -> Interval:
    days = len(span.days)
    return next((interval for most, interval in USUAL if days <= most), Interval.MONTH)


def offered(span: Span) -> list[Interval]:
    """Those worth a click: not too many points, and more than one."""
    return [
        interval for interval in Interval if 2 <= len(interval.starts(span)) <= MOST_POINTS or interval is usual(span)
    ]


def labels(moments: list[datetime], interval: Interval, zone: ZoneInfo) -> list[str]:
    """What the intervals that begin then are called; within one day without the day, within one year without the year."""
    local = [moment.astimezone(zone) for moment in moments]
    form = FORMATS[interval]
    if interval in (Interval.MINUTE, Interval.HOUR) and len({moment.date() for moment in local}) < 2:
        form = "%H:%M"
    elif interval in (Interval.DAY, Interval.WEEK) and len({moment.year for moment in local}) > 1:
        form += " %Y"
    return [moment.strftime(form) for moment in local]
