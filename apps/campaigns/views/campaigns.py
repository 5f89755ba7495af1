"""The list of campaigns, what is done to them, and the tabs of one that are not about its versions."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.campaigns import access
from apps.campaigns.deeds import DEEDS, Outcome, done
from apps.campaigns.forms.listing import CampaignList, Chosen
from apps.campaigns.forms.tracking import NewCampaignLink
from apps.campaigns.models import Campaign
from apps.campaigns.sources import SOURCES
from apps.campaigns.views.frame import frame_of

CAMPAIGNS_PER_PAGE = 25
OTHERS = 200


@member_required
@require_GET
@vary_on_headers("HX-Request")
def campaigns(request: MemberRequest) -> HttpResponse:
    form = CampaignList(request.GET)
    form.is_valid()
    found = access.campaigns_for(
        request.member, search=form.asked("search"), status=form.asked("status"), tag=form.asked("tag")
    )
    page = Paginator(found, CAMPAIGNS_PER_PAGE).get_page(form.asked("page"))
    context = {
        "form": form,
        "page": page,
        "tags": access.tags_for(request.member),
        "deeds": DEEDS.values(),
        "numbers_query": numbers_query(request, page),
        "previous_query": page_query(request, page.number - 1),
        "next_query": page_query(request, page.number + 1),
    }
    return render(request, "campaigns/_campaigns.html" if request.htmx else "campaigns/campaigns.html", context)


@role_required(Verb.WRITE)
@require_POST
def change_campaigns(request: MemberRequest) -> HttpResponse:
    """One deed for all that were chosen in the list."""
    form = Chosen(request.POST)
    if form.is_valid():
        some = Campaign.objects.visible_to(request.member).filter(key__in=form.keys)
        say(request, done(DEEDS[form.cleaned_data["do"]], some, request.member.user))
    else:
        messages.warning(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("campaigns:campaigns")


@role_required(Verb.WRITE)
@require_POST
def change_campaign(request: MemberRequest, key: str, deed: str) -> HttpResponse:
    """Pause, resume, archive and the like: one address each, with the deed in it."""
    campaign = access.campaign_for(request.member, key)
    outcome = done(DEEDS[deed], [campaign], request.member.user)
    say(request, outcome)
    return redirect("campaigns:campaign", outcome.made[0].key if outcome.made else key)


@member_required
@require_GET
@vary_on_headers("HX-Request")
def campaign(request: MemberRequest, key: str) -> HttpResponse:
    """Performance. The numbers are a floor above and come by themselves; htmx gets their place alone."""
    context = frame_of(access.campaign_for(request.member, key), "performance")
    template = "campaigns/_performance.html" if request.htmx else "campaigns/performance.html"
    return render(request, template, {**context, "query": request.GET.urlencode()})


@member_required
@require_GET
@vary_on_headers("HX-Request")
def campaign_conversions(request: MemberRequest, key: str) -> HttpResponse:
    context = frame_of(access.campaign_for(request.member, key), "conversions")
    template = "campaigns/_conversions.html" if request.htmx else "campaigns/conversions.html"
    return render(request, template, {**context, "query": request.GET.urlencode()})


@member_required
@require_GET
@vary_on_headers("HX-Request")
def compare(request: MemberRequest, key: str) -> HttpResponse:
    """Beside the campaign that `with` names; without it there is a choice and nothing to see."""
    campaign = access.campaign_for(request.member, key)
    other = request.GET.get("with", "")
    context = {
        **frame_of(campaign, "compare"),
        "others": Campaign.objects.visible_to(request.member).exclude(pk=campaign.pk).only("key", "name")[:OTHERS],
        "other": access.campaign_for(request.member, other) if other else None,
        "query": request.GET.urlencode(),
    }
    return render(request, "campaigns/_comparison.html" if request.htmx else "campaigns/compare.html", context)


@member_required
@require_GET
def campaign_cost(request: MemberRequest, key: str) -> HttpResponse:
    campaign = access.campaign_for(request.member, key)
    return render(request, "campaigns/cost.html", {**frame_of(campaign, "cost"), "links": campaign.links.all()})


@member_required
@require_GET
def campaign_links(request: MemberRequest, key: str) -> HttpResponse:
    campaign = access.campaign_for(request.member, key)
    return render(request, "campaigns/campaign_links.html", links_context(request, campaign, None))


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new_campaign_link(request: MemberRequest, key: str) -> HttpResponse:
    """One more link of a campaign, with the parameters of a source filled in."""
    campaign = access.campaign_for(request.member, key)
    form = NewCampaignLink(
        request.POST or None, campaign=campaign, user=request.member.user, source=request.GET.get("source", "")
    )
    if request.method == "GET" or not (link := form.found()):
        context = links_context(request, campaign, form)
        return render(request, "campaigns/new_campaign_link.html", context, status=422 if form.is_bound else 200)
    messages.success(request, f"{link.name} is ready. Copy its address, or send a test click.")
    return redirect("campaigns:campaign-links", key)


def links_context(request: MemberRequest, campaign: Campaign, form: NewCampaignLink | None) -> dict[str, object]:
    links = campaign.links.order_by("created_at", "pk")
    return {**frame_of(campaign, "links"), "links": links, "form": form, "sources": SOURCES.values()}


def numbers_query(request: HttpRequest, page: Page[Campaign]) -> str:
    """What the panel of numbers is asked: the list's own address, and the campaigns on this page of it."""
    query = request.GET.copy()
    query.setlist("key", [campaign.key for campaign in page.object_list])
    return query.urlencode()


def page_query(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return query.urlencode()


def say(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.made:
        messages.success(request, outcome.sentence)
    for sentence in outcome.refused:
        messages.warning(request, sentence)
