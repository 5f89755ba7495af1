"""What the documentation of the API says of definitions and headers. `apps.campaigns.definition` decides what a definition is."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_field
from rest_framework import serializers

from apps.campaigns.definition import Do, Of, Others, Per, Sticky
from apps.campaigns.definition.parse import DESTINATIONS_MAX, LIMIT_MAX, NAME_MAX_CHARS, RULES_MAX, WEIGHT_MAX
from apps.campaigns.destination import MAX_CHARS

AnyField = serializers.Field[Any, Any, Any, Any]
HEADER = OpenApiParameter.HEADER
IF_MATCH = OpenApiParameter("If-Match", str, HEADER, required=True, description="The ETag of what you read, or `*`.")
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match", str, HEADER, description="The ETag of what you read: refused when it is another by now."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, HEADER, description="The ETag you know: 304 when it is the same."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, HEADER, description="Of your choice. Sent again within a day, it gets the same answer."
)
GERMAN_PHONES = {
    "name": "German phones",
    "when": {
        "all": [
            {"field": "country", "op": "is", "value": "DE"},
            {"field": "device_type", "op": "is", "value": "phone"},
        ]
    },
    "to": [{"destination": 2, "weight": 70}, {"destination": 1, "weight": 30}],
}
DRAFT = {
    "zone": "Europe/Berlin",
    "destinations": [
        {"id": 1, "name": "Shop", "url": "https://shop.example/?c={click_id}"},
        {"id": 2, "name": "Shop DE", "url": "https://shop.example/de?c={click_id}"},
    ],
    "rules": [GERMAN_PHONES],
    "fallback": [{"destination": 1, "weight": 100}],
}


def an_example(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def etag(*statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        "ETag", str, HEADER, response=[*statuses], description="What the next change names in If-Match."
    )


@extend_schema_field(OpenApiTypes.OBJECT)
class RuleDocument(serializers.Field[Any, Any, Any, Any]):
    """A rule as docs/rules.md has it."""


class CapSchema(serializers.Serializer[Any]):
    of = serializers.ChoiceField(choices=[*map(str, Of)])
    per = serializers.ChoiceField(choices=[*map(str, Per)])
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX)

    class Meta:
        ref_name = "Cap"


class ShareSchema(serializers.Serializer[Any]):
    destination = serializers.IntegerField(min_value=1, help_text="The id of a destination of this definition.")
    weight = serializers.IntegerField(min_value=1, max_value=WEIGHT_MAX)

    class Meta:
        ref_name = "Share"


class DestinationSchema(serializers.Serializer[Any]):
    id = serializers.IntegerField(required=False, min_value=1, help_text="Left out of what is new: it gets one.")
    name = serializers.CharField(max_length=NAME_MAX_CHARS)
    url = serializers.CharField(max_length=MAX_CHARS, help_text="http(s), with macros such as {click_id}.")
    paused = serializers.BooleanField(required=False, default=False)
    caps = CapSchema(many=True, required=False)

    class Meta:
        ref_name = "Destination"


class RuleSchema(serializers.Serializer[Any]):
    id = serializers.IntegerField(required=False, min_value=1, help_text="Left out of what is new: it gets one.")
    name = serializers.CharField(max_length=NAME_MAX_CHARS)
    when = RuleDocument(help_text="The condition, in the rule language.")
    paused = serializers.BooleanField(required=False, default=False)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    caps = CapSchema(many=True, required=False)
    to = ShareSchema(many=True, required=False)

    class Meta:
        ref_name = "RoutingRule"


class ParameterSchema(serializers.Serializer[Any]):
    name = serializers.CharField()
    do = serializers.ChoiceField(choices=[*map(str, Do)])

    class Meta:
        ref_name = "NamedParameter"

    def get_fields(self) -> dict[str, AnyField]:
        alias = serializers.CharField(required=False, allow_blank=True, help_text="The new name, where it is renamed.")
        return {**super().get_fields(), "as": alias}


class ParametersSchema(serializers.Serializer[Any]):
    others = serializers.ChoiceField(choices=[*map(str, Others)], required=False)
    named = ParameterSchema(many=True, required=False)

    class Meta:
        ref_name = "Parameters"


class DefinitionSchema(serializers.Serializer[Any]):
    """Where a campaign sends whom. What may be left out has a usual value: docs/campaigns.md."""

    membership = RuleDocument(required=False, allow_null=True, help_text="Which traffic is its own; null: its links'.")
    sticky = serializers.ChoiceField(choices=[*map(str, Sticky)], required=False)
    zone = serializers.CharField(required=False, help_text="IANA name; the organization's when absent.")
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    parameters = ParametersSchema(required=False)
    caps = CapSchema(many=True, required=False)
    destinations = serializers.ListField(child=DestinationSchema(), required=False, max_length=DESTINATIONS_MAX)
    rules = serializers.ListField(child=RuleSchema(), required=False, max_length=RULES_MAX)
    fallback = ShareSchema(many=True, required=False)
    next_id = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        ref_name = "Definition"


class Untouched(serializers.Field[Any, Any, Any, Any]):
    """Passed on as it came, to what knows how to read it."""

    def to_internal_value(self, data: Any) -> Any:
        return data


@extend_schema_field(DefinitionSchema)
class DefinitionField(Untouched):
    pass


@extend_schema_field(RuleSchema(many=True))
class RulesField(Untouched):
    pass
