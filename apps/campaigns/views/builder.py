"""The rule builder: the draft's rules, destinations and settings on one page, one of them open at a time.

Every button is a form of its own and an address; htmx swaps the same page's part in place.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import push_url

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.campaigns import access
from apps.campaigns.builder.drawn import drawn
from apps.campaigns.builder.listed import listed
from apps.campaigns.builder.membership import MembershipPart
from apps.campaigns.builder.parts import RulePart, UnknownPart
from apps.campaigns.forms.basics import zone_choices
from apps.campaigns.forms.building import SAVE, ListChange, PartForm, Undo
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.models import Campaign, Status
from apps.campaigns.views.frame import frame_of

PAGE = "campaigns/builder/rules.html"


@member_required
@require_GET
def rules(request: MemberRequest, key: str) -> HttpResponse:
    campaign = access.campaign_for(request.member, key)
    return render(request, PAGE, page_of(request, campaign))


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def rules_part(request: MemberRequest, key: str, part: str) -> HttpResponse:
    """One part open in its place. Saved, the page is shown without it; any other button draws it anew, and nothing is saved."""
    campaign = access.campaign_for(request.member, key)
    form = part_form(request, campaign, part)
    deed = request.POST.get("do", SAVE)
    if form.is_bound and deed == SAVE and form.save():
        return redirect(f"{reverse('campaigns:rules', args=[key])}#{'builder' if part.startswith('new-') else part}")
    if deed != SAVE:
        form.change(deed)
        return render(request, PAGE, page_of(request, campaign, form))
    return render(request, PAGE, page_of(request, campaign, form), status=422 if form.is_bound else 200)


@role_required(Verb.WRITE)
@require_POST
def change_rules(request: MemberRequest, key: str) -> HttpResponse:
    """A button of the lists, or what one took away put back."""
    campaign = access.campaign_for(request.member, key)
    kind = Undo if "removed" in request.POST else ListChange
    form = kind(request.POST, campaign=campaign, user=request.member.user)
    status = 200 if form.save() else 422
    if status == 200 and not (isinstance(form, ListChange) and form.removed):
        return redirect("campaigns:rules", key)
    campaign = access.campaign_for(request.member, key)
    answer = render(request, PAGE, page_of(request, campaign, told=form), status=status)
    # This address is for buttons: a page that is loaded anew has that of the lists.
    return push_url(answer, reverse("campaigns:rules", args=[key]))


@member_required
@require_GET
def dry_run(request: MemberRequest, key: str) -> HttpResponse:
    """The frame; where clicks would have gone is a floor above and comes by itself."""
    campaign = access.campaign_for(request.member, key)
    context = {**frame_of(campaign, "dry-run"), "query": request.GET.urlencode()}
    template = "campaigns/builder/_dry_run.html" if request.htmx else "campaigns/builder/dry_run.html"
    return render(request, template, context)


def part_form(request: MemberRequest, campaign: Campaign, slug: str) -> PartForm:
    """Errors: Http404."""
    try:
        return PartForm(request.POST or None, campaign=campaign, user=request.member.user, slug=slug)
    except UnknownPart as error:
        raise Http404("no such part") from error


def page_of(
    request: MemberRequest, campaign: Campaign, form: PartForm | None = None, *, told: DraftForm | None = None
) -> dict[str, Any]:
    """`form` is open on the page; `told` is the button that was pressed, with what there is to say of it."""
    at_ms = int(timezone.now().timestamp() * 1000)
    context = {
        **frame_of(campaign, "rules"),
        "listed": listed(campaign, at_ms),
        "may_change": request.member.may_write and campaign.status != Status.ARCHIVED,
        "form": form,
        "told": told or form,
        "slug": form.slug if form else "",
        "part": form.part if form else None,
        "zones": zone_choices,
    }
    if form and isinstance(form.part, RulePart | MembershipPart):
        at = form.part.condition_at
        below = [
            each._replace(pointer=each.pointer.removeprefix(at))
            for each in form.problems
            if each.pointer.startswith(at)
        ]
        context["condition"] = drawn(form.part.when, below)
    return context
