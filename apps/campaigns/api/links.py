"""The links of an organization: those of campaigns, and those with a destination of their own."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import Fault, Faulty, problems
from apps.campaigns import access
from apps.campaigns.api import schema
from apps.campaigns.api.campaigns import person
from apps.campaigns.api.door import Asked, ProgramView, match, tagged
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import an_example
from apps.campaigns.destination import MAX_CHARS
from apps.campaigns.editing import NAME_MAX_CHARS
from apps.campaigns.models import Campaign, Link, new_key
from apps.campaigns.models.keys import TAKEN
from apps.campaigns.models.links import PARAMETER_MAX_CHARS, PARAMETERS_MAX
from apps.campaigns.publish import publish_link
from apps.campaigns.sources import SOURCES

CREATE = """
A link of a campaign leads where the campaign says; without one it has a destination of its own. With a `source` and no
`parameters` it gets those of the source: UTM, and the macros that the source fills in.
"""


class LinkQuery(PageQuery):
    campaign = serializers.CharField(
        required=False, max_length=64, help_text="Only links of the campaign with this key."
    )
    search = serializers.CharField(required=False, max_length=200, help_text="Part of a name, key or destination.")


def parameters_field(**words: Any) -> serializers.ListField:
    pair = serializers.ListField(
        child=serializers.CharField(max_length=PARAMETER_MAX_CHARS, allow_blank=True, trim_whitespace=False),
        min_length=2,
        max_length=2,
    )
    says = "Pairs of a name and a value: what the address that people copy says."
    return serializers.ListField(child=pair, max_length=PARAMETERS_MAX, help_text=says, **words)


class LinkSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    key = serializers.CharField()
    name = serializers.CharField()
    campaign = serializers.CharField(allow_null=True, help_text="The key of its campaign.")
    destination = serializers.CharField(help_text="Empty: its campaign says where it leads.")
    source = serializers.CharField(help_text="The preset its parameters came from.")  # type: ignore[assignment]
    parameters = parameters_field()
    url = serializers.CharField(help_text="Where it is followed.")
    address = serializers.CharField(help_text="The same with its parameters: what people copy.")
    is_paused = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Link"


class LinkPageSchema(serializers.Serializer[Any]):
    data = LinkSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "LinkPage"


class NewLink(Asked):
    name = serializers.CharField(max_length=NAME_MAX_CHARS)
    key = serializers.CharField(required=False, max_length=64, help_text="Of your choice; it never changes.")
    campaign = serializers.CharField(required=False, max_length=64, help_text="The key of the campaign it belongs to.")
    destination = serializers.CharField(required=False, max_length=MAX_CHARS, help_text="Of a link without a campaign.")
    source = serializers.ChoiceField(choices=[*SOURCES], required=False)  # type: ignore[assignment]
    parameters = parameters_field(required=False)


class LinkParts(Asked):
    name = serializers.CharField(required=False, max_length=NAME_MAX_CHARS)
    destination = serializers.CharField(required=False, max_length=MAX_CHARS, help_text="Of a link without a campaign.")
    source = serializers.ChoiceField(choices=[*SOURCES], required=False, allow_blank=True)  # type: ignore[assignment]
    parameters = parameters_field(required=False)


class LinkList(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_links",
        tags=["links"],
        summary="Links, newest first",
        parameters=[LinkQuery],
        responses={200: LinkPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = LinkQuery.read(request.query_params)
        links: QuerySet[Link] = access.links_for(self.key, search=said.get("search", ""))
        if "campaign" in said:
            links = links.filter(campaign__key=said["campaign"])
        found, cursor = page(links.select_related("campaign", "created_by").defer("campaign__draft"), said)
        return Response({"data": [*map(_document, found)], "next_cursor": cursor})

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="create_link",
        tags=["links"],
        summary="A new link",
        description=CREATE,
        parameters=[schema.IDEMPOTENCY_KEY, schema.etag(201)],
        request=NewLink,
        examples=[
            an_example(
                "Of a campaign, for Google Ads", {"name": "Brand", "campaign": "spring", "source": "google-ads"}
            ),
            an_example("By itself", {"name": "Poster", "destination": "https://shop.example/?c={click_id}"}),
        ],
        responses={201: LinkSchema} | problems(400, 401, 403, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        return once(request, self.key.organization_id, lambda: self._made(request))

    def _made(self, request: Request) -> Response:
        said = NewLink.read(request.data)
        campaign = self._campaign(said["campaign"]) if "campaign" in said else None
        link = Link(organization=self.key.organization, campaign=campaign, created_by=self.user, name=said["name"])
        _refuse_destination(link, said)
        link.key = said.get("key") or new_key()
        link.destination, link.source = said.get("destination", ""), said.get("source", "")
        link.parameters = said.get("parameters", _preset(link))
        _insert(link)
        publish_link(link)
        return _told(request, link, status=201, headers={"Location": reverse("campaigns:api-link", args=[link.key])})

    def _campaign(self, key: str) -> Campaign:
        found = Campaign.objects.visible_to(self.key).filter(key=key).first()
        if found is None:
            raise Faulty([Fault("#/campaign", "There is no campaign with this key.", "reference")])
        return found


class LinkDetail(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_link",
        tags=["links"],
        summary="One link",
        parameters=[schema.IF_NONE_MATCH, schema.etag(200)],
        responses={200: LinkSchema, 304: None} | problems(401, 403, 404),
    )
    def get(self, request: Request, key: str) -> Response:
        return _told(request, access.link_for(self.key, key))

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="change_link",
        tags=["links"],
        summary="Change a link",
        description="Only what is named changes. Key and campaign never do: clicks are stored under them.",
        parameters=[schema.IF_MATCH, schema.etag(200)],
        request=LinkParts,
        examples=[an_example("Another destination", {"destination": "https://shop.example/new?c={click_id}"})],
        responses={200: LinkSchema} | problems(400, 401, 403, 404, 412, 413, 415, 428),
    )
    def patch(self, request: Request, key: str) -> Response:
        said = LinkParts.read(request.data)
        with transaction.atomic():
            link = access.link_to_change(self.key, key)
            match(request, _etag(link), needed=True)
            _refuse_destination(link, said)
            for name, value in said.items():
                setattr(link, name, value)
            link.full_clean()
            link.save()
            publish_link(link)
        return _told(request, link)


class LinkPause(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="pause_link",
        tags=["links"],
        summary="Pause: its clicks go to the organization's default destination",
        parameters=[schema.IF_MATCH_OPTIONAL, schema.etag(200)],
        request=None,
        responses={200: LinkSchema} | problems(401, 403, 404, 412),
    )
    def post(self, request: Request, key: str) -> Response:
        return _switched(self, key, is_paused=True)


class LinkResume(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="resume_link",
        tags=["links"],
        summary="Go on after a pause",
        parameters=[schema.IF_MATCH_OPTIONAL, schema.etag(200)],
        request=None,
        responses={200: LinkSchema} | problems(401, 403, 404, 412),
    )
    def post(self, request: Request, key: str) -> Response:
        return _switched(self, key, is_paused=False)


@transaction.atomic
def _switched(view: ProgramView, key: str, *, is_paused: bool) -> Response:
    """One that is so already stays as it is."""
    link = access.link_to_change(view.key, key)
    match(view.request, _etag(link), needed=False)
    if is_paused and not link.paused_at:
        link.pause(timezone.now())
    elif link.paused_at and not is_paused:
        link.resume()
    publish_link(link)
    return _told(view.request, link)


def _insert(link: Link) -> None:
    """Errors: Faulty, ValidationError. Somebody may take the key between our looking and our saving."""
    link.full_clean()
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:
        raise Faulty([Fault("#/key", TAKEN, "unique")]) from error


def _refuse_destination(link: Link, said: dict[str, Any]) -> None:
    if link.campaign_id and said.get("destination"):
        raise Faulty([Fault("#/destination", "A link of a campaign leads where the campaign says.", "campaign")])


def _preset(link: Link) -> list[list[str]]:
    named = link.campaign or link
    return SOURCES[link.source].parameters(slugify(named.name) or named.key) if link.source else []


def _etag(link: Link) -> str:
    return f"{link.updated_at:%Y%m%d%H%M%S%f}"


def _told(request: Request, link: Link, **words: Any) -> Response:
    return tagged(request, _document(link), _etag(link), **words)


def _document(link: Link) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "key": link.key,
        "name": link.name,
        "campaign": link.campaign.key if link.campaign else None,
        "destination": link.destination,
        "source": link.source,
        "parameters": link.parameters,
        "url": link.url,
        "address": link.address,
        "is_paused": link.paused_at is not None,
        "created_at": link.created_at,
        "created_by": person(link.created_by),
        "updated_at": link.updated_at,
    }
