"""`POST /api/v1/query`: the engine behind every report, for programs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_body import JsonBody
from apps.accounts.api_problems import problems
from apps.accounts.models import ApiKey, Organization
from apps.accounts.roles import Scope
from apps.analytics.freshness import freshness
from apps.analytics.kinds import Kinds
from apps.analytics.query import DIMENSIONS, METRICS, Answer, BadQuery, Compare, Interval, Number, Query, Row, answer
from apps.analytics.query.question import MAX_LIMIT
from apps.analytics.query.table import csv_of, key_of, plain
from apps.analytics.span import FIRST_DAY, MAX_DAYS, BadSpan, Span
from apps.ingress.rules import EVERYTHING, BadRule, Rule, families, parse
from apps.ingress.warehouse.reader import Warehouse

DESCRIPTION = """
Counts clicks and money of a span, for each combination of up to three dimensions or each interval of time, narrowed by a rule. It
is the engine behind every report, so its numbers are those of the pages; docs/reports.md says what each means.

The key needs the scope `analytics:read`; it also says which organization.
"""
EXAMPLE = OpenApiExample(
    "Countries of a week, beside the week before",
    value={
        "days": 7,
        "metrics": ["clicks", "conversion_rate", "revenue"],
        "dimensions": ["country"],
        "compare": "previous",
    },
    request_only=True,
)
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


@extend_schema_field(OpenApiTypes.OBJECT)
class RuleField(serializers.Field[Any, Any, Any, Any]):
    """A rule as docs/rules.md has it."""

    def to_internal_value(self, data: Any) -> Rule:
        try:
            return parse(data)
        except BadRule as error:
            raise serializers.ValidationError(nested(error.pointer, error.sentence)) from error


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


class QuestionSerializer(SpanSerializer):
    """Names that are not known are refused: a misspelt filter would answer with everything."""

    metrics = serializers.ListField(
        child=serializers.ChoiceField(choices=[*METRICS]), required=False, default=["clicks", "visitors"], min_length=1
    )
    dimensions = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        default=[],
        max_length=3,
        help_text=f"Of {', '.join(DIMENSIONS)}, parameter:NAME.",
    )
    interval = serializers.ChoiceField(choices=[*map(str, Interval)], required=False, allow_null=True, default=None)
    rule = RuleField(required=False, help_text="Which events count; all when absent.")
    kinds = serializers.ChoiceField(
        choices=[*map(str, Kinds)], required=False, default="people", help_text="Whose clicks and visits count."
    )
    order = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="A metric or dimension of this query; - begins with the biggest.",
    )
    limit = serializers.IntegerField(
        required=False, default=100, min_value=1, max_value=MAX_LIMIT, help_text="Of groups."
    )
    offset = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**31, help_text="Groups to leave out."
    )
    compare = serializers.ChoiceField(choices=[*map(str, Compare)], required=False, allow_null=True, default=None)
    format = serializers.ChoiceField(choices=["json", "csv"], required=False, default="json")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        try:
            attrs["query"] = self._query(attrs)
        except BadQuery as error:
            raise serializers.ValidationError({error.field: [str(error)]}) from error
        except BadSpan as error:
            raise serializers.ValidationError({"from": [str(error)]}) from error
        return attrs

    def _query(self, said: dict[str, Any]) -> Query:
        return Query(
            span=self.span(said),
            metrics=tuple(said["metrics"]),
            dimensions=tuple(said["dimensions"]),
            interval=Interval(said["interval"]) if said["interval"] else None,
            rule=said.get("rule", EVERYTHING),
            kinds=Kinds(said["kinds"]),
            order=said["order"],
            limit=said["limit"],
            offset=said["offset"],
            compare=Compare(said["compare"]) if said["compare"] else None,
        )


class QueryRowSerializer(serializers.Serializer[Any]):
    key = serializers.DictField(
        child=serializers.CharField(), help_text="By dimension; a city also has its country and region."
    )
    at = serializers.DateTimeField(allow_null=True, help_text="When the interval begins.")
    values = serializers.DictField(help_text="By metric. Money is a string; null is not defined, or not known.")
    before = serializers.DictField(allow_null=True, help_text="The same of the time compared with.")

    class Meta:
        ref_name = "QueryRow"


class QueryAnswerSerializer(serializers.Serializer[Any]):
    data = QueryRowSerializer(many=True)  # type: ignore[assignment]
    totals = QueryRowSerializer(help_text="Over everything, shown or not.")
    rest = QueryRowSerializer(many=True, help_text="What the limit cut off; visitors are counted, not subtracted.")
    groups = serializers.IntegerField(help_text="How many there are, shown or not.")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    time_zone = serializers.CharField()
    currency = serializers.CharField(help_text="Of all money, ISO 4217.")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="What was read: the hourly roll-up, single events, or both."
    )
    notes = serializers.ListField(child=serializers.CharField(), help_text="Why something is not known.")
    asked_at = serializers.DateTimeField(allow_null=True)
    cached = serializers.BooleanField()
    fresh_until = serializers.DateTimeField(allow_null=True, help_text="Up to when everything received is counted.")

    class Meta:
        ref_name = "QueryAnswer"


class QueryView(APIView):
    parser_classes = (JsonBody,)
    required_scope = Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="query",
        tags=["reports"],
        summary="Any report",
        description=DESCRIPTION,
        request=QuestionSerializer,
        examples=[EXAMPLE],
        responses={200: QueryAnswerSerializer} | problems(400, 401, 403, 422, 503),
    )
    def post(self, request: Request) -> HttpResponseBase:
        now = timezone.now()
        organization = cast(ApiKey, request.auth).organization
        asked = QuestionSerializer(data=request.data, context={"now": now, "organization": organization})
        asked.is_valid(raise_exception=True)
        found = answer(Warehouse(organization.pk, cached=True), asked.validated_data["query"])
        if asked.validated_data["format"] == "csv":
            return StreamingHttpResponse(csv_of(found), content_type="text/csv; charset=utf-8")
        return Response(_document(found, organization, now))


def nested(pointer: str, sentence: str) -> Any:
    """An error deep inside a document, as serializers nest it."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return reduce(lambda inner, step: {step: inner}, reversed(steps), cast(Any, [sentence]))


