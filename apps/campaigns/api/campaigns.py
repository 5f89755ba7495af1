"""The campaigns of an organization, one of them, and its rules."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import problems
from apps.accounts.models import User
from apps.campaigns import access, editing
from apps.campaigns.api import schema
from apps.campaigns.api.door import Asked, ProgramView, match, tagged
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import DefinitionField, DefinitionSchema, RuleSchema, RulesField, an_example
from apps.campaigns.models import Campaign, Status
from apps.campaigns.models.campaigns import PRIORITY, PRIORITY_HELP, PRIORITY_MAX, TAG_MAX_CHARS, TAGS_MAX

LIST = """
The organization's campaigns, the newest first, without their definitions. Archived ones come only when `status` asks for them.
Follow `next_cursor` until it is null.
"""
PUT = """
Name, tags, priority and draft, all four as they are from now on. What was read may be sent back changed: values that cannot be set
are passed over. Links go on as they are until the draft is published.
"""
PATCH = """
Only what is named changes: of the draft too, part by part, so that `{"draft": {"fallback": […]}}` leaves its rules alone.
"""


class CampaignQuery(PageQuery):
    status = serializers.ChoiceField(
        choices=Status.values, required=False, help_text="Only campaigns with this status."
    )
    tag = serializers.CharField(required=False, max_length=TAG_MAX_CHARS, help_text="Only campaigns with this tag.")
    search = serializers.CharField(required=False, max_length=200, help_text="Part of a name or key.")


class CampaignSummarySchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="`routed_campaign_id` of the clicks it routed. 64 bits, therefore a string.")
    key = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    tags = serializers.ListField(child=serializers.CharField())
    priority = serializers.IntegerField(help_text=PRIORITY_HELP)
    revision = serializers.IntegerField(help_text="Grows with every change of name, tags, priority or draft.")
    version = serializers.IntegerField(allow_null=True, help_text="What is published; null: nothing is.")
    is_published = serializers.BooleanField(help_text="Whether the draft is what is published.")
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField()
    edited_by = serializers.CharField(allow_null=True)
    status_at = serializers.DateTimeField(help_text="Since when it has its status.")

    class Meta:
        ref_name = "CampaignSummary"


class CampaignSchema(CampaignSummarySchema):
    draft = DefinitionSchema()

    class Meta:
        ref_name = "Campaign"


class CampaignPageSchema(serializers.Serializer[Any]):
    data = CampaignSummarySchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "CampaignPage"


class RulesSchema(serializers.Serializer[Any]):
    data = RuleSchema(many=True)  # type: ignore[assignment]

    class Meta:
        ref_name = "Rules"


def tags_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=TAG_MAX_CHARS), required=False, max_length=TAGS_MAX
    )


def priority_field() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=1, max_value=PRIORITY_MAX, help_text=PRIORITY_HELP)


class NewCampaign(Asked):
    name = serializers.CharField(max_length=editing.NAME_MAX_CHARS)
    key = serializers.CharField(required=False, max_length=64, help_text="Stands in the addresses of its first link.")
    tags = tags_field()
    draft = DefinitionField(required=False, help_text="Where it sends whom; nowhere yet, when absent.")


class WholeCampaign(Asked):
    name = serializers.CharField(max_length=editing.NAME_MAX_CHARS)
    tags = tags_field()
    priority = priority_field()
    draft = DefinitionField()

    ignored = frozenset(CampaignSchema._declared_fields)


class CampaignParts(Asked):
    name = serializers.CharField(required=False, max_length=editing.NAME_MAX_CHARS)
    tags = tags_field()
    priority = priority_field()
    draft = DefinitionField(required=False)


class NewRules(Asked):
    data = RulesField(help_text="In the order in which they are tried.")  # type: ignore[assignment]


class CampaignList(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_campaigns",
        tags=["campaigns"],
        summary="Campaigns, newest first",
        description=LIST,
        parameters=[CampaignQuery],
        responses={200: CampaignPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = CampaignQuery.read(request.query_params)
        narrowed = {name: said[name] for name in ("status", "tag", "search") if name in said}
        found, cursor = page(access.campaigns_for(self.key, **narrowed), said)
        data = [_summary(each, version=each.version_number, is_published=not each.is_changed) for each in found]  # type: ignore[attr-defined]
        return Response({"data": data, "next_cursor": cursor})

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="create_campaign",
        tags=["campaigns"],
        summary="A new draft and its first link",
        parameters=[schema.IDEMPOTENCY_KEY, schema.etag(201)],
        request=NewCampaign,
        examples=[an_example("Germans on phones", {"name": "Spring", "tags": ["shop"], "draft": schema.DRAFT})],
        responses={201: CampaignSchema} | problems(400, 401, 403, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        return once(request, self.key.organization_id, lambda: self._made(request))

    def _made(self, request: Request) -> Response:
        said = NewCampaign.read(request.data)
        campaign = editing.new_campaign(
            self.key.organization,
            self.user,
            said["name"],
            key=said.get("key", ""),
            tags=said.get("tags", ()),
            document=said.get("draft"),
        )
        return told(request, campaign, status=201, headers={"Location": address_of(campaign)})


class CampaignDetail(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_campaign",
        tags=["campaigns"],
        summary="One campaign with its draft",
        parameters=[schema.IF_NONE_MATCH, schema.etag(200)],
        responses={200: CampaignSchema, 304: None} | problems(401, 403, 404),
    )
    def get(self, request: Request, key: str) -> Response:
        return told(request, access.campaign_for(self.key, key))

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="replace_campaign",
        tags=["campaigns"],
        summary="Name, tags, priority and draft anew",
        description=PUT,
        parameters=[schema.IF_MATCH, schema.etag(200)],
        request=WholeCampaign,
        examples=[an_example("All of it", {"name": "Spring", "tags": [], "draft": schema.DRAFT})],
        responses={200: CampaignSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415, 428),
    )
    def put(self, request: Request, key: str) -> Response:
        said = WholeCampaign.read(request.data)
        priority = said.get("priority", PRIORITY)
        return _saved(self, key, said["draft"], name=said["name"], tags=said.get("tags", []), priority=priority)

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="change_campaign",
        tags=["campaigns"],
        summary="Some of name, tags, priority and draft",
        description=PATCH,
        parameters=[schema.IF_MATCH, schema.etag(200)],
        request=CampaignParts,
        examples=[an_example("Another fallback", {"draft": {"fallback": [{"destination": 2, "weight": 1}]}})],
        responses={200: CampaignSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415, 428),
    )
    def patch(self, request: Request, key: str) -> Response:
        said = CampaignParts.read(request.data)
        words = {name: said.get(name) for name in ("name", "tags", "priority")}
        return _saved(self, key, said.get("draft", {}), **words, is_part=True)


class CampaignRules(ProgramView):
    document_at = "#"

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_rules",
        tags=["campaigns"],
        summary="The rules of the draft, in order",
        parameters=[schema.IF_NONE_MATCH, schema.etag(200)],
        responses={200: RulesSchema, 304: None} | problems(401, 403, 404),
    )
    def get(self, request: Request, key: str) -> Response:
        campaign = access.campaign_for(self.key, key)
        return tagged(request, {"data": campaign.draft["rules"]}, campaign.etag)

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="replace_rules",
        tags=["campaigns"],
        summary="The rules of the draft anew",
        parameters=[schema.IF_MATCH, schema.etag(200)],
        request=NewRules,
        examples=[an_example("One rule", {"data": [schema.GERMAN_PHONES]})],
        responses={200: RulesSchema} | problems(400, 401, 403, 404, 409, 412, 413, 415, 428),
    )
    def put(self, request: Request, key: str) -> Response:
        rules = NewRules.read(request.data)["data"]
        campaign = _save(self, key, {"rules": rules}, is_part=True)
        return tagged(request, {"data": campaign.draft["rules"]}, campaign.etag)

    def place(self, pointer: str) -> str:
        """A body has nothing but rules: what else is wrong is the draft's."""
        return f"#/data{pointer.removeprefix('/rules')}" if pointer.startswith("/rules") else "#"


