"""What routing did and would have done: the trace of a click, the dry run of a draft, what each rule earns."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics.forms import ReportForm
from apps.analytics.page import Question, render_part, report
from apps.analytics.reports.events import BIGGEST_ID
from apps.analytics.routing.campaign import clicks_of, names_of
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.dry_run import dry_run as dry_run_of
from apps.analytics.routing.earnings import earnings_of
from apps.analytics.routing.effectiveness import effectiveness
from apps.analytics.routing.expected import expected
from apps.analytics.routing.flows import flows_of
from apps.analytics.routing.history import decided
from apps.analytics.routing.traced import stored_click
from apps.analytics.routing_forms import DryRunForm
from apps.campaigns.access import campaign_for
from apps.ingress.warehouse.reader import Warehouse


@report("why this click went where it went")
def event_trace(request: MemberRequest, event_id: int) -> HttpResponse:
    """By the version that decided: which rules were tried, and what failed on what value."""
    event = stored_click(Warehouse(request.member.organization_id), event_id) if event_id <= BIGGEST_ID else None
    if event is None:
        raise Http404("no such event")
    context = {"event": event, "decided": decided(request.member, event)}
    return render_part(request, "analytics/routing/_event_trace.html", context, title=f"Trace of event {event_id}")


@report("where these clicks would have gone")
def dry_run(request: MemberRequest, key: str) -> HttpResponse:
    """Where the clicks of these days would have gone under the draft, and what that would have earned."""
    campaign = campaign_for(request.member, key)
    question = Question.read(request, DryRunForm, now=timezone.now())
    draft = Draft.read(campaign.draft)
    clicks = clicks_of(campaign, draft, question.span)
    run = dry_run_of(question.warehouse, draft, clicks, campaign_id=campaign.pk)
    own = replace(clicks, link_keys=(), membership=None)
    context = {
        "question": question,
        "campaign": campaign,
        "bar_page": reverse("campaigns:dry-run", args=[key]),
        "run": run,
        "flows": flows_of(run, draft, names_of(campaign)),
        "expected": expected(question.warehouse, draft, own, campaign_id=campaign.pk) if question.has_money else None,
        "money": f"money:{question.currency}",
    }
    return render_part(request, "analytics/routing/_dry_run.html", context, title=f"Dry run of {campaign.name}")


@report("what each rule earns")
def rule_effectiveness(request: MemberRequest, key: str) -> HttpResponse:
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    by_version = request.GET.get("versions") == "1"
    found = effectiveness(question.warehouse, campaign.pk, question.span, by_version=by_version)
    context = {
        "question": question,
        "campaign": campaign,
        "tables": earnings_of(found, names_of(campaign)),
        "by_version": by_version,
        "money": f"money:{question.currency}",
        "panel_url": request.path,
    }
    return render_part(request, "analytics/routing/_effectiveness.html", context, title=f"Rules of {campaign.name}")
