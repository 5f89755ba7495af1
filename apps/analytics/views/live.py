"""What is arriving right now."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import charts, words
from apps.analytics.forms import LiveForm, ReportForm
from apps.analytics.page import Question, render_part, report
from apps.analytics.reports.clicks_by_minute import clicks_by_minute, per_second
from apps.analytics.reports.events import ListedEvent, Selection, newest_events

EVENTS = 30


@report("the live page")
def live(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    form = LiveForm(request.GET)
    return render(
        request,
        "analytics/live.html",
        {"question": question, "form": form, "kind": form.kind_asked, "kinds": words.KINDS},
    )


@report("what is arriving", failed="analytics/_live_failed.html")
def live_events(request: MemberRequest) -> HttpResponse:
    """The part that is polled: the last 30 minutes, the rate and the newest events, at one moment."""
    question = Question.read(request, ReportForm, now=timezone.now())
    kind = LiveForm(request.GET).kind_asked
    minutes = clicks_by_minute(question.warehouse, question.now, kind=kind)
    selection = Selection(kind=kind)
    events, _ = newest_events(question.warehouse, selection, ListedEvent, limit=EVENTS)
    context = {
        "question": question,
        "kind": kind,
        "chart": charts.by_minute(minutes, question.zone),
        "per_second": per_second(minutes),
        "total": sum(minute.everything for minute in minutes),
        "people": sum(minute.people for minute in minutes),
        "events": events,
    }
    return render_part(request, "analytics/_live_events.html", context, title="Live")
