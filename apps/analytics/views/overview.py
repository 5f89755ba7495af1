"""The first page: how much traffic, of whom, from where. Every card is a part that loads, and fails, by itself."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import charts, words
from apps.analytics.forms import ReportForm
from apps.analytics.kinds import Kinds
from apps.analytics.onboarding import onboarding as steps_of
from apps.analytics.page import Question, render_part, report
from apps.analytics.reports.clicks_by_day import clicks_by_day as clicks_by_day_of
from apps.analytics.reports.clicks_by_day import every_day
from apps.analytics.reports.clicks_by_hour import clicks_by_hour
from apps.analytics.reports.kinds import kinds as kinds_of
from apps.analytics.reports.links import link_clicks as link_clicks_of
from apps.analytics.reports.links import top_links as top_links_of
from apps.analytics.reports.sources import top_sources as top_sources_of
from apps.analytics.reports.totals import totals as totals_of
from apps.analytics.span import Span
from apps.campaigns.models import Link


@report("the overview")
def overview(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    template = "analytics/_overview.html" if request.htmx else "analytics/overview.html"
    return render(request, template, {"question": question}, status=question.status)


@report("the totals")
def totals(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    days = every_day(clicks_by_day_of(question.warehouse, question.span, question.kinds), question.span)
    hours = clicks_by_hour(question.warehouse, question.today, question.kinds)
    context = {
        "question": question,
        "today": totals_of(question.warehouse, question.today, question.kinds),
        "total": totals_of(question.warehouse, question.span, question.kinds),
        "hour_clicks": [hour.clicks for hour in hours],
        "hour_visitors": [hour.visitors for hour in hours],
        "clicks": [day.people if question.kinds is Kinds.PEOPLE else day.everything for day in days],
        "visitors": [day.visitors for day in days],
        "clicks_label": f"Clicks, {question.span.label}",
        "visitors_label": f"Visitors, {question.span.label}",
        "against": f"the {len(days)} days before",
    }
    return render_part(request, "analytics/_totals.html", context, title="Totals")


@report("clicks by day")
def clicks_by_day(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    found = clicks_by_day_of(question.warehouse, question.span, question.kinds)
    chart = charts.by_day(every_day(found, question.span), question.span, question.kinds, question.now)
    context = {"question": question, "chart": chart, "any": bool(found)}
    return render_part(request, "analytics/_clicks_by_day.html", context, title="Clicks by day")


@report("the kinds of requests")
def kinds(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    counts = kinds_of(question.warehouse, question.span)
    rows = [(count, words.KINDS.get(count.kind, count.kind)) for count in counts]
    context = {"question": question, "rows": rows, "most": max((count.clicks for count in counts), default=0)}
    return render_part(request, "analytics/_kinds.html", context, title="Kinds of requests")


@report("the links")
def top_links(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    counts = top_links_of(question.warehouse, question.span, question.kinds)
    names = dict(
        Link.objects.visible_to(request.member).filter(key__in=[c.link_key for c in counts]).values_list("key", "name")
    )
    context = {
        "question": question,
        "rows": [(count, names.get(count.link_key, "")) for count in counts],
        "most": max((count.clicks for count in counts), default=0),
    }
    return render_part(request, "analytics/_top_links.html", context, title="Top links")


@report("the sources")
def top_sources(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    counts = top_sources_of(question.warehouse, question.span, question.kinds)
    context = {"question": question, "rows": counts, "most": max((count.clicks for count in counts), default=0)}
    return render_part(request, "analytics/_top_sources.html", context, title="Top sources")


@report("the first steps", failed="analytics/_onboarding_failed.html")
def onboarding(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ReportForm, now=timezone.now())
    context = {"question": question, "onboarding": steps_of(request.member, question.warehouse)}
    return render_part(request, "analytics/_onboarding.html", context, title="First steps")


@report("the clicks of this link", failed="analytics/_link_clicks_failed.html")
def link_clicks(request: MemberRequest, key: str) -> HttpResponse:
    """For the Links page: clicks by people in 30 days and the last one ever. A key nobody followed has none."""
    now = timezone.now()
    question = Question.read(request, ReportForm, now=now)
    span = Span.last_days(30, now=now, zone=question.zone)
    found = link_clicks_of(question.warehouse, [key], span, Kinds.PEOPLE)
    context = {"question": question, "key": key, "clicks": found[0] if found else None}
    return render_part(request, "analytics/_link_clicks.html", context, title=f"Clicks of {key}")
