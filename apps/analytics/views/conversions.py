"""What clicks were worth: the conversions, the history of one, and those whose click is not known yet."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.analytics.conversions import ConversionsForm, csv_of, page_of
from apps.analytics.export import wants_csv
from apps.analytics.page import Question, report
from apps.attribution.access import conversion_for
from apps.attribution.matching import match_again
from apps.attribution.models import Conversion, Network


@report("the conversions")
def conversions(request: MemberRequest) -> HttpResponseBase:
    question = Question.read(request, ConversionsForm, now=timezone.now())
    form = question.form
    found = form.selected(request.member)
    if wants_csv(request):
        return _csv(question, csv_of(found))
    some, after = page_of(found, form.cleaned_data.get("after", ""))
    orphans = Conversion.objects.visible_to(request.member).orphans()
    context = {
        "question": question,
        "form": form,
        "conversions": some,
        "networks": Network.objects.visible_to(request.member),
        "orphans": 0 if form.is_continued else orphans.count(),
        "next_url": f"?{form.query}&after={after}" if after else "",
    }
    template = "analytics/conversions.html"
    if request.htmx:
        template = "analytics/_conversion_rows.html" if form.is_continued else "analytics/_conversions.html"
    return render(request, template, context, status=question.status)


@report("this conversion")
def conversion(request: MemberRequest, conversion_id: int) -> HttpResponse:
    found = conversion_for(request.member, conversion_id)
    context = {
        "conversion": found,
        "bookings": found.bookings.select_related("version").order_by("postback_id"),
        "changes": found.changes.order_by("number"),
    }
    return render(request, "analytics/conversion.html", context)


@role_required(Verb.WRITE)
@require_POST
def match_conversions(request: MemberRequest) -> HttpResponse:
    """Look for the clicks of all orphans again."""
    wanted = match_again(Conversion.objects.visible_to(request.member), timezone.now())
    messages.success(
        request, f"The clicks of {wanted:,} orphans are looked for; those that are found move within seconds."
    )
    return redirect("analytics:conversions")


@role_required(Verb.WRITE)
@require_POST
def match_conversion(request: MemberRequest, conversion_id: int) -> HttpResponse:
    found = conversion_for(request.member, conversion_id)
    wanted = match_again(Conversion.objects.filter(pk=found.pk), timezone.now())
    said = "Its click is looked for; look again in a few seconds." if wanted else "There is no click id to look for."
    messages.info(request, said)
    return redirect("analytics:conversion", conversion_id)


def _csv(question: Question[ConversionsForm], lines: Iterator[str]) -> HttpResponseBase:
    if question.form.errors:
        return HttpResponse("These filters cannot be read.\n", status=422, content_type="text/plain; charset=utf-8")
    name = f"conversions {question.span.first_on} to {question.span.last_on}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
