"""Where the link of an invitation leads: sign in or up, and join."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts import access, inviting
from apps.accounts.members import NotAllowed
from apps.accounts.models import Invitation, User


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Everybody with the link may look; whoever proved to have the address may join."""
    found = inviting.opened_by(token, timezone.now())
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    if not request.user.is_authenticated:
        inviting.remember(request, found)
        return _page(request, found)
    person = request.user
    if request.method == "GET" or not inviting.is_for(found, person):
        return _page(request, found, may_join=inviting.is_for(found, person))
    return _join(request, found, person)


def _join(request: HttpRequest, found: Invitation, person: User) -> HttpResponse:
    try:
        member = inviting.accept(found, person, timezone.now())
    except NotAllowed:
        return render(request, "accounts/invitation_gone.html", status=404)
    request.session[access.SESSION_KEY] = member.organization_id
    messages.success(request, f"Welcome to {found.organization}.")
    return redirect("/")


def _page(request: HttpRequest, found: Invitation, *, may_join: bool = False) -> HttpResponse:
    status = 403 if request.method == "POST" else 200
    return render(request, "accounts/invitation.html", {"invitation": found, "may_join": may_join}, status=status)
