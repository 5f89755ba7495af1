"""What the campaigns of a list brought in: the cells that the Campaigns page leaves open."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics.campaign_numbers import numbers_of
from apps.analytics.counting import By
from apps.analytics.forms import ReportForm
from apps.analytics.page import Question, report
from apps.campaigns.models import Campaign

# As many as the longest page of the list, and some.
MOST = 100


class CampaignNumbersForm(ReportForm):
    """Beside days and kinds what the list was asked, so that a link to other days keeps it."""

    search = forms.CharField(required=False, max_length=200)
    status = forms.CharField(required=False, max_length=20)
    tag = forms.CharField(required=False, max_length=200)
    page = forms.CharField(required=False, max_length=10)


@report("the numbers of the campaigns")
def campaign_numbers(request: MemberRequest) -> HttpResponse:
    """Of the campaigns that the address names with `key`. For htmx each number on its way into its cell, else a table."""
    question = Question.read(request, CampaignNumbersForm, now=timezone.now())
    named = Campaign.objects.visible_to(request.member).filter(key__in=request.GET.getlist("key")[:MOST])
    campaigns = list(named.defer("draft").prefetch_related("links"))
    numbers = numbers_of(question.warehouse, campaigns, question.span, question.kinds)
    context = {
        "question": question,
        "lines": [(campaign, numbers[campaign.pk]) for campaign in campaigns],
        "is_attributed": any(each.by is By.ATTRIBUTED for each in numbers.values()),
        "money": f"money:{question.currency}",
    }
    template = "analytics/_campaign_numbers.html" if request.htmx else "analytics/campaign_numbers.html"
    return render(request, template, context, status=question.status)
