"""Who may open a page: decorators for views, and one function per noun that returns the object or raises Http404."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from apps.accounts import second_factor
from apps.accounts.models import ApiKey, Domain, Invitation, Membership, User
from apps.accounts.roles import Verb
from apps.accounts.warden import sessions

SESSION_KEY = "organization"
# What else than a verb of the table an address may ask for.
STAFF, SIGNED_IN = "staff", "signed in"
P = ParamSpec("P")
Guarded = TypeVar("Guarded", bound=Callable[..., Any])


class MemberRequest(HttpRequest):
    """What a view behind `member_required` gets: `member` is there."""

    member: Membership
    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The signed-in person's memberships, the oldest first; asked once a request. Cost: one query."""
    known: list[Membership] | None = getattr(request, "_memberships", None)
    if known is None:
        known = list(Membership.objects.of(_person(request))) if request.user.is_authenticated else []
        known = sessions.within(request, known)
        request._memberships = known  # type: ignore[attr-defined]
    return known


def current_member(request: HttpRequest) -> Membership | None:
    """The membership the person works under: of the organization chosen in this session, else the first."""
    memberships = memberships_of(request)
    chosen = request.session.get(SESSION_KEY) if memberships else None
    first = memberships[0] if memberships else None
    return next((member for member in memberships if member.organization_id == chosen), first)


def choose_organization(request: HttpRequest, key: str) -> Membership | None:
    """Makes one of the person's own organizations the current one; None when there is no such membership."""
    member = next((member for member in memberships_of(request) if member.organization.key == key), None)
    if member:
        request.session[SESSION_KEY] = member.organization_id
    return member


def own_membership(request: HttpRequest, key: str) -> Membership:
    """The signed-in person's membership of the organization with this key. Errors: Http404."""
    member = next((member for member in memberships_of(request) if member.organization.key == key), None)
    if member is None:
        raise Http404
    return member


def member_required(view: View[P]) -> Page[P]:
    """Lets members in. Others are sent to sign in, or, without an organization, are offered to make one."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        member = current_member(request)
        if member is None:
            return render(request, "accounts/no_organization.html", status=403)
        request.member = member  # type: ignore[attr-defined]
        return view(cast(MemberRequest, request), *args, **kwargs)

    return _asking(getattr(view, "asks_for", Verb.READ), guarded)


def role_required(verb: str) -> Callable[[View[P]], Page[P]]:
    """Lets members in whose role may do `verb`: the others see a page that says so, with status 403."""
    needed = Verb(verb)

    def decorate(view: View[P]) -> Page[P]:
        @wraps(view)
        def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.member.may(needed):
                return refusal(request, needed)
            return view(request, *args, **kwargs)

        return member_required(_asking(needed, guarded))

    return decorate


def refusal(request: HttpRequest, verb: str) -> HttpResponse:
    """The page that says that one's role may not do `verb`."""
    return render(request, "accounts/role_required.html", {"verb": str(verb)}, status=403)


def staff_required(view: Page[P]) -> Page[P]:
    """Lets staff in who proved a second factor, with or without an organization; anybody else signed in gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        if not _person(request).is_staff:
            raise PermissionDenied
        step = second_factor.step_for(request, request.get_full_path())
        return step if step is not None else view(request, *args, **kwargs)

    return _asking(STAFF, guarded)


def signed_in_required(view: Page[P]) -> Page[P]:
    """Lets anybody in who has signed in, also people without an organization."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _sign_in(request)

    return _asking(SIGNED_IN, guarded)


def api_key_for(member: Membership, key_id: str) -> ApiKey:
    return get_object_or_404(ApiKey.objects.visible_to(member), key_id=key_id)


def domain_for(member: Membership, domain_id: int) -> Domain:
    return get_object_or_404(Domain, organization_id=member.organization_id, pk=domain_id)


def member_for(member: Membership, member_id: int) -> Membership:
    """Another member of the same organization, or the same one."""
    theirs = Membership.objects.filter(organization_id=member.organization_id).select_related("user")
    return get_object_or_404(theirs, pk=member_id)


def invitation_for(member: Membership, invitation_id: int) -> Invitation:
    theirs = Invitation.objects.visible_to(member).select_related("organization", "invited_by")
    return get_object_or_404(theirs, pk=invitation_id)


def _asking(what: str, guarded: Guarded) -> Guarded:
    """The view, with what it asks for written on it: the tests compare that with the rule of its address."""
    guarded.asks_for = what  # type: ignore[attr-defined]
    return guarded


def _person(request: HttpRequest) -> User:
    # For the type checker: whoever calls this knows that somebody has signed in.
    return cast(User, request.user)


def _sign_in(request: HttpRequest) -> HttpResponse:
    # The script in every page turns this into a reload when it is the answer to htmx, so that no card shows the form.
    # What was sent is lost with the session, and its address shows nothing by itself.
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(back, reverse("account_login"))
