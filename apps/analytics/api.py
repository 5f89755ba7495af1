"""`/api/v1/events`: stored events for programs."""

import re
from datetime import UTC
from typing import Any, cast

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_problems import problems
from apps.accounts.belonging import Program
from apps.accounts.roles import Scope
from apps.analytics.reports.events import (
    BEGINNING,
    BIGGEST_ID,
    FOREVER,
    BadCursor,
    Cursor,
    Selection,
    event_by_id,
    newest_events,
)
from apps.ingress.event import FIELDS, Event, Kind, Origin, Reason
from apps.ingress.rules import FIELDS as RULE_FIELDS
from apps.ingress.snowflake import click_id
from apps.ingress.warehouse.reader import Warehouse

MAX_EVENTS = 1000
# As many digits as 64 bits can need.
AN_ID = re.compile(r"[0-9]{1,20}")
DESCRIPTION = """
Every request on the organization's tracked links, of every kind, newest first. Follow `next_cursor` until it is null:
each event comes exactly once, and events that arrive meanwhile are not mixed in.

The key needs the scope `analytics:read`; it also says which organization.
"""


AnyField = serializers.Field[Any, Any, Any, Any]
_FIELD_OF: dict[type, type[AnyField]] = {
    str: serializers.CharField,
    int: serializers.IntegerField,
    bool: serializers.BooleanField,
}
ENRICHED = FIELDS[FIELDS.index("country") :]


class EventQuery(serializers.Serializer[Any]):
    """Which events. Names that are not known are refused: a misspelt filter would answer with everything."""

    to = serializers.DateTimeField(
        required=False, default_timezone=UTC, help_text="Only events before this moment (RFC 3339)."
    )
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind], required=False, help_text="Only this kind.")
    link = serializers.CharField(required=False, max_length=64, help_text="Only clicks on the link with this key.")
    reason = serializers.ChoiceField(
        choices=[reason.value for reason in Reason], required=False, help_text="Only events decided for this reason."
    )
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=MAX_EVENTS)

    def get_fields(self) -> dict[str, AnyField]:
        earliest = serializers.DateTimeField(
            required=False, default_timezone=UTC, help_text="Only events at or after this moment (RFC 3339)."
        )
        return {"from": earliest, **super().get_fields()}

    def validate_cursor(self, value: str) -> Cursor:
        try:
            return Cursor.parse(value)
        except BadCursor as error:
            raise serializers.ValidationError(str(error)) from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: ["There is no such filter."] for name in unknown})
        return attrs

    @property
    def selection(self) -> Selection:
        said = self.validated_data
        return Selection(
            start=said.get("from", BEGINNING),
            end=said.get("to", FOREVER),
            kind=said.get("kind", ""),
            link_key=said.get("link", ""),
            reason=said.get("reason", ""),
        )


class EventSerializer(serializers.Serializer[Event]):
    """One request as it was stored. Text that is not UTF-8 has its bytes as `\\xff`; empty means absent."""

    id = serializers.CharField(source="event_id", help_text="64 bits, therefore a string. Ids sort by time.")
    click_id = serializers.SerializerMethodField(
        help_text="The id that went out with the visitor, e.g. for a postback."
    )
    happened_at = serializers.DateTimeField(default_timezone=UTC)
    stored_at = serializers.DateTimeField(default_timezone=UTC)
    visitor_id = serializers.SerializerMethodField(
        help_text="64 bits, therefore a string; empty when there was no visitor cookie."
    )
    visitor_is_new = serializers.BooleanField()
    method = serializers.CharField()
    scheme = serializers.CharField()
    host = serializers.CharField()
    path = serializers.CharField()
    query = serializers.CharField(help_text="As received, undecoded, with every repeat in order.")
    parameters = serializers.DictField(
        child=serializers.CharField(), help_text="The query decoded: the first value of each name."
    )
    headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Pairs of name and value, in order, with repeats.",
    )
    withheld_headers = serializers.ListField(
        child=serializers.CharField(), help_text="Names of headers that were sent and not kept, such as cookie."
    )
    ip = serializers.CharField()
    user_agent = serializers.CharField()
    referrer = serializers.CharField()
    origin = serializers.ChoiceField(
        choices=[origin.value for origin in Origin], help_text="Which door the event came through."
    )
    status = serializers.IntegerField(help_text="The HTTP status we answered with.")
    reason = serializers.ChoiceField(
        choices=[reason.value for reason in Reason], help_text="Why the visitor was sent where they were."
    )
    link_key = serializers.CharField(help_text="Empty when the request named no link of ours.")
    destination = serializers.CharField(help_text="Where the visitor was sent.")

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind], help_text="Who asked.")

    def get_fields(self) -> dict[str, AnyField]:
        said = super().get_fields()
        return {**said, **{name: _found(name) for name in ENRICHED if name not in said}}

    def get_click_id(self, event: Event) -> str:
        return click_id(event.event_id)

    def get_visitor_id(self, event: Event) -> str:
        return str(event.visitor_id) if event.visitor_id else ""


def _found(name: str) -> AnyField:
    """The field of what enrichment found, or of the version that found it."""
    field = _FIELD_OF[type(Event._field_defaults[name])]
    known = RULE_FIELDS.get(name)
    says = f"{known.label.capitalize()}; empty when unknown." if known else "Version of our definitions; 0 is not yet."
    return field(help_text=says)


class EventPageSerializer(serializers.Serializer[Any]):
    data = EventSerializer(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "EventPage"


def _warehouse(request: Request) -> Warehouse:
    """Of the organization of the key; HasScope has made sure that there is one."""
    return Warehouse(cast(Program, request.auth).organization_id)


class EventList(APIView):
    required_scope = Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_events",
        tags=["events"],
        summary="Events, newest first",
        description=DESCRIPTION,
        parameters=[EventQuery],
        responses={200: EventPageSerializer} | problems(400, 401, 403, 422, 503),
    )
    def get(self, request: Request) -> Response:
        asked = EventQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        found, after = newest_events(
            _warehouse(request), asked.selection, Event, limit=said["limit"], after=said.get("cursor")
        )
        # One serializer for all: making one for each event costs more than the question.
        data = [*map(EventSerializer().to_representation, found)]
        return Response({"data": data, "next_cursor": str(after) if after else None})


class EventDetail(APIView):
    required_scope = Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_event",
        tags=["events"],
        summary="One event",
        parameters=[
            OpenApiParameter("event_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="`id` of the event.")
        ],
        responses={200: EventSerializer} | problems(401, 403, 404, 503),
    )
    def get(self, request: Request, event_id: str) -> Response:
        number = int(event_id) if AN_ID.fullmatch(event_id) else BIGGEST_ID + 1
        event = event_by_id(_warehouse(request), number) if number <= BIGGEST_ID else None
        if event is None:
            raise Http404("There is no such event.")
        return Response(EventSerializer(event).data)
