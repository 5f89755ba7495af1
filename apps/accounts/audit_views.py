"""Settings, Audit: who changed what, for owners."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.audit.asked import AuditQuestion
from apps.accounts.audit.told import AT_ONCE, HEADER, rows, told
from apps.accounts.roles import Verb
from apps.accounts.spreadsheet import lines_of

# More is asked for in spans of days.
FILE_MAX = 20_000


@role_required(Verb.OWN)
@require_GET
@vary_on_headers("HX-Request")
def audit(request: MemberRequest) -> HttpResponseBase:
    question = AuditQuestion(request.GET, member=request.member)
    if not question.is_valid():
        return render(request, "accounts/audit.html", {"form": question}, status=422)
    if request.GET.get("format") == "csv":
        return _file(question)
    found, cursor = question.page()
    asked = request.GET.copy()
    asked["cursor"] = str(cursor)
    context = {"form": question, "entries": told(found), "next_url": f"?{asked.urlencode()}" if cursor else ""}
    is_part = request.htmx and question.cleaned_data["cursor"]
    return render(request, "accounts/_audit_rows.html" if is_part else "accounts/audit.html", context)


def _file(question: AuditQuestion) -> HttpResponseBase:
    lines = lines_of(HEADER, rows(question.entries()[:FILE_MAX].iterator(chunk_size=AT_ONCE)))
    headers = {"Content-Disposition": 'attachment; filename="Audit.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
