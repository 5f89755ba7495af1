"""`/api/v1/campaigns/{key}/dry-run` and `/effectiveness`: where clicks would have gone, and what rules and destinations earned."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import problems
from apps.analytics import dry_runs
from apps.analytics.api_jobs import JobSchema, job_document
from apps.analytics.api_routing import RoutingView
from apps.analytics.api_span import SpanSerializer
from apps.analytics.query import BadQuery
from apps.analytics.routing.campaign import names_of
from apps.analytics.routing.documents import effectiveness_document, span_document
from apps.analytics.routing.effectiveness import effectiveness
from apps.analytics.span import BadSpan
from apps.campaigns import access
from apps.campaigns.api.door import Asked
from apps.campaigns.api.schema import DefinitionField, an_example
from apps.ingress.event import Reason

DRY_RUN = """
Where the clicks of a span, of the last seven days when none is named, would have gone under a definition: the one that is sent,
else the campaign's draft. Very many clicks are sampled, and each number then says how far it may be off; docs/routing-analysis.md
says how the numbers are made. More than 31 days are a job (202), and so is what is asked with `Prefer: respond-async`: its `result`
will be the answer. The key needs the scope `analytics:read`.
"""
EFFECTIVENESS = """
By rule and destination, of the last seven days when no span is named. Conversions belong to their click's day, however late they
came. The key needs the scope `analytics:read`.
"""
DAYS = 7
PREFER = OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="`respond-async`: as a job (RFC 7240).")
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[202], description="Of the job.")
SPAN_ENDS = frozenset({"days", "from", "to"})
ANY_NAME = "0 is none of the campaign's."


class SpanAsked(Asked, SpanSerializer):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            attrs["span"] = self.span(attrs if attrs.keys() & SPAN_ENDS else {**attrs, "days": DAYS})
        except BadQuery as error:
            raise serializers.ValidationError({error.field: [str(error)]}) from error
        except BadSpan as error:
            raise serializers.ValidationError({"from": [str(error)]}) from error
        return attrs


class DryRunQuestion(SpanAsked):
    draft = DefinitionField(required=False, help_text="A definition to try, which need not be saved.")


class EffectivenessQuestion(SpanAsked):
    by_version = serializers.BooleanField(required=False, default=False, help_text="Each version by itself.")


class CountSchema(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    error = serializers.IntegerField(help_text="How far it may be off, either way, at 95 %; 0 is exact.")

    class Meta:
        ref_name = "SampledCount"


class BothSchema(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text=ANY_NAME)
    name = serializers.CharField()
    now = CountSchema(help_text="Clicks as they were routed.")
    then = CountSchema(help_text="Clicks as they would have been.")

    class Meta:
        ref_name = "NowAndThen"


class OutcomeSchema(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    rule_id = serializers.IntegerField()
    destination_id = serializers.IntegerField()
    is_elsewhere = serializers.BooleanField(help_text="Another campaign, or none, routed it.")

    class Meta:
        ref_name = "RoutingOutcome"


class FlowSchema(serializers.Serializer[Any]):
    now = OutcomeSchema()
    then = OutcomeSchema()
    clicks = CountSchema()

    class Meta:
        ref_name = "Flow"


class EstimateSchema(serializers.Serializer[Any]):
    """Money with its interval of 95 %."""

    value = serializers.CharField()
    low = serializers.CharField()
    high = serializers.CharField()

    class Meta:
        ref_name = "Estimate"


class ExpectedSchema(serializers.Serializer[Any]):
    not_enough = serializers.CharField(help_text="Why nothing honest can be said; then the estimates are null.")
    recorded_revenue = serializers.CharField(help_text="What the same clicks earned.")
    recorded_epc = serializers.CharField(allow_null=True)
    revenue = EstimateSchema(allow_null=True)
    epc = EstimateSchema(allow_null=True, help_text="Per click.")
    effective_visitors = serializers.FloatField(help_text="How many visitors the estimate is worth.")
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "ExpectedRevenue"


class SpanSchema(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    time_zone = serializers.CharField()
    currency = serializers.CharField(help_text="Of all money, ISO 4217.")


class DryRunSchema(SpanSchema):
    clicks = CountSchema()
    moved = CountSchema(help_text="Those that would have gone to another destination than they did.")
    destinations = BothSchema(many=True)
    rules = BothSchema(many=True)
    flows = FlowSchema(many=True, help_text="The largest first.")
    expected = ExpectedSchema()
    share_read = serializers.FloatField(help_text="How much was looked at; 1 is everything.")
    asked_at = serializers.DateTimeField()
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "DryRun"


class RateSchema(serializers.Serializer[Any]):
    """A share with its interval of 95 %; 0.12 is 12 %."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()

    class Meta:
        ref_name = "Rate"


