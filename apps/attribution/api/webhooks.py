"""Webhooks: which programs are told, kept by programs."""

from hashlib import sha256
from typing import Any

import orjson
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import problems
from apps.accounts.locks import opened
from apps.accounts.roles import Scope
from apps.attribution import access
from apps.attribution.models import EventType, WebhookEndpoint
from apps.attribution.models.webhooks import PURPOSE, URL_MAX_CHARS
from apps.attribution.webhooks.places import BadPlace, place_of
from apps.campaigns.api import schema
from apps.campaigns.api.campaigns import person
from apps.campaigns.api.door import Asked, ProgramView, match, tagged
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import an_example

CREATE = """
This answer has the `secret` that every message is signed with, and no other has it: only the same request sent again with its
`Idempotency-Key` gets it again.
"""
ADDRESS = "Of your program: https, on the public internet. It is looked up now, and again for each message."

WEBHOOK_ID = OpenApiParameter(
    "endpoint_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="`id` of the webhook."
)


class WebhookSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    url = serializers.CharField(help_text="Where messages go.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices), help_text="Told of these.")
    is_paused = serializers.BooleanField(help_text="Messages wait until it goes on.")
    old_secret_ends_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before this one signs as well; null: none does."
    )
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "Webhook"


class MadeWebhookSchema(WebhookSchema):
    secret = serializers.CharField(help_text="After Standard Webhooks: `whsec_` and base64. Told here alone.")

    class Meta:
        ref_name = "MadeWebhook"


class WebhookPageSchema(serializers.Serializer[Any]):
    data = WebhookSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "WebhookPage"


class WebhookParts(Asked):
    url = serializers.CharField(required=False, max_length=URL_MAX_CHARS, help_text=ADDRESS)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EventType.choices),
        required=False,
        allow_empty=False,
        max_length=len(EventType),
        help_text="Of what it is told.",
    )
    is_paused = serializers.BooleanField(required=False, help_text="Whether messages wait.")

    def validate_url(self, value: str) -> str:
        try:
            place_of(value)
        except BadPlace as error:
            raise serializers.ValidationError(str(error), code="place") from error
        return value

    def validate_events(self, value: list[str]) -> list[str]:
        return [*dict.fromkeys(value)]


class NewWebhook(WebhookParts):
    url = serializers.CharField(max_length=URL_MAX_CHARS, help_text=ADDRESS)


class SettingsView(ProgramView):
    """Who may not manage does not see where messages go either: as on the pages."""

    @property
    def required_scope(self) -> Scope:
        return Scope.SETTINGS_WRITE


class WebhookList(SettingsView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_webhooks",
        tags=["webhooks"],
        summary="Webhooks, newest first",
        parameters=[PageQuery],
        responses={200: WebhookPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = PageQuery.read(request.query_params)
        found, cursor = page(WebhookEndpoint.objects.visible_to(self.key).select_related("created_by"), said)
        return Response({"data": [*map(_document, found)], "next_cursor": cursor})

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="create_webhook",
        tags=["webhooks"],
        summary="A new webhook, told of everything unless `events` says of what",
        description=CREATE,
        parameters=[schema.IDEMPOTENCY_KEY, schema.etag(201)],
        request=NewWebhook,
        examples=[
            an_example("Of runs", {"url": "https://hooks.example/trellis", "events": [EventType.APPLIED.value]}),
        ],
        responses={201: MadeWebhookSchema} | problems(400, 401, 403, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        answer = once(request, self.key.organization_id, lambda: self._made(request))
        # What is kept for whoever asks again has the secret locked, as the webhook itself has.
        answer.data = answer.data | {"secret": opened(answer.data["secret"], PURPOSE)}
        return answer

    def _made(self, request: Request) -> Response:
        said, now = NewWebhook.read(request.data), timezone.now()
        endpoint = WebhookEndpoint.objects.create(
            organization=self.key.organization,
            url=said["url"],
            events=said.get("events", EventType.values),
            paused_at=now if said.get("is_paused") else None,
            created_by=self.user,
            created_at=now,
        )
        document = _document(endpoint)
        place = reverse("attribution:api-webhook", args=[endpoint.pk])
        told = document | {"secret": endpoint.locked_secret}
        return tagged(request, told, _etag(document), status=201, headers={"Location": place})


class WebhookDetail(SettingsView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_webhook",
        tags=["webhooks"],
        summary="One webhook",
        parameters=[WEBHOOK_ID, schema.IF_NONE_MATCH, schema.etag(200)],
        responses={200: WebhookSchema, 304: None} | problems(401, 403, 404),
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        return _told(request, access.endpoint_for(self.key, endpoint_id))

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="change_webhook",
        tags=["webhooks"],
        summary="Change a webhook, pause it, have it go on",
        description="Only what is named changes. What waits goes to a new address, too.",
        parameters=[WEBHOOK_ID, schema.IF_MATCH, schema.etag(200)],
        request=WebhookParts,
        examples=[an_example("Pause", {"is_paused": True})],
        responses={200: WebhookSchema} | problems(400, 401, 403, 404, 412, 413, 415, 428),
    )
    def patch(self, request: Request, endpoint_id: int) -> Response:
        said = WebhookParts.read(request.data)
        with transaction.atomic():
            endpoint = self._to_change(request, endpoint_id)
            endpoint.url, endpoint.events = said.get("url", endpoint.url), said.get("events", endpoint.events)
            if "is_paused" in said:
                endpoint.paused_at = (endpoint.paused_at or timezone.now()) if said["is_paused"] else None
            endpoint.save(update_fields=["url", "events", "paused_at"])
        return _told(request, endpoint)

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="remove_webhook",
        tags=["webhooks"],
        summary="Remove a webhook, with its messages",
        parameters=[WEBHOOK_ID, schema.IF_MATCH],
        responses={204: None} | problems(401, 403, 404, 412, 428),
    )
    @transaction.atomic
    def delete(self, request: Request, endpoint_id: int) -> Response:
        self._to_change(request, endpoint_id).delete()
        return Response(status=204)

    def _to_change(self, request: Request, endpoint_id: int) -> WebhookEndpoint:
        endpoint = access.endpoint_to_change(self.key, endpoint_id)
        match(request, _etag(_document(endpoint)), needed=True)
        return endpoint


def _told(request: Request, endpoint: WebhookEndpoint) -> Response:
    document = _document(endpoint)
    return tagged(request, document, _etag(document))


def _etag(document: dict[str, Any]) -> str:
    """Of all that is told of it."""
    return sha256(orjson.dumps(document)).hexdigest()[:32]


def _document(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": str(endpoint.pk),
        "url": endpoint.url,
        "events": endpoint.events,
        "is_paused": endpoint.paused_at is not None,
        "old_secret_ends_at": endpoint.old_secret_ends_at if endpoint.signs_with_old(timezone.now()) else None,
        "created_at": endpoint.created_at,
        "created_by": person(endpoint.created_by),
    }
