"""What was published of a campaign, publishing, and everything else that is done to one."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import Fault, Faulty, problems
from apps.campaigns import access, editing
from apps.campaigns.api import schema
from apps.campaigns.api.campaigns import CampaignSchema, address_of, person, seen, told
from apps.campaigns.api.door import Asked, ProgramView
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import DefinitionSchema, an_example
from apps.campaigns.models import Campaign, CampaignVersion

NUMBER_MAX = 2**31 - 1
PUBLISH = """
The draft becomes the newest version, in force on every ingress process within two seconds: all of it or nothing, with all of the
campaign's links. Publishing what is published already changes nothing.
"""
RESTORE = "An earlier version becomes the draft. What is in force stays so until it is published."
DEEDS: dict[str, tuple[Callable[..., Campaign], str]] = {
    "activate": (editing.activate, "Go live"),
    "pause": (editing.pause, "Pause: clicks go to the organization's default destination"),
    "resume": (editing.resume, "Go on after a pause"),
    "archive": (editing.archive, "Put away; its key stays taken"),
    "unarchive": (editing.unarchive, "Take out of the archive"),
}


class VersionSummarySchema(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="`routed_version` of the clicks it routed.")
    note = serializers.CharField()
    changes = serializers.ListField(child=serializers.CharField(), help_text="What is new in it, in sentences.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "VersionSummary"


class VersionSchema(VersionSummarySchema):
    document = DefinitionSchema()

    class Meta:
        ref_name = "Version"


class VersionPageSchema(serializers.Serializer[Any]):
    data = VersionSummarySchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "VersionPage"


class Note(Asked):
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, help_text="Why.")


class Earlier(Asked):
    version = serializers.IntegerField(min_value=1, max_value=NUMBER_MAX)


class NewName(Asked):
    name = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=editing.NAME_MAX_CHARS, help_text="Of the copy."
    )


class Nothing(Asked):
    pass


class VersionList(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_versions",
        tags=["campaigns"],
        summary="What was published, newest first",
        parameters=[PageQuery],
        responses={200: VersionPageSchema} | problems(400, 401, 403, 404),
    )
    def get(self, request: Request, key: str) -> Response:
        said = PageQuery.read(request.query_params)
        versions = access.campaign_for(self.key, key).versions.select_related("created_by").defer("document")
        found, cursor = page(versions, said, by="number")
        return Response({"data": [*map(_summary, found)], "next_cursor": cursor})


class VersionDetail(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_version",
        tags=["campaigns"],
        summary="One version whole",
        description="A version never changes.",
        responses={200: VersionSchema} | problems(401, 403, 404),
    )
    def get(self, request: Request, key: str, number: int) -> Response:
        version = access.version_for(self.key, key, number)
        return Response({**_summary(version), "document": version.document})


class Publish(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="publish_campaign",
        tags=["campaigns"],
        summary="Publish the draft",
        description=PUBLISH,
        parameters=[schema.IF_MATCH, schema.IDEMPOTENCY_KEY, schema.etag(200)],
        request=Note,
        examples=[an_example("With a note", {"note": "The summer shop is open"})],
        responses={200: CampaignSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    )
    def post(self, request: Request, key: str) -> Response:
        return once(request, self.key.organization_id, lambda: self._published(request, key))

    def _published(self, request: Request, key: str) -> Response:
        said, campaign = Note.read(request.data), seen(self, key, needed=True)
        editing.publish(campaign.pk, seen=campaign.revision, user=self.user, note=said["note"])
        return told(request, access.campaign_for(self.key, key))


class Restore(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="restore_version",
        tags=["campaigns"],
        summary="An earlier version as the draft",
        description=RESTORE,
        parameters=[schema.IF_MATCH, schema.IDEMPOTENCY_KEY, schema.etag(200)],
        request=Earlier,
        examples=[an_example("The first", {"version": 1})],
        responses={200: CampaignSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    )
    def post(self, request: Request, key: str) -> Response:
        return once(request, self.key.organization_id, lambda: self._restored(request, key))

    def _restored(self, request: Request, key: str) -> Response:
        number, campaign = Earlier.read(request.data)["version"], seen(self, key, needed=True)
        try:
            restored = editing.restore(campaign.pk, number, seen=campaign.revision, user=self.user)
        except CampaignVersion.DoesNotExist as error:
            raise Faulty([Fault("#/version", f"There is no version {number}.", "reference")]) from error
        return told(request, restored)


class Clone(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="clone_campaign",
        tags=["campaigns"],
        summary="A new draft with the same definition",
        parameters=[schema.IF_MATCH_OPTIONAL, schema.IDEMPOTENCY_KEY, schema.etag(201)],
        request=NewName,
        examples=[an_example("Under a name", {"name": "Spring, again"})],
        responses={201: CampaignSchema} | problems(400, 401, 403, 404, 412, 413, 415, 422),
    )
    def post(self, request: Request, key: str) -> Response:
        return once(request, self.key.organization_id, lambda: self._cloned(request, key))

    def _cloned(self, request: Request, key: str) -> Response:
        said, campaign = NewName.read(request.data), seen(self, key, needed=False)
        copy = editing.clone(campaign.pk, user=self.user, name=said["name"])
        return told(request, copy, status=201, headers={"Location": address_of(copy)})


class Deed(ProgramView):
    """One of DEEDS: done to what is so already, it changes nothing. The address says which."""

    act: Callable[..., Campaign]

    def post(self, request: Request, key: str) -> Response:
        Nothing.read(request.data)
        with transaction.atomic():
            campaign = seen(self, key, needed=False)
            return told(request, self.act(campaign.pk, user=self.user))


def _deed(name: str) -> type[Deed]:
    act, summary = DEEDS[name]
    view = type(f"{name.title()}Campaign", (Deed,), {"act": staticmethod(act)})
    documented: type[Deed] = extend_schema_view(
        post=extend_schema(
            operation_id=f"{name}_campaign",
            tags=["campaigns"],
            summary=summary,
            parameters=[schema.IF_MATCH_OPTIONAL, schema.etag(200)],
            request=None,
            responses={200: CampaignSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415),
        )
    )(view)
    return documented


VIEWS = {name: _deed(name) for name in DEEDS}


def _summary(version: CampaignVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "note": version.note,
        "changes": version.changes,
        "created_at": version.created_at,
        "created_by": person(version.created_by),
    }
