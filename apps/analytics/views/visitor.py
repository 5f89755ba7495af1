"""Settings, Privacy: one visitor's data, by id. By POST throughout, so that no log and no history has the id."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.analytics import erasures
from apps.analytics.privacy_forms import VisitorForm
from apps.analytics.visitor_data import found, json_lines
from apps.ingress.warehouse.errors import WarehouseUnavailable


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def visitor(request: MemberRequest) -> HttpResponse:
    """How much there is of a visitor, and what can be done with it."""
    form = VisitorForm(request.POST, organization_id=request.member.organization_id)
    if not form.is_valid():
        return _refused(request, form)
    try:
        return render(request, "analytics/visitor.html", {"found": found(*form.whose)})
    except WarehouseUnavailable:
        return _refused(request, form, status=503)


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def export_visitor(request: MemberRequest) -> HttpResponseBase:
    """All of it as JSON lines."""
    form = VisitorForm(request.POST, organization_id=request.member.organization_id)
    if not form.is_valid():
        return _refused(request, form)
    return StreamingHttpResponse(
        json_lines(*form.whose),
        content_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="visitor.jsonl"'},
    )


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def erase_visitor(request: MemberRequest) -> HttpResponse:
    """Starts the job, once the word was typed that says that it is meant."""
    form = VisitorForm(request.POST, organization_id=request.member.organization_id)
    if not form.is_valid():
        return _refused(request, form)
    if request.POST.get("sure") != "yes":
        return render(request, "analytics/visitor.html", {"found": found(*form.whose), "unsure": True}, status=422)
    member = request.member
    job = erasures.start(*form.whose, timezone.now(), by=member.user.email, user_id=member.user.pk)
    messages.success(
        request, "The visitor is being erased. What was removed stands on the Privacy page when it is done."
    )
    return redirect("analytics:job", job.pk)


def _refused(request: MemberRequest, form: VisitorForm, *, status: int = 422) -> HttpResponse:
    return render(request, "analytics/visitor.html", {"form": form, "unavailable": status == 503}, status=status)
