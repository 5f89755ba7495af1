"""Settings, Members: who works here and as what, who is invited, and leaving."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import access, inviting
from apps.accounts import members as members_of
from apps.accounts.access import MemberRequest, member_required, role_required, signed_in_required
from apps.accounts.member_forms import ChangedRole, NewInvitation, roles_of
from apps.accounts.members import NotAllowed
from apps.accounts.models import Invitation
from apps.accounts.roles import TABLE, Role, Verb, may, may_give


@member_required
@require_GET
def members(request: MemberRequest) -> HttpResponse:
    return _page(request)


@role_required(Verb.MANAGE)
@require_POST
def invite(request: MemberRequest) -> HttpResponse:
    form = NewInvitation(request.POST, by=request.member)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        invitation, token = inviting.invite(request.member, **form.cleaned_data, now=timezone.now())
    except NotAllowed as refused:
        form.add_error("email", str(refused))
        return _page(request, form=form, status=422)
    return _mailed(request, invitation, token)


@role_required(Verb.MANAGE)
@require_POST
def resend_invitation(request: MemberRequest, invitation_id: int) -> HttpResponse:
    invitation = access.invitation_for(request.member, invitation_id)
    try:
        token = inviting.send_again(invitation, request.member, timezone.now())
    except NotAllowed as refused:
        return _page(request, refused=str(refused), status=422)
    return _mailed(request, invitation, token)


@role_required(Verb.MANAGE)
@require_POST
def withdraw_invitation(request: MemberRequest, invitation_id: int) -> HttpResponse:
    invitation = access.invitation_for(request.member, invitation_id)
    invitation.withdraw(timezone.now())
    messages.success(request, f"The invitation of {invitation.email} is withdrawn: its link no longer opens.")
    return redirect("accounts:members")


@role_required(Verb.MANAGE)
@require_POST
def change_role(request: MemberRequest, member_id: int) -> HttpResponse:
    member = access.member_for(request.member, member_id)
    form = ChangedRole(request.POST, by=request.member)
    try:
        if not form.is_valid():
            raise NotAllowed("Choose one of the roles you may give.")
        members_of.give_role(member, form.cleaned_data["role"], by=request.member)
    except NotAllowed as refused:
        return _page(request, refused=str(refused), status=422)
    messages.success(request, f"{member.user.get_full_name()} is {Role(form.cleaned_data['role'])} now.")
    return redirect("accounts:members")


@role_required(Verb.MANAGE)
@require_POST
def remove_member(request: MemberRequest, member_id: int) -> HttpResponse:
    member = access.member_for(request.member, member_id)
    try:
        members_of.remove(member, by=request.member)
    except NotAllowed as refused:
        return _page(request, refused=str(refused), status=422)
    messages.success(request, f"{member.user.get_full_name()} is no longer a member.")
    return redirect("accounts:members")


@signed_in_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Of one of the person's own organizations, whichever they work in now."""
    member = access.own_membership(request, request.POST.get("organization", ""))
    try:
        members_of.leave(member)
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect("accounts:members")
    messages.success(request, f"You have left {member.organization}.")
    return redirect("/")


def _mailed(request: MemberRequest, invitation: Invitation, token: str) -> HttpResponse:
    try:
        inviting.mail(invitation, token)
    except inviting.MailFailed:
        messages.error(request, f"The mail to {invitation.email} could not be sent. Send it again in a minute.")
    else:
        messages.success(request, f"{invitation.email} is invited: the link in the mail opens once, within a week.")
    return redirect("accounts:members")


def _page(
    request: MemberRequest, *, form: NewInvitation | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    member, now = request.member, timezone.now()
    keys = Count("user__apikey", Q(user__apikey__organization=member.organization_id, user__apikey__revoked_at=None))
    listed = member.organization.memberships.select_related("user").annotate(keys=keys).order_by("user__email")
    waiting = Invitation.objects.visible_to(member).waiting().select_related("invited_by")
    page = {
        "members": [(one, may_give(member.role, one.role)) for one in listed],
        "roles": roles_of(member),
        "invitations": [(one, one.is_open(now)) for one in waiting] if member.may_manage else [],
        "form": form or NewInvitation(by=member, initial={"role": Role.VIEWER}),
        "meanings": [
            (role.label, [permission.means for verb, permission in TABLE.items() if may(role, verb)]) for role in Role
        ],
        "refused": refused,
        "now": now,
    }
    return render(request, "accounts/members.html", page, status=status)
