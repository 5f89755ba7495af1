"""Editions: the labels of an organization's clicks from one change to the next, and taking one back."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import Conflict, problems
from apps.accounts.rate_limits import Weight
from apps.attribution import access
from apps.attribution.api.asked import Why
from apps.attribution.api.told import (
    EditionPageSchema,
    EditionSchema,
    RunSchema,
    edition_document,
    on_its_way,
)
from apps.attribution.ledger import reverting, running
from apps.campaigns.api import schema
from apps.campaigns.api.door import ProgramView
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import an_example

REVERT = """
What the edition's run named gets the labels of the runs that still stand, in a job, as a new edition; nothing is deleted. Reverting
that edition sets the run up again. What is reverted already, or being reverted, is refused.
"""


class EditionList(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_editions",
        tags=["attribution"],
        summary="Editions, newest first",
        parameters=[PageQuery],
        responses={200: EditionPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        said = PageQuery.read(request.query_params)
        found, cursor = page(access.editions_for(self.key), said, by="number")
        return Response({"data": [*map(edition_document, found)], "next_cursor": cursor})


class EditionDetail(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_edition",
        tags=["attribution"],
        summary="One edition",
        description="An edition never changes.",
        responses={200: EditionSchema} | problems(401, 403, 404),
    )
    def get(self, request: Request, number: int) -> Response:
        return Response(edition_document(access.edition_for(self.key, number)))


class EditionRevert(ProgramView):
    rate_weights = {"POST": Weight.RUN}

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="revert_edition",
        tags=["attribution"],
        summary="Take back what an edition changed",
        description=REVERT,
        parameters=[schema.IDEMPOTENCY_KEY],
        request=Why,
        examples=[an_example("With a note", {"note": "It was the wrong partner"})],
        responses={202: RunSchema} | problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def post(self, request: Request, number: int) -> Response:
        return once(request, self.key.organization_id, lambda: self._reverted(request, number))

    def _reverted(self, request: Request, number: int) -> Response:
        note = Why.read(request.data)["note"]
        run = access.run_to_revert(self.key, number)
        if run is None:
            raise Conflict("No run made this edition: what is published is changed by publishing again.")
        if standing := reverting.standing_revert(run):
            raise Conflict(f"Edition {number} {reverting.words(standing)}.")
        try:
            revert = reverting.plan(run, now=timezone.now(), by=self.user, note=note)
        except reverting.NotDone as error:
            raise Conflict(str(error)) from error
        return on_its_way(revert, running.start(revert, key_id=self.key_id))
