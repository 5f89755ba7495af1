"""The first page: how much traffic, of whom, from where. Every card is a part that loads, and fails, by itself."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import charts
from apps.analytics.addresses import address_of
from apps.analytics.analysis import OverviewForm
from apps.analytics.breakdowns import BREAKDOWNS, MOVERS, breakdown_of, metrics_of, tab_of, tabs_of
from apps.analytics.export import csv_answer, wants_csv
from apps.analytics.forms import ReportForm
from apps.analytics.given_names import naming_given
from apps.analytics.kinds import Kinds
from apps.analytics.kpis import SHOWN, kpis_of
from apps.analytics.onboarding import onboarding as steps_of
from apps.analytics.page import Question, first_answer, query_of, render_part, report
from apps.analytics.query import METRICS, answer, top_movers
from apps.analytics.reports.links import link_clicks as link_clicks_of
from apps.analytics.span import Span
from apps.analytics.tables import movers_table, table_of

ROWS = 10
MOVING_ROWS = 8
CSV_ROWS = 10_000
COUNTRIES = 300
DEFAULT_AGAINST = "the time before"


@report("the overview")
def overview(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    template = "analytics/_overview.html" if request.htmx else "analytics/overview.html"
    return render(request, template, {"question": question, "breakdowns": BREAKDOWNS}, status=question.status)


@report("the totals")
def totals(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    found = answer(question.warehouse, query_of(question, SHOWN, interval=question.form.chosen_interval))
    if wants_csv(request):
        return csv_answer("Totals", question.span, table_of(found, question.form, question.currency))
    kpis = kpis_of(found, question.form, question.currency, has_money=question.has_money)
    context = {"question": question, "kpis": kpis, "networks_url": address_of("attribution:networks")}
    return render_part(request, "analytics/_totals.html", context, title="Totals")


@report("the metric over time")
def over_time(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    metric = question.form.chosen_metric
    found = answer(question.warehouse, query_of(question, (metric,), interval=question.form.chosen_interval))
    title = f"{METRICS[metric].label} over time"
    if wants_csv(request):
        return csv_answer(title, question.span, table_of(found, question.form, question.currency))
    context = {
        "question": question,
        "title": title,
        "about": METRICS[metric].about,
        "chart": charts.over_time(found, metric, currency=question.currency, against=question.against),
        "notes": found.notes,
        "steps": question.form.steps,
    }
    return render_part(request, "analytics/_over_time.html", context, title=title)


@report("this breakdown")
def breakdown(request: MemberRequest, group: str) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    card = breakdown_of(group)
    tab = tab_of(card.tabs, request.GET.get("tab", ""))
    csv = wants_csv(request)
    metrics = metrics_of(question.form.chosen_metric, has_money=question.has_money)
    kinds = Kinds.ALL if card.of_all_kinds else None
    query = query_of(question, metrics, (tab,), kinds=kinds, limit=CSV_ROWS if csv else ROWS)
    found = answer(question.warehouse, query) if csv else first_answer(request, question, query)
    table = table_of(found, question.form, question.currency, naming=naming_given(request.member, found))
    if csv:
        return csv_answer(f"{card.title} by {tab}", question.span, table)
    context = {
        "question": question,
        "page": reverse("analytics:overview"),
        "card": card,
        "table": table,
        "tabs": tabs_of(card.tabs, tab, question.form),
        "explore_query": question.form.explored(tab, metrics),
        "notes": found.notes,
        "sampled": found,
    }
    if card.has_map:
        countries = first_answer(request, question, query_of(question, metrics[:1], ("country",), limit=COUNTRIES))
        context["map"] = charts.world(
            table_of(countries, question.form, question.currency), reverse("analytics:overview")
        )
    return render_part(request, "analytics/_breakdown.html", context, title=card.title)


@report("the hours of the week")
def hours(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    metric = question.form.chosen_metric
    found = answer(question.warehouse, query_of(question, (metric,), ("weekday", "hour_of_day"), limit=7 * 24))
    if wants_csv(request):
        return csv_answer("Hours of the week", question.span, table_of(found, question.form, question.currency))
    chart = charts.week(found.rows, metric, question.currency)
    context = {
        "question": question,
        "chart": chart,
        "any": bool(found.rows),
        "notes": found.notes,
        "metric": METRICS[metric],
    }
    return render_part(request, "analytics/_hours.html", context, title="Hours of the week")


@report("what moved")
def movers(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, OverviewForm, now=timezone.now())
    tab = tab_of(MOVERS, request.GET.get("tab", ""))
    query = query_of(
        question, (question.form.chosen_metric,), (tab,), limit=CSV_ROWS if wants_csv(request) else MOVING_ROWS
    )
    table = movers_table(top_movers(question.warehouse, query), query, question.form, question.currency)
    if wants_csv(request):
        return csv_answer(f"Top movers by {tab}", question.span, table)
    context = {
        "question": question,
        "page": reverse("analytics:overview"),
        "table": table,
        "tabs": tabs_of(MOVERS, tab, question.form),
        "against": question.against or DEFAULT_AGAINST,
    }
    return render_part(request, "analytics/_movers.html", context, title="Top movers")


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
