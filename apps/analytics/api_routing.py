"""`/api/v1/campaigns/{key}/trace`: why a stored click went where it went, or what would become of a request."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import Conflict, Fault, Faulty, problems
from apps.accounts.rate_limits import Weight
from apps.accounts.roles import Scope
from apps.analytics.reports.events import BIGGEST_ID
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.traced import stored_click, traced
from apps.analytics.routing.tried import Visit, tried
from apps.campaigns import access, definition
from apps.campaigns.api.door import Asked, ProgramView
from apps.campaigns.api.schema import DefinitionField, an_example
from apps.campaigns.models import Campaign, Status
from apps.ingress.answer import is_tracked
from apps.ingress.event import Event, Reason
from apps.ingress.plans.plan import BadPlan
from apps.ingress.plans.trace import Outcome, Trace
from apps.ingress.rules.text import to_bytes
from apps.ingress.warehouse.reader import Warehouse

DESCRIPTION = """
Which rules were tried, which conditions failed on what value, and what was chosen with what probability.

- `event_id` alone: why that click went where it went, by the version that decided it. `agrees` says whether the same comes of
  what is known of it today.
- `event_id` with `draft` or `version`: what would become of the same request under these.
- `click`: what would become of a made-up request, under `draft` or `version`, else under the campaign's draft.

Caps count as not full for what would be. The key needs the scope `analytics:read`.
"""
# JSON of many programs knows no larger whole numbers.
EXACT_MAX = 2**53 - 1
VERSION_MAX = 2**31 - 1
YEARS = (2000, 2200)
A_LINK = "The address of a link of this campaign is wanted here."
A_CLICK = "There is no such click of this campaign."


class RoutingView(ProgramView):
    """Questions about routing: all of them read what happened."""

    rate_weights = {"GET": Weight.REPORT, "POST": Weight.REPORT}

    @property
    def required_scope(self) -> Scope:
        return Scope.ANALYTICS_READ

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.key.organization_id)

    def document(self, campaign: Campaign, said: Mapping[str, Any]) -> dict[str, Any]:
        """The definition that was sent, else the campaign's draft. Errors: BadDefinition."""
        if "draft" not in said:
            return campaign.draft  # type: ignore[no-any-return]
        next_id = campaign.draft["next_id"]
        return definition.dump(definition.parse(said["draft"], self.key.organization, next_id=next_id))


class ClickSerializer(Asked):
    """A request that nobody made."""

    url = serializers.CharField(max_length=4_000, help_text="Of a link of the campaign, with its parameters.")
    ip = serializers.IPAddressField(required=False, default="")
    user_agent = serializers.CharField(required=False, default="", max_length=2_000, allow_blank=True)
    language = serializers.CharField(required=False, default="", max_length=200, allow_blank=True)
    referrer = serializers.CharField(required=False, default="", max_length=2_000, allow_blank=True)
    happened_at = serializers.DateTimeField(required=False, default_timezone=UTC, help_text="Now, when absent.")

    class Meta:
        ref_name = "MadeUpClick"

    def validate_url(self, value: str) -> str:
        try:
            urlsplit(value)
        except ValueError as error:
            raise serializers.ValidationError(A_LINK) from error
        return value

    def validate_happened_at(self, value: Any) -> Any:
        if not YEARS[0] <= value.year < YEARS[1]:
            raise serializers.ValidationError(f"Years from {YEARS[0]} to {YEARS[1]} can be tried.")
        return value


