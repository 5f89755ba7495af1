"""`POST /api/v1/query`: the engine behind every report, for programs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, cast

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_body import JsonBody
from apps.accounts.api_problems import problems
from apps.accounts.belonging import Program
from apps.accounts.models import Organization
from apps.accounts.rate_limits import Weight
from apps.accounts.roles import Scope
from apps.analytics.api_span import SpanSerializer
from apps.analytics.filters import BadFilter, campaign_number
from apps.analytics.freshness import freshness
from apps.analytics.kinds import Kinds
from apps.analytics.narrowing import MAX_EDITION
from apps.analytics.query import (
    DIMENSIONS,
    METRICS,
    Answer,
    BadQuery,
    Compare,
    Interval,
    Labelled,
    Number,
    Query,
    Row,
    answer,
)
from apps.analytics.query.question import MAX_LIMIT
from apps.analytics.query.table import csv_of, key_of, plain
from apps.analytics.span import BadSpan
from apps.attribution.ledger.editions import AsOf, UnknownEdition, as_of, newest
from apps.ingress.rules import EVERYTHING, BadRule, Rule, parse
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


@extend_schema_field(OpenApiTypes.OBJECT)
class RuleField(serializers.Field[Any, Any, Any, Any]):
    """A rule as docs/rules.md has it."""

    def to_internal_value(self, data: Any) -> Rule:
        try:
            return parse(data)
        except BadRule as error:
            raise serializers.ValidationError(nested(error.pointer, error.sentence)) from error


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
    attributed_campaign = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Ids of campaigns: only what is attributed to one of them counts. `none` is what no campaign has.",
    )
    edition = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MAX_EDITION,
        help_text="What clicks are attributed to is told as of this edition; the newest when absent.",
    )
    format = serializers.ChoiceField(choices=["json", "csv"], required=False, default="json")

    def validate_attributed_campaign(self, value: list[str]) -> Labelled:
        try:
            return Labelled(tuple(dict.fromkeys(map(campaign_number, value))))
        except BadFilter as error:
            raise serializers.ValidationError(str(error)) from error

    def validate_edition(self, value: int | None) -> AsOf | None:
        try:
            return None if value is None else as_of(self.context["organization"].pk, value)
        except UnknownEdition as error:
            raise serializers.ValidationError(str(error)) from error

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
            labelled=said.get("attributed_campaign"),
            as_of=said.get("edition") or newest(self.context["organization"].pk),
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
        help_text="What was read: the hourly roll-up, single events, both, or the attribution ledger."
    )
    edition = serializers.IntegerField(
        help_text="What clicks are attributed to was told as of it; 0 is before the first."
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
    rate_weights = {"POST": Weight.REPORT}

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
        organization = cast(Program, request.auth).organization
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
        "edition": found.query.as_of.number if found.query.as_of else 0,
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
