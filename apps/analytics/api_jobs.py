"""`/api/v1/jobs/{id}`: long work, for the program that asked for it."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_problems import problems
from apps.accounts.belonging import Program
from apps.accounts.roles import Scope
from apps.ingress.models import Job


class JobSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Job.Status.values)
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0 while that is not known.")
    error = serializers.CharField(help_text="What keeps it from going on, or ended it.")
    result = serializers.DictField(allow_null=True, help_text="The answer, when it is done and has one.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Job"


class JobDetail(APIView):
    required_scope = Scope.ANALYTICS_READ

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="get_job",
        tags=["jobs"],
        summary="How far a job is, and what came of it",
        parameters=[
            OpenApiParameter("job_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="`id` of the job.")
        ],
        responses={200: JobSchema} | problems(401, 403, 404),
    )
    def get(self, request: Request, job_id: int) -> Response:
        organization_id = cast(Program, request.auth).organization_id
        return Response(job_document(get_object_or_404(Job, pk=job_id, organization_id=organization_id)))


def job_document(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "title": str(job),
        "state": job.status,
        "done": job.done,
        "total": job.total,
        "error": job.error,
        "result": job.result.get("answer"),
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }
