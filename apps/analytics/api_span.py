"""A span, as programs write it: `days`, or `from` and `to`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.analytics.query import BadQuery
from apps.analytics.span import FIRST_DAY, MAX_DAYS, BadSpan, Span
from apps.ingress.rules import families

LAST_YEAR = 2200
A_SPAN = "A span is either `days`, or `from` and `to`."


@extend_schema_field(OpenApiTypes.STR)
class DayOrMoment(serializers.Field[Any, Any, Any, Any]):
    """`2026-11-22`, a whole local day, or a moment of RFC 3339."""

    def to_internal_value(self, data: Any) -> date | datetime:
        try:
            found = isinstance(data, str) and (parse_date(data) or parse_datetime(data))
        except ValueError:
            found = False
        if not isinstance(found, date):
            raise serializers.ValidationError("Write a day as 2026-11-22, or a moment as 2026-11-22T14:00:00Z.")
        if isinstance(found, datetime) and found.tzinfo is None:
            raise serializers.ValidationError("A moment needs its offset, such as Z.")
        return found


class SpanSerializer(serializers.Serializer[Any]):
    """A span: `days`, or `from` and `to`. The context has `now` and the organization."""

    days = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_DAYS, help_text="Today and the local days before it, so many in all."
    )
    to = DayOrMoment(required=False, help_text="The last day, or the moment before which the span ends.")
    time_zone = serializers.CharField(required=False, help_text="IANA name; the organization's when absent.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        first = DayOrMoment(required=False, help_text="The first day, or the first moment.")
        return {"from": first, **super().get_fields()}

    def validate_time_zone(self, value: str) -> ZoneInfo:
        if not families.is_zone(value):
            raise serializers.ValidationError("There is no such time zone.")
        return ZoneInfo(value)

    def span(self, said: dict[str, Any]) -> Span:
        """Errors: BadQuery, BadSpan."""
        now = self.context["now"]
        zone = said.get("time_zone") or ZoneInfo(self.context["organization"].time_zone)
        first, last = said.get("from"), said.get("to")
        if (first is None) != (last is None) or (first is None) == (said.get("days") is None):
            raise BadQuery("days", A_SPAN)
        if first is None or last is None:
            return Span.last_days(said["days"], now=now, zone=zone)
        if isinstance(first, datetime) != isinstance(last, datetime):
            raise BadQuery("to", "Write both ends as days, or both as moments.")
        return (
            _between(first, last, now, zone)
            if isinstance(first, datetime)
            else Span.between(first, last, now=now, zone=zone)
        )


def _between(first: datetime, last: datetime, now: datetime, zone: ZoneInfo) -> Span:
    if first >= last:
        raise BadSpan("The first moment must be before the last one.")
    if not FIRST_DAY.year <= first.year < LAST_YEAR:
        raise BadSpan(f"Moments lie between {FIRST_DAY.year} and {LAST_YEAR}.")
    if last - first > timedelta(days=MAX_DAYS):
        raise BadSpan(f"A span is at most {MAX_DAYS} days.")
    return Span(first.astimezone(UTC), last.astimezone(UTC), zone, "")