def told(request: Request, campaign: Campaign, **words: Any) -> Response:
    """The campaign as it is now, with its ETag."""
    version = campaign.version.number if campaign.version else 0
    summary = _summary(campaign, version=version, is_published=campaign.is_published)
    return tagged(request, {**summary, "draft": campaign.draft}, campaign.etag, **words)


def address_of(campaign: Campaign) -> str:
    return reverse("campaigns:api-campaign", args=[campaign.key])


def seen(view: ProgramView, key: str, *, needed: bool) -> Campaign:
    """The campaign, locked, if it is as If-Match says. Errors: Http404, those of `match`."""
    campaign = access.campaign_to_change(view.key, key)
    match(view.request, campaign.etag, needed=needed)
    return campaign


def _saved(view: ProgramView, key: str, draft: Any, **words: Any) -> Response:
    return told(view.request, _save(view, key, draft, **words))


@transaction.atomic
def _save(view: ProgramView, key: str, draft: Any, *, is_part: bool = False, **words: Any) -> Campaign:
    campaign = seen(view, key, needed=True)
    document = {**campaign.draft, **draft} if is_part and isinstance(draft, dict) else draft
    return editing.save_draft(campaign.pk, document, seen=campaign.revision, user=view.user, **words)


def _summary(campaign: Campaign, *, version: int, is_published: bool) -> dict[str, Any]:
    return {
        "id": str(campaign.pk),
        "key": campaign.key,
        "name": campaign.name,
        "status": campaign.status,
        "tags": campaign.tags,
        "priority": campaign.priority,
        "revision": campaign.revision,
        "version": version or None,
        "is_published": is_published,
        "created_at": campaign.created_at,
        "edited_at": campaign.edited_at,
        "edited_by": person(campaign.edited_by),
        "status_at": campaign.status_at,
    }


def person(user: User | None) -> str | None:
    return user.get_full_name() if user else None
