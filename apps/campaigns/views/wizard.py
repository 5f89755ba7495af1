"""The wizard: from a name to a live campaign. Every step is an address and a form; the draft row remembers all of it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.campaigns import access
from apps.campaigns.forms.basics import Basics, NewCampaign
from apps.campaigns.forms.destinations import Destinations, another_row
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.forms.publishing import GoLive, PublishForTest
from apps.campaigns.forms.routing import NewRule, RuleChange
from apps.campaigns.forms.tracking import TrackingLink, link_of
from apps.campaigns.models import Campaign
from apps.campaigns.outline import outline
from apps.campaigns.sources import SOURCES
from apps.campaigns.steps import ORDER, Step
from apps.campaigns.views.frame import unpublished

FORMS: dict[Step, type[DraftForm]] = {
    Step.BASICS: Basics,
    Step.DESTINATIONS: Destinations,
    Step.RULES: NewRule,
    Step.TEST: PublishForTest,
    Step.LIVE: GoLive,
}
# What the buttons of a step say; every other one goes on to the next.
BACK, STAY, ANOTHER = "back", "stay", "another"


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """The first step while there is no draft yet: it makes one."""
    form = NewCampaign(request.POST or None, organization=request.member.organization, user=request.member.user)
    if request.method == "GET" or not (campaign := form.found()):
        context = {"form": form, "step": Step.BASICS, "steps": ORDER}
        return render(request, "campaigns/wizard/basics.html", context, status=422 if form.is_bound else 200)
    return redirect("campaigns:wizard", campaign.key, Step.DESTINATIONS)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def wizard(request: MemberRequest, key: str, step: str) -> HttpResponse:
    """One step. What was typed is saved on the way forward and on the way back; refused, it stays on the page with a 422."""
    campaign = access.campaign_for(request.member, key)
    here = step_of(step)
    if request.POST.get("go") == ANOTHER and here is Step.DESTINATIONS:
        typed = Destinations(another_row(request.POST), campaign=campaign, user=request.member.user)
        return _page(request, campaign, here, typed, status=200)
    form = _form(request, campaign, here)
    if request.method == "GET" or not form.save():
        return _page(request, campaign, here, form, status=422 if form.is_bound else 200)
    return _after(here, STAY if isinstance(form, RuleChange) else request.POST.get("go", ""), campaign)


def step_of(word: str) -> Step:
    """Errors: Http404."""
    try:
        return Step(word)
    except ValueError as error:
        raise Http404("no such step") from error


def _form(request: MemberRequest, campaign: Campaign, here: Step) -> DraftForm:
    data, user = request.POST or None, request.member.user
    if here is Step.RULES and "change" in request.POST:
        return RuleChange(data, campaign=campaign, user=user)
    if here is Step.LINK:
        return TrackingLink(data, campaign=campaign, user=user, source=request.GET.get("source", ""))
    return FORMS[here](data, campaign=campaign, user=user)


def _page(request: MemberRequest, campaign: Campaign, here: Step, form: DraftForm, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form,
        "step": here,
        "steps": ORDER,
        "outline": outline(campaign.draft),
        "new_rule": form if isinstance(form, NewRule) else NewRule(campaign=campaign, user=request.member.user),
        "link": link_of(campaign),
        "sources": SOURCES.values(),
        "source": SOURCES.get(str(form["source"].value())) if "source" in form.fields else None,
        "unpublished": unpublished(campaign),
    }
    return render(request, here.template, context, status=status)


def _after(here: Step, go: str, campaign: Campaign) -> HttpResponse:
    to = {BACK: here.previous, STAY: here}.get(go, here.next)
    return redirect("campaigns:wizard", campaign.key, to) if to else redirect("campaigns:campaign", campaign.key)
