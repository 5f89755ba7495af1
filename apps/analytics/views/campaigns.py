"""The tabs of a campaign that show numbers: Performance and its cards, the comparison with another campaign, Conversions."""

from django.http import HttpResponse
from django.urls import reverse

from apps.accounts.access import MemberRequest
from apps.analytics import charts
from apps.analytics.addresses import address_of
from apps.analytics.breakdowns import metrics_of, tab_of, tabs_of
from apps.analytics.campaign_comparison import ComparisonForm, clicks_beside, figures_of
from apps.analytics.campaign_numbers import NOTHING, costs_of
from apps.analytics.campaign_report import (
    ASKED,
    CampaignForm,
    asked_of,
    breakdown_of,
    explored,
    kpis_of,
    naming,
    query_for,
)
from apps.analytics.counting import By
from apps.analytics.export import csv_answer, wants_csv
from apps.analytics.page import render_part, report
from apps.analytics.query import METRICS, answer
from apps.analytics.tables import table_of
from apps.campaigns.access import campaign_for

ROWS = 10
CSV_ROWS = 10_000


@report("this campaign's numbers")
def campaign_performance(request: MemberRequest, key: str) -> HttpResponse:
    """The frame of the Performance tab: what is asked, and the cards that load by themselves."""
    campaign = campaign_for(request.member, key)
    question = asked_of(request, CampaignForm, campaign)
    if campaign.version_id is None and question.form.counted_by is By.ROUTED:
        return render_part(request, "analytics/_campaign_nothing.html", {"campaign": campaign}, title=campaign.name)
    context = {
        "question": question,
        "campaign": campaign,
        "breakdowns": question.form.breakdowns,
        "bar_page": reverse("campaigns:campaign", args=[key]),
    }
    # The page stands on another floor, where it has its own status; this part says what it could not read.
    return render_part(request, "analytics/_campaign_performance.html", context, title=campaign.name)


@report("the totals of this campaign")
def campaign_totals(request: MemberRequest, key: str) -> HttpResponse:
    campaign = campaign_for(request.member, key)
    question = asked_of(request, CampaignForm, campaign)
    form, metric = question.form, question.form.chosen_metric
    asked = tuple(dict.fromkeys((*ASKED, metric)))
    found = answer(question.warehouse, query_for(question, campaign, asked, interval=form.chosen_interval))
    if wants_csv(request):
        return csv_answer(f"{campaign.name} over time", question.span, table_of(found, form, question.currency))
    spent = costs_of(question.warehouse, [campaign], question.span).get(campaign.pk, NOTHING)
    context = {
        "question": question,
        "page": reverse("campaigns:campaign", args=[key]),
        "kpis": kpis_of(found, spent, form, question.currency, has_money=question.has_money),
        "networks_url": address_of("attribution:networks"),
        "metric": METRICS[metric],
        "chart": charts.over_time(found, metric, currency=question.currency, against=question.against),
        "steps": form.steps,
        "notes": found.notes,
    }
    return render_part(request, "analytics/_campaign_totals.html", context, title=campaign.name)


@report("this breakdown")
def campaign_breakdown(request: MemberRequest, key: str, group: str) -> HttpResponse:
    campaign = campaign_for(request.member, key)
    question = asked_of(request, CampaignForm, campaign)
    card = breakdown_of(group)
    tab = tab_of(card.tabs, request.GET.get("tab", ""))
    metrics = metrics_of(question.form.chosen_metric, has_money=question.has_money)
    found = answer(
        question.warehouse,
        query_for(question, campaign, metrics, (tab,), limit=CSV_ROWS if wants_csv(request) else ROWS),
    )
    table = table_of(found, question.form, question.currency, naming=naming(campaign, request.member, found))
    if wants_csv(request):
        return csv_answer(f"{campaign.name} by {tab}", question.span, table)
    context = {
        "question": question,
        "page": reverse("campaigns:campaign", args=[key]),
        "card": card,
        "table": table,
        "tabs": tabs_of(card.tabs, tab, question.form),
        "explore_query": explored(question.form, campaign, tab, metrics),
        "notes": found.notes,
    }
    return render_part(request, "analytics/_breakdown.html", context, title=card.title)


@report("the comparison")
def campaign_comparison(request: MemberRequest, key: str) -> HttpResponse:
    """This campaign and the one that `with` names, figure by figure over the same days."""
    pair = [campaign_for(request.member, each) for each in (key, request.GET.get("with", ""))]
    question = asked_of(request, ComparisonForm, *pair)
    context = {
        "question": question,
        "pair": pair,
        "bar_page": reverse("campaigns:compare", args=[key]),
        "figures": figures_of(question, pair),
        "chart": clicks_beside(question, pair),
    }
    return render_part(request, "analytics/_campaign_comparison.html", context, title="Comparison")
