"""`/api/v1/saved-views`: the questions of Explore that everybody of the organization sees."""

from typing import Any, cast

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_problems import problems
from apps.accounts.belonging import Program
from apps.accounts.roles import Scope
from apps.analytics import access
from apps.analytics.models import SavedView
from apps.campaigns.api.campaigns import person
from apps.campaigns.api.pages import PageQuery, page

DESCRIPTION = """
Those that are shared. What people keep for themselves stays with them: a key is the organization's, whoever made it.
"""


class SavedViewSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    name = serializers.CharField()
    query = serializers.CharField(help_text="The address of its page after the question mark.")
    address = serializers.CharField(help_text="Of its page, for people, as a path on this host.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()

    class Meta:
        ref_name = "SavedView"


class SavedViewPageSchema(serializers.Serializer[Any]):
    data = SavedViewSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "SavedViewPage"


class SavedViewList(APIView):
    required_scope = Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_saved_views",
        tags=["saved views"],
        summary="Saved views, newest first",
        description=DESCRIPTION,
        parameters=[PageQuery],
        responses={200: SavedViewPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = PageQuery.read(request.query_params)
        found, cursor = page(access.shared_views_for(cast(Program, request.auth)), said)
        return Response({"data": [*map(_document, found)], "next_cursor": cursor})


def _document(view: SavedView) -> dict[str, Any]:
    return {
        "id": str(view.pk),
        "name": view.name,
        "query": view.query,
        "address": reverse("analytics:saved-view", args=[view.pk]),
        "created_at": view.created_at,
        "created_by": person(view.owner),
    }
