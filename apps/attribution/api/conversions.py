"""Conversions as their postbacks tell them so far, for programs."""

from datetime import UTC
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import problems
from apps.accounts.roles import Scope
from apps.attribution import access
from apps.attribution.maps import Status
from apps.attribution.models import Conversion
from apps.campaigns.api.door import ProgramView
from apps.campaigns.api.pages import PageQuery, page

BIGGEST_ID = 2**63 - 1
DESCRIPTION = """
A conversion is what its postbacks come to: a later one changes it, and `changed_at` says when that was. Those whose click
is not known yet are there too, with `problem` saying why. Money is a decimal number in a string: `payout` in the network's
`currency`, all other amounts in the organization's.
"""


class ConversionQuery(PageQuery):
    to = serializers.DateTimeField(
        required=False, default_timezone=UTC, help_text="Only those told of before this moment (RFC 3339)."
    )
    status = serializers.ChoiceField(choices=Status.values, required=False)
    network = serializers.IntegerField(
        required=False, min_value=1, max_value=BIGGEST_ID, help_text="The id of the network that told of it."
    )
    txid = serializers.CharField(required=False, max_length=200, help_text="The network's number of the transaction.")
    click_id = serializers.CharField(required=False, max_length=200, help_text="As it came back.")
    click = serializers.ChoiceField(
        choices=["known", "unknown"], required=False, help_text="Only those whose click is known, or is not."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        earliest = serializers.DateTimeField(
            required=False, default_timezone=UTC, help_text="Only those told of at or after this moment (RFC 3339)."
        )
        return {"from": earliest, **super().get_fields()}


class ConversionSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    network = serializers.CharField(help_text="The id of the network.")
    network_name = serializers.CharField()
    txid = serializers.CharField(help_text="Empty where the network names no transaction.")
    goal = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    click_id = serializers.CharField(help_text="As it came back; empty where none was sent.")
    event = serializers.CharField(allow_null=True, help_text="The id of its click; null while that is not known.")
    clicked_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.ChoiceField(
        choices=Conversion.Problem.values, allow_blank=True, help_text="Why its click is not known."
    )
    happened_at = serializers.DateTimeField(help_text="When its first postback came.")
    changed_at = serializers.DateTimeField()
    payout = serializers.CharField(help_text="What the network says, rebills included.")
    currency = serializers.CharField(help_text="Of the payout.")
    rate = serializers.CharField(allow_null=True, help_text="To the organization's; null while none is known.")
    rate_on = serializers.DateField(help_text="The day of the rate.")
    revenue = serializers.CharField()
    pending = serializers.CharField(help_text="What may yet become revenue.")
    cost = serializers.CharField()
    own_currency = serializers.CharField(help_text="Of revenue, pending and cost.")

    class Meta:
        ref_name = "Conversion"


class ConversionPageSchema(serializers.Serializer[Any]):
    data = ConversionSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "ConversionPage"


class _ConversionView(ProgramView):
    @property
    def required_scope(self) -> Scope:
        return Scope.ANALYTICS_READ

    def told(self, conversion: Conversion) -> dict[str, Any]:
        return _document(conversion, self.key.organization.currency)


class ConversionList(_ConversionView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_conversions",
        tags=["conversions"],
        summary="Conversions, newest first",
        description=DESCRIPTION,
        parameters=[ConversionQuery],
        responses={200: ConversionPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = ConversionQuery.read(request.query_params)
        found, cursor = page(_selected(access.conversions_for(self.key), said), said)
        return Response({"data": [*map(self.told, found)], "next_cursor": cursor})


class ConversionDetail(_ConversionView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_conversion",
        tags=["conversions"],
        summary="One conversion",
        responses={200: ConversionSchema} | problems(401, 403, 404),
    )
    def get(self, request: Request, conversion_id: int) -> Response:
        return Response(self.told(access.conversion_for(self.key, conversion_id)))


def _selected(conversions: QuerySet[Conversion], said: dict[str, Any]) -> QuerySet[Conversion]:
    exact = {"status": "status", "network": "network_id", "txid": "txid", "click_id": "click"}
    condition = Q(**{column: said[name] for name, column in exact.items() if name in said})
    if "from" in said:
        condition &= Q(happened_at__gte=said["from"])
    if "to" in said:
        condition &= Q(happened_at__lt=said["to"])
    if "click" in said:
        condition &= Q(clicked_at__isnull=said["click"] == "unknown")
    return conversions.filter(condition)


def _document(conversion: Conversion, own_currency: str) -> dict[str, Any]:
    return {
        "id": str(conversion.pk),
        "network": str(conversion.network_id),
        "network_name": conversion.network.name,
        "txid": conversion.txid,
        "goal": conversion.goal,
        "status": conversion.status,
        "click_id": conversion.click,
        "event": str(conversion.event_id) if conversion.clicked_at else None,
        "clicked_at": conversion.clicked_at,
        "problem": conversion.problem,
        "happened_at": conversion.happened_at,
        "changed_at": conversion.changed_at,
        "payout": str(conversion.payout),
        "currency": conversion.currency,
        "rate": None if conversion.has_no_rate else str(conversion.rate),
        "rate_on": conversion.rate_on,
        "revenue": str(conversion.revenue),
        "pending": str(conversion.pending),
        "cost": str(conversion.cost),
        "own_currency": own_currency,
    }
