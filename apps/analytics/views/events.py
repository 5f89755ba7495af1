"""Single requests: the list with its filters and its CSV, and one request whole."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import enrichment, words
from apps.analytics.access import event_for
from apps.analytics.events_form import EventsForm
from apps.analytics.export import csv_of
from apps.analytics.page import Question, report
from apps.analytics.reports.events import ListedEvent, Selection, newest_events
from apps.analytics.request import parameters_of, url_of
from apps.attribution.ledger.editions import newest
from apps.ingress.snowflake import click_id

PAGE = 50


@report("the events")
def events(request: MemberRequest) -> HttpResponseBase:
    question = Question.read(request, EventsForm, now=timezone.now())
    if request.GET.get("format") == "csv":
        return _csv(question)
    form = question.form
    found, after = newest_events(question.warehouse, _selection(question), ListedEvent, limit=PAGE, after=form.cursor)
    next_url = f"?{form.query}&after={after}" if after else ""
    context = {"question": question, "form": form, "events": found, "next_url": next_url}
    template = "analytics/events.html"
    if request.htmx:
        template = "analytics/_event_rows.html" if form.cursor else "analytics/_events.html"
    return render(request, template, context, status=question.status)


@report("this event")
def event(request: MemberRequest, event_id: int) -> HttpResponse:
    found = event_for(request.member, event_id)
    context = {
        "event": found,
        "url": url_of(found),
        "parameters": parameters_of(found.query),
        "click_id": click_id(found.event_id),
        "enrichment": enrichment.found(found),
        "kind": words.KINDS.get(found.kind, found.kind),
        "kind_why": words.kind_why(found),
        "reason": words.REASONS.get(found.reason, ""),
        "origin": words.ORIGINS.get(found.origin, found.origin),
    }
    return render(request, "analytics/event.html", context)


def _selection(question: Question[EventsForm]) -> Selection:
    selection = question.form.selection
    if selection.labelled is None:
        return selection
    return replace(selection, as_of=question.as_of or newest(question.organization.pk))


def _csv(question: Question[EventsForm]) -> HttpResponseBase:
    if question.form.errors:
        return HttpResponse("These filters cannot be read.\n", status=422, content_type="text/plain; charset=utf-8")
    name = f"events {question.span.first_on} to {question.span.last_on}.csv"
    return StreamingHttpResponse(
        csv_of(question.warehouse, _selection(question)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
