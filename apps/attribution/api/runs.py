"""Runs: what was and is being done to the labels of clicks, a new one, and what it would do."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_problems import Conflict, problems
from apps.accounts.rate_limits import Weight
from apps.accounts.roles import Scope
from apps.attribution import access
from apps.attribution.api.asked import NewRun, WhichClicks, named, span
from apps.attribution.api.told import (
    PreviewSchema,
    RunPageSchema,
    RunSchema,
    keys_of,
    on_its_way,
    preview_document,
    run_document,
    run_told,
)
from apps.attribution.ledger import applying, running
from apps.attribution.ledger.orders import apply_now
from apps.attribution.ledger.preview import preview
from apps.attribution.models import Policy, Run
from apps.campaigns.api import schema
from apps.campaigns.api.door import ProgramView
from apps.campaigns.api.once import once
from apps.campaigns.api.pages import PageQuery, page
from apps.campaigns.api.schema import an_example
from apps.campaigns.api.versions import Nothing

NEW = """
Clicks of the past that fit get the campaign's name, in a job: one run of an organization after the other. Nothing shows until it is
done; then there is a new edition. Clicks that are stored later are named only by a run that goes live.
"""
PREVIEW = "What such a run would do if it began now, counted without writing. The key needs the scope `analytics:read`."
CANCEL = "Everything stays as it was before the run. Cancelled once more, it stays cancelled; what has ended otherwise is refused."
LAST_YEAR = {
    "campaign": "spring",
    "rule": {"field": "utm_campaign", "op": "is", "value": "spring-sale"},
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-04-01T00:00:00Z",
    "policy": "fill",
}
RUN_ID = OpenApiParameter("run_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="`id` of the run.")


class RunList(ProgramView):
    rate_weights = {"POST": Weight.RUN}

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="list_runs",
        tags=["attribution"],
        summary="Runs, newest first",
        parameters=[PageQuery],
        responses={200: RunPageSchema} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        found, cursor = page(access.runs_for(self.key), PageQuery.read(request.query_params))
        keys = keys_of([run.counts for run in found])
        return Response({"data": [run_document(run, keys) for run in found], "next_cursor": cursor})

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="start_run",
        tags=["attribution"],
        summary="Name clicks of the past",
        description=NEW,
        parameters=[schema.IDEMPOTENCY_KEY],
        request=NewRun,
        examples=[an_example("Of a sale that nobody had tagged", {**LAST_YEAR, "note": "as agreed"})],
        responses={202: RunSchema} | problems(400, 401, 403, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        return once(request, self.key.organization_id, lambda: self._started(request))

    def _started(self, request: Request) -> Response:
        said = NewRun.read(request.data, context={"organization_id": self.key.organization_id})
        run = applying.plan(
            said["campaign"],
            named(said),
            *span(said),
            policy=Policy(said["policy"]),
            now=timezone.now(),
            by=self.user,
            note=said["note"],
            goes_live=said["goes_live"],
        )
        return on_its_way(run, running.start(run, key_id=self.key_id))


class RunPreview(ProgramView):
    rate_weights = {"POST": Weight.RUN}

    @property
    def required_scope(self) -> Scope:
        return Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="preview_run",
        tags=["attribution"],
        summary="What a run would do",
        description=PREVIEW,
        request=WhichClicks,
        examples=[an_example("Of a sale that nobody had tagged", LAST_YEAR)],
        responses={200: PreviewSchema} | problems(400, 401, 403, 413, 415, 422, 503),
    )
    def post(self, request: Request) -> Response:
        said = WhichClicks.read(request.data, context={"organization_id": self.key.organization_id})
        campaign, policy = said["campaign"], Policy(said["policy"])
        order = apply_now(campaign, named(said).rule, *span(said), policy=policy, now=timezone.now())
        return Response(preview_document(preview(order), campaign.organization.currency, order.base.number))


class RunDetail(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_run",
        tags=["attribution"],
        summary="One run",
        parameters=[RUN_ID],
        responses={200: RunSchema} | problems(401, 403, 404),
    )
    def get(self, request: Request, run_id: int) -> Response:
        return run_told(access.run_for(self.key, run_id))


class RunCancel(ProgramView):
    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="cancel_run",
        tags=["attribution"],
        summary="End a run that is not done",
        description=CANCEL,
        parameters=[RUN_ID],
        request=None,
        responses={200: RunSchema} | problems(400, 401, 403, 404, 409, 413, 415),
    )
    def post(self, request: Request, run_id: int) -> Response:
        Nothing.read(request.data)
        run = access.run_for(self.key, run_id)
        if not running.cancel(run, timezone.now()) and run.state != Run.State.CANCELLED:
            raise Conflict(f"This run has ended: it is {run.state}.")
        return run_told(run)