class TraceQuestion(Asked):
    event_id = serializers.RegexField(r"\A[1-9][0-9]{0,19}\Z", required=False, help_text="`id` of a stored click.")
    click = ClickSerializer(required=False, help_text="A made-up one.")
    draft = DefinitionField(required=False, help_text="A definition to try, which need not be saved.")
    version = serializers.IntegerField(required=False, min_value=1, max_value=VERSION_MAX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("event_id" in attrs) == ("click" in attrs):
            raise serializers.ValidationError("Name an event_id, or make up a click.")
        if "draft" in attrs and "version" in attrs:
            raise serializers.ValidationError({"version": ["Ask for a draft or a version, not for both."]})
        return attrs


@extend_schema_field(OpenApiTypes.ANY)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """Whatever the type of the field is."""


class TermSchema(serializers.Serializer[Any]):
    words = serializers.CharField(help_text="The condition in words.")
    field = serializers.CharField()
    value = ValueField(help_text="What the click has. Of parameters and headers: their names.")
    held = serializers.BooleanField()

    class Meta:
        ref_name = "TracedTerm"


class RuleTraceSchema(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[*map(str, Outcome)])
    terms = TermSchema(many=True)

    class Meta:
        ref_name = "TracedRule"


class TraceSchema(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    rule_id = serializers.IntegerField(help_text="0: no rule took it.")
    destination_id = serializers.IntegerField(help_text="0: none of the campaign's.")
    propensity = serializers.FloatField(help_text="How probable that destination was; 0 where nothing was chosen.")
    location = serializers.CharField(help_text="Where the visitor is sent; empty is the safe page of Trellis itself.")
    version = serializers.IntegerField(allow_null=True, help_text="By which this is; null is a draft.")
    agrees = serializers.BooleanField(
        allow_null=True, help_text="Of what happened: whether the same comes of it today."
    )
    why = serializers.CharField(help_text="Why not, in a sentence.")
    rules = RuleTraceSchema(many=True)

    class Meta:
        ref_name = "Trace"


class TraceView(RoutingView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="trace",
        tags=["routing"],
        summary="Why a click goes where it goes",
        description=DESCRIPTION,
        request=TraceQuestion,
        examples=[
            an_example("A stored click", {"event_id": "7389512345678901248"}),
            an_example(
                "A made-up one", {"click": {"url": "https://go.example.com/in/spring?sub1=x", "ip": "192.0.2.7"}}
            ),
        ],
        responses={200: TraceSchema} | problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    )
    def post(self, request: Request, key: str) -> Response:
        campaign = access.campaign_for(self.key, key)
        said = TraceQuestion.read(request.data)
        event = self._event(campaign, said) if "event_id" in said else None
        if event and not said.keys() & {"draft", "version"}:
            return Response(_as_it_was(campaign, event))
        return Response(self._as_it_would_be(campaign, event, said))

    def _event(self, campaign: Campaign, said: Mapping[str, Any]) -> Event:
        number = int(said["event_id"])
        event = stored_click(self.warehouse, number) if number <= BIGGEST_ID else None
        if event is None or event.routed_campaign_id != campaign.pk:
            raise Faulty([Fault("#/event_id", A_CLICK, "reference")])
        return event

    def _as_it_would_be(self, campaign: Campaign, event: Event | None, said: Mapping[str, Any]) -> dict[str, Any]:
        number = said.get("version")
        document = _version(campaign, number) if number else self.document(campaign, said)
        now, keys = timezone.now(), list(campaign.links.order_by("pk").values_list("key", flat=True))
        visit = Visit.stored(event, keys) if event else _visit(said["click"], keys, now)
        status = campaign.status if number else Status.ACTIVE
        try:
            found = tried(campaign, document, visit, version=number or 0, status=status, now=now)
        except BadPlan as error:
            raise Conflict(f"This cannot be tried: {error}") from error
        return {
            **_trace(found.trace, document),
            "location": _shown(found.location),
            "version": number,
            "agrees": None,
            "why": "",
        }


def _as_it_was(campaign: Campaign, event: Event) -> dict[str, Any]:
    version = campaign.versions.filter(number=event.routed_version).first()
    if version is None:
        raise Conflict("It came while nothing of the campaign was published: the organization's default decided.")
    unit = {
        "organization_id": campaign.organization_id,
        "key": campaign.key,
        "version": version.number,
        "document": version.document,
    }
    try:
        found = traced(event, unit)
    except BadPlan as error:
        raise Conflict(f"The version that decided cannot be read any more: {error}") from error
    said = {"location": _shown(event.destination), "version": version.number, "agrees": found.agrees, "why": found.why}
    return {**_trace(found.trace, version.document), **said}


def _version(campaign: Campaign, number: int) -> dict[str, Any]:
    version = campaign.versions.filter(number=number).first()
    if version is None:
        raise Faulty([Fault("#/version", f"There is no version {number}.", "reference")])
    return version.document  # type: ignore[no-any-return]


def _visit(click: Mapping[str, Any], keys: list[str], now: Any) -> Visit:
    path = urlsplit(click["url"]).path
    if not is_tracked(to_bytes(path)) or path[4:] not in keys:
        raise Faulty([Fault("#/click/url", A_LINK, "link")])
    return Visit.made_up(
        click["url"],
        user_agent=click["user_agent"],
        ip=click["ip"],
        at=click.get("happened_at", now),
        language=click["language"],
        referrer=click["referrer"],
    )


def _trace(trace: Trace, document: Mapping[str, Any]) -> dict[str, Any]:
    draft = Draft.read(document)
    rules = [
        {
            "id": rule.rule_id,
            "name": draft.rule_name(rule.rule_id),
            "outcome": rule.outcome,
            "terms": [{**term._asdict(), "value": _plain(term.value)} for term in rule.terms],
        }
        for rule in trace.rules
    ]
    return {**trace._asdict(), "rules": rules}


def _plain(value: str | int | bool | tuple[str, ...]) -> str | int | bool | list[str]:
    if isinstance(value, tuple):
        return [*map(_shown, value)]
    if isinstance(value, str):
        return _shown(value)
    return str(value) if abs(value) > EXACT_MAX else value


def _shown(text: str) -> str:
    """Bytes that are no UTF-8 as `\\xff`."""
    return to_bytes(text).decode("utf-8", "backslashreplace")