class EarnedSchema(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="0: of all versions.")
    rule_id = serializers.IntegerField(help_text="0: the fallback.")
    rule = serializers.CharField()
    destination_id = serializers.IntegerField(help_text=ANY_NAME)
    destination = serializers.CharField()
    clicks = serializers.IntegerField()
    visitors = serializers.IntegerField()
    conversions = serializers.IntegerField()
    converted = serializers.IntegerField(help_text="Clicks that have a conversion which stands.")
    rate = RateSchema(allow_null=True, help_text="The share of these.")
    revenue = serializers.CharField()
    cost = serializers.CharField()
    epc = serializers.CharField(allow_null=True)
    roi = serializers.FloatField(allow_null=True)
    propensity = serializers.FloatField(allow_null=True, help_text="The mean; null where nothing was chosen.")

    class Meta:
        ref_name = "Earned"


class EffectivenessSchema(SpanSchema):
    data = EarnedSchema(many=True, help_text="By rule and destination.")  # type: ignore[assignment]
    rules = EarnedSchema(many=True)
    destinations = EarnedSchema(many=True)
    total = EarnedSchema()

    class Meta:
        ref_name = "Effectiveness"


class DryRunView(RoutingView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="dry_run",
        tags=["routing"],
        summary="Where clicks would have gone",
        description=DRY_RUN,
        parameters=[PREFER, LOCATION],
        request=DryRunQuestion,
        examples=[an_example("The draft, last week", {}), an_example("Two weeks", {"days": 14})],
        responses={200: DryRunSchema, 202: JobSchema} | problems(400, 401, 403, 404, 413, 415, 422, 503),
    )
    def post(self, request: Request, key: str) -> Response:
        campaign = access.campaign_for(self.key, key)
        said = DryRunQuestion.read(request.data, context=_context(self))
        document = self.document(campaign, said)
        if "respond-async" in request.headers.get("Prefer", "") or dry_runs.is_long(said["span"]):
            user_id = self.user.pk if self.user else 0
            job = dry_runs.start(campaign, document, said["span"], user_id=user_id, key_id=self.key_id)
            return Response(
                job_document(job), status=202, headers={"Location": reverse("analytics:api-job", args=[job.pk])}
            )
        return Response(dry_runs.answer(campaign, document, said["span"]))


class EffectivenessView(RoutingView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="effectiveness",
        tags=["routing"],
        summary="What rules and destinations earned",
        description=EFFECTIVENESS,
        parameters=[EffectivenessQuestion],
        responses={200: EffectivenessSchema} | problems(400, 401, 403, 404, 422, 503),
    )
    def get(self, request: Request, key: str) -> Response:
        campaign = access.campaign_for(self.key, key)
        said = EffectivenessQuestion.read(request.query_params, context=_context(self))
        found = effectiveness(self.warehouse, campaign.pk, said["span"], by_version=said["by_version"])
        about = span_document(said["span"], self.key.organization.currency)
        return Response({**about, **effectiveness_document(found, names_of(campaign))})


def _context(view: RoutingView) -> dict[str, Any]:
    return {"now": timezone.now(), "organization": view.key.organization}
