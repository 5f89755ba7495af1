"""Any metric by any dimensions: the menus at once, the answer as a part that loads by itself, the same address as CSV."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import intervals
from apps.analytics.analysis import ExploreForm
from apps.analytics.exploring import everything, exploration, query_for
from apps.analytics.export import csv_answer, wants_csv
from apps.analytics.given_names import naming_given
from apps.analytics.models import SavedView
from apps.analytics.page import Question, first_answer, render_part, report
from apps.analytics.tables import table_of


@report("what you explore")
def explore(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ExploreForm, now=timezone.now())
    query_for(question)  # refused here, before a part of the page is
    if wants_csv(request) and not question.form.errors:
        found = everything(question)
        table = table_of(found, question.form, question.currency, naming=naming_given(request.member, found))
        return csv_answer("Explore", question.span, table)
    views = SavedView.objects.visible_to(request.member)
    context = {
        "question": question,
        "form": question.form,
        "views": views,
        "opened": next((view for view in views if view.query == question.form.query), None),
        "intervals": intervals.offered(question.span),
    }
    template = "analytics/_explore.html" if request.htmx else "analytics/explore.html"
    return render(request, template, context, status=question.status)


@report("what you explore")
def explore_answer(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, ExploreForm, now=timezone.now())
    found = first_answer(request, question, query_for(question))
    explored = exploration(question, found, naming_given(request.member, found))
    context = {
        "question": question,
        "page": reverse("analytics:explore"),
        "explored": explored,
        "columns": [(column, *question.form.sorted_by(column.name)) for column in explored.table.columns],
    }
    return render_part(request, "analytics/_explored.html", context, title="Explore")
