"""What was published of a campaign, by whom and why; publishing, and earlier versions as the draft."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.campaigns import access
from apps.campaigns.definition import changes, stored
from apps.campaigns.forms.publishing import Publish, Restore
from apps.campaigns.forms.versions import Pair
from apps.campaigns.outline import outline
from apps.campaigns.views.frame import frame_of


@member_required
@require_GET
def versions(request: MemberRequest, key: str) -> HttpResponse:
    """All of them, the newest first; two that the address names are compared."""
    campaign = access.campaign_for(request.member, key)
    form = Pair(request.GET)
    context = {**frame_of(campaign, "versions"), "versions": access.versions_for(request.member, key), "pair": form}
    if form.is_valid() and form.is_asked:
        old, new = (access.version_for(request.member, key, number) for number in form.numbers)
        context |= {"old": old, "new": new, "differences": changes(stored(old.document), stored(new.document))}
    return render(request, "campaigns/versions.html", context)


@member_required
@require_GET
def version(request: MemberRequest, key: str, number: int) -> HttpResponse:
    """One version whole."""
    version = access.version_for(request.member, key, number)
    context = {
        **frame_of(access.campaign_for(request.member, key), "versions"),
        "version": version,
        "outline": outline(version.document),
    }
    return render(request, "campaigns/version.html", context)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def publish(request: MemberRequest, key: str) -> HttpResponse:
    """What publishing would change, in words, and the button that does it."""
    campaign = access.campaign_for(request.member, key)
    form = Publish(request.POST or None, campaign=campaign, user=request.member.user)
    if request.method == "GET" or not form.save():
        context = {**frame_of(campaign, "versions"), "form": form}
        return render(request, "campaigns/publish.html", context, status=422 if form.is_bound else 200)
    messages.success(request, f"Version {form.version.number} of {campaign.name} is in force within seconds.")
    return redirect("campaigns:versions", key)


@role_required(Verb.WRITE)
@require_POST
def restore(request: MemberRequest, key: str, number: int) -> HttpResponse:
    """An earlier version as the draft; what is in force stays so until somebody publishes."""
    version = access.version_for(request.member, key, number)
    campaign = access.campaign_for(request.member, key)
    form = Restore(request.POST, campaign=campaign, user=request.member.user, number=version.number)
    if not form.save():
        context = {
            **frame_of(campaign, "versions"),
            "version": version,
            "outline": outline(version.document),
            "form": form,
        }
        return render(request, "campaigns/version.html", context, status=422)
    messages.success(request, f"Version {number} is the draft now. Publish it to put it in force.")
    return redirect("campaigns:versions", key)