def _between(first: datetime, last: datetime, now: datetime, zone: ZoneInfo) -> Span:
    if first >= last:
        raise BadSpan("The first moment must be before the last one.")
    if not FIRST_DAY.year <= first.year < LAST_YEAR:
        raise BadSpan(f"Moments lie between {FIRST_DAY.year} and {LAST_YEAR}.")
    if last - first > timedelta(days=MAX_DAYS):
        raise BadSpan(f"A span is at most {MAX_DAYS} days.")
    return Span(first.astimezone(UTC), last.astimezone(UTC), zone, "")


def _document(found: Answer, organization: Organization, now: datetime) -> Mapping[str, Any]:
    span = found.query.span
    return {
        "data": [_row(found, row) for row in found.rows],
        "totals": _row(found, found.totals),
        "rest": [_row(found, row) for row in found.rest],
        "groups": found.keys,
        "start": span.start,
        "end": span.end,
        "time_zone": span.zone.key,
        "currency": organization.currency,
        "source": found.source,
        "notes": found.notes,
        "asked_at": found.asked_at,
        "cached": found.cached,
        "fresh_until": freshness(now).until,
    }


def _row(found: Answer, row: Row) -> dict[str, Any]:
    return {"key": key_of(found, row), "at": row.at, "values": _written(row.values), "before": _written(row.before)}


def _written(values: Mapping[str, Number] | None) -> dict[str, Any] | None:
    """Money as strings."""
    if values is None:
        return None
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in values.items()}
