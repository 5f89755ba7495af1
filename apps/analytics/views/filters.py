"""Adding a filter: the form, the values one may type, and the way back to the page with the filter in its address."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import reswap, retarget

from apps.accounts.access import MemberRequest
from apps.analytics.campaign_names import named_like
from apps.analytics.filter_form import NewFilter
from apps.analytics.filters import NO_LABEL, BadFilter
from apps.analytics.forms import ReportForm
from apps.analytics.given_names import NO_CAMPAIGN
from apps.analytics.page import Question, render_part, report
from apps.analytics.query import values_of
from apps.analytics.query.dimensions import LABEL


@report("the filter")
def filter_added(request: MemberRequest) -> HttpResponse:
    """To the page the form stands on, narrowed; 422 with the form when the condition cannot be read."""
    new = NewFilter.read(request.GET)
    if "add" not in request.GET:
        return _form(request, new)
    try:
        return HttpResponseRedirect(new.address())
    except BadFilter as error:
        answer = render_part(
            request, "analytics/_filter_form.html", {"filter": new.refused(str(error))}, title="Add a filter"
        )
    answer.status_code = 422
    answer["HX-Push-Url"] = "false"
    return reswap(retarget(answer, "#filter-form"), "outerHTML")


@report("the filter")
def filter_form(request: MemberRequest) -> HttpResponse:
    return _form(request, NewFilter.read(request.GET))


@report("values to choose")
def values(request: MemberRequest) -> HttpResponse:
    """At most 20 values of the field that begin with what was typed, for the list under it; of campaigns by their names."""
    question = Question.read(request, ReportForm, now=timezone.now())
    new = NewFilter.read(request.GET)
    if new.field == LABEL:
        campaigns = named_like(question.organization.pk, new.value)
        return render(request, "analytics/_values.html", {"values": [*campaigns, (NO_LABEL, NO_CAMPAIGN)]})
    found = values_of(question.warehouse, new.dimension, new.value, question.span) if new.dimension else []
    return render(request, "analytics/_values.html", {"values": new.offered(found)})


def _form(request: MemberRequest, new: NewFilter) -> HttpResponse:
    """The whole form; for htmx what of it depends on the field."""
    part = "analytics/_filter_fields.html" if request.htmx else "analytics/_filter_form.html"
    return render_part(request, part, {"filter": new}, title="Add a filter")
