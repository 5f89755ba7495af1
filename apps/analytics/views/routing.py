"""Panels of the rule builder: what recent clicks say of a draft, and what would become of one request."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.analytics.filter_form import NewFilter
from apps.analytics.forms import ReportForm
from apps.analytics.page import Question, render_part, report
from apps.analytics.query import values_of
from apps.analytics.routing.campaign import clicks_of
from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.lint import newest_visit, preview
from apps.analytics.routing.look import look
from apps.analytics.routing.reach import reach
from apps.analytics.routing.trials import recent_clicks, trials
from apps.analytics.routing_forms import RuleForm, TestBox, ValueForm
from apps.analytics.span import Span
from apps.campaigns.access import campaign_for

DAYS = 7
CLICKS = 10


@role_required(Verb.WRITE)
@require_POST
def rule_reach(request: MemberRequest, key: str) -> HttpResponse:
    """For how many clicks the condition holds that is being typed."""
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    form, draft = RuleForm(request.POST), Draft.read(campaign.draft)
    span = Span.last_days(DAYS, now=question.now, zone=question.zone)
    clicks = Clicks(span) if form.is_of_everything else clicks_of(campaign, draft, span)
    found = reach(question.warehouse, form.rule, clicks) if form.rule else None
    context = {"form": form, "reach": found, "during": f"in the last {DAYS} days"}
    with timezone.override(question.zone):
        return render(request, "analytics/routing/_reach.html", context)


@report("what recent clicks say of these rules")
def rule_findings(request: MemberRequest, key: str) -> HttpResponse:
    """What each rule of the draft gets, and what is wrong with it."""
    campaign = campaign_for(request.member, key)
    question, draft = Question.read(request, ReportForm, now=timezone.now()), Draft.read(campaign.draft)
    span = Span.last_days(DAYS, now=question.now, zone=question.zone)
    found = look(question.warehouse, draft, clicks_of(campaign, draft, span), now=question.now)
    context = {"campaign": campaign, "look": found, "days": DAYS}
    return render_part(request, "analytics/routing/_findings.html", context, title=f"Rules of {campaign.name}")


@report("the test box")
def routing_test(request: MemberRequest, key: str) -> HttpResponse:
    """What would become of one request: a made-up one, or one of the last clicks again."""
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    agent = request.headers.get("User-Agent", "")
    form = TestBox(request.GET, campaign=campaign, warehouse=question.warehouse, agent=agent, now=question.now)
    since = Span.last_days(DAYS, now=question.now, zone=question.zone).start
    context = {
        "campaign": campaign,
        "form": form,
        "trials": trials(campaign, form.visit, now=question.now) if form.is_valid() else [],
        "clicks": recent_clicks(question.warehouse, campaign, since, limit=CLICKS),
    }
    answer = render_part(request, "analytics/routing/_test.html", context, title=f"Test box of {campaign.name}")
    answer.status_code = 422 if form.errors else 200
    return answer


@report("values to choose")
def rule_values(request: MemberRequest) -> HttpResponse:
    """At most 20 stored values of the field that begin with what was typed, for the list under it."""
    question = Question.read(request, ReportForm, now=timezone.now())
    form = ValueForm(request.GET)
    new = NewFilter(field=form.field, named=form.key)
    found = values_of(question.warehouse, new.dimension, form.typed, question.span) if new.dimension else []
    context = {"name": form.name, "values": new.offered(found)}
    return render(request, "analytics/routing/_values.html", context)


@role_required(Verb.WRITE)
@require_POST
def macro_preview(request: MemberRequest, key: str) -> HttpResponse:
    """What the address of a destination, as it is being typed, becomes for the newest click."""
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    visit = newest_visit(question.warehouse, campaign, now=question.now)
    found = preview(campaign, request.POST.get("url", ""), visit, now=question.now)
    return render(request, "analytics/routing/_macros.html", {"preview": found, "click": bool(visit.visitor_id)})
