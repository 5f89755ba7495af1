"""What no campaign explains: how much that is, on the Overview as a share, and on a page of its own by what it has in common."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import charts
from apps.analytics.analysis import OverviewForm
from apps.analytics.coverage import coverage as coverage_of
from apps.analytics.export import csv_answer, wants_csv
from apps.analytics.given_names import link_names
from apps.analytics.page import Question, query_of, render_part, report
from apps.analytics.query import Query, answer
from apps.analytics.reports.unattributed import Wanted, knows_money, unattributed_groups, unattributed_reasons
from apps.analytics.unattributed import REASONS, UnattributedForm, rows_of, shown_columns, table_of
from apps.attribution.ledger.editions import newest

ROWS = 50
CSV_ROWS = 10_000
UNKNOWN_MONEY = "Conversions cannot be narrowed so, and are left out."


@report("the coverage")
def coverage(request: MemberRequest) -> HttpResponse:
    """The card of the Overview."""
    question = Question.read(request, OverviewForm, now=timezone.now())
    context = {"question": question, "coverage": coverage_of(question)}
    return render_part(request, "analytics/_coverage.html", context, title="Coverage")


@report("what no campaign explains")
def unattributed(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, UnattributedForm, now=timezone.now())
    template = "analytics/_unattributed.html" if request.htmx else "analytics/unattributed.html"
    return render(request, template, {"question": question, "form": question.form}, status=question.status)


@report("how much no campaign explains")
def unattributed_totals(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, UnattributedForm, now=timezone.now())
    interval = question.form.chosen_interval
    found = answer(question.warehouse, _unexplained(question, query_of(question, ("clicks",), interval=interval)))
    context = {
        "question": question,
        "coverage": coverage_of(question),
        "chart": charts.over_time(found, "clicks", currency=question.currency, against=question.against),
        "reasons": [
            (REASONS.get(each.reason, each.reason), each.clicks)
            for each in unattributed_reasons(question.warehouse, _wanted(question))
        ],
        "notes": found.notes,
    }
    return render_part(request, "analytics/_unattributed_totals.html", context, title="Unattributed")


@report("the groups")
def unattributed_groups_part(request: MemberRequest) -> HttpResponse:
    question = Question.read(request, UnattributedForm, now=timezone.now())
    form, wanted, csv = question.form, _wanted(question), wants_csv(request)
    groups = unattributed_groups(question.warehouse, wanted, form.grouping.sql, limit=CSV_ROWS if csv else ROWS)
    names = link_names(request.member, {group.key[0] for group in groups}) if form.grouping.name == "link" else {}
    rows = rows_of(groups, form, question.currency, lambda key: names.get(key, ""), has_money=question.has_money)
    if csv:
        table = table_of(rows, form, question.currency, wanted.as_of.number, has_money=question.has_money)
        return csv_answer(f"Unattributed by {form.grouping.label}", question.span, table)
    context = {
        "question": question,
        "form": form,
        "rows": rows,
        "columns": shown_columns(question.currency, has_money=question.has_money),
        "groups": groups[0].groups if groups else 0,
        "has_clicks": bool(rows) or _any_click(question),
        "notes": () if knows_money(form.rule) or not question.has_money else (UNKNOWN_MONEY,),
    }
    return render_part(request, "analytics/_unattributed_groups.html", context, title=form.grouping.label)


def _wanted(question: Question[UnattributedForm]) -> Wanted:
    form = question.form
    as_of = question.as_of or newest(question.organization.pk)
    return Wanted.of(question.span, question.kinds, form.rule, form.filters.labelled, as_of)


def _unexplained(question: Question[UnattributedForm], query: Query) -> Query:
    wanted = _wanted(question)
    return replace(query, labelled=wanted.labelled, as_of=wanted.as_of)


def _any_click(question: Question[UnattributedForm]) -> bool:
    """Whether there is anything to explain in these days, whatever it is attributed to."""
    found = answer(question.warehouse, Query(question.span, ("clicks",), rule=question.form.rule, kinds=question.kinds))
    return bool(found.totals.values["clicks"])
