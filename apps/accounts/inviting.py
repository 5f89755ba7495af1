"""Asking people into an organization by e-mail, and their coming in."""

import secrets
from datetime import datetime, timedelta
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.members import NotAllowed, in_turn
from apps.accounts.models import OPEN_FOR, Invitation, Membership, User, hash_of
from apps.accounts.roles import may_give

# So that nobody can use our name to write to half the world.
MAILS_A_DAY = 100
AGAIN_AFTER = timedelta(minutes=1)
NAME_MAX_CHARS = 80
# Which invitation a stranger is about to sign up for: its number and its link's hash, never the token.
SESSION_KEY = "invitation"


class MailFailed(Exception):
    """The mail server did not take it; the invitation is kept."""


def invite(by: Membership, email: str, role: str, now: datetime) -> tuple[Invitation, str]:
    """A stored invitation and the token of its link, which cannot be had again. Errors: NotAllowed, with a sentence.

    Whoever waits already is asked again: the role is the new one, and the old link no longer opens.
    """
    with in_turn(by.organization_id):
        by = _still(by)
        if not may_give(by.role, role):
            raise NotAllowed("Nobody can give a role above their own.")
        if Membership.objects.filter(organization_id=by.organization_id, user__email=email.lower()).exists():
            raise NotAllowed(f"{email} is a member already.")
        waiting = Invitation.objects.waiting().filter(organization_id=by.organization_id, email=email.lower()).first()
        if waiting:
            return waiting, _sent_again(waiting, by, role, now)
        _refuse_too_many(by, now)
        token = secrets.token_hex(32)
        invitation = Invitation.objects.create(
            organization_id=by.organization_id, email=email, role=role, token_hash=hash_of(token),
            invited_by_id=by.user_id, created_at=now, sent_at=now, expires_at=now + OPEN_FOR,
        )  # fmt: skip
        return invitation, token


def send_again(invitation: Invitation, by: Membership, now: datetime) -> str:
    """The token of a new link; the old one no longer opens. From now on it is `by` who invites. Errors: NotAllowed."""
    with in_turn(by.organization_id):
        fresh = Invitation.objects.waiting().filter(pk=invitation.pk).first()
        if fresh is None:
            raise NotAllowed("That invitation is no longer waiting.")
        return _sent_again(fresh, _still(by), fresh.role, now)


def mail(invitation: Invitation, token: str) -> None:
    """Errors: MailFailed."""
    organization = " ".join(invitation.organization.name.split())[:NAME_MAX_CHARS]
    said = {
        "invitation": invitation,
        "organization": organization,
        "link": settings.TRELLIS_PAGES_URL + reverse("accounts:invitation", args=[token]),
    }
    text = render_to_string("accounts/mail/invitation.txt", said)
    try:
        send_mail(f"Trellis: you are invited to {organization}", text, None, [invitation.email])
    except (SMTPException, OSError) as error:
        raise MailFailed from error


def opened_by(token: str, now: datetime) -> Invitation | None:
    """The invitation this link opens; None for anything wrong with it, without saying what."""
    found = Invitation.objects.select_related("organization", "invited_by").filter(token_hash=hash_of(token)).first()
    return found if found and found.is_open(now) else None


def remember(request: HttpRequest, invitation: Invitation) -> None:
    """Whoever signs up in this browser from now on comes by this invitation's link."""
    request.session[SESSION_KEY] = [invitation.pk, invitation.token_hash]


def remembered(request: HttpRequest, now: datetime) -> Invitation | None:
    """The invitation by whose link the browser came, while that is still open."""
    number, token_hash = request.session.get(SESSION_KEY) or (0, "")
    found = Invitation.objects.select_related("organization", "invited_by").filter(pk=number, token_hash=token_hash)
    return next((invitation for invitation in found if invitation.is_open(now)), None)


def is_for(invitation: Invitation, person: User) -> bool:
    """Whether the invited address is the person's, and proven to be."""
    proven: bool = EmailAddress.objects.filter(user=person, email__iexact=invitation.email, verified=True).exists()
    return proven


def accept(invitation: Invitation, person: User, now: datetime) -> Membership:
    """The person's membership. Who was a member already keeps the role. Errors: NotAllowed, when somebody was faster."""
    with in_turn(invitation.organization_id):
        taken = Invitation.objects.waiting().filter(pk=invitation.pk, token_hash=invitation.token_hash)
        if not invitation.is_open(now) or not taken.update(accepted_at=now):
            raise NotAllowed("That invitation is no longer open.")
        return Membership.objects.get_or_create(
            user=person, organization_id=invitation.organization_id, defaults={"role": invitation.role}
        )[0]


def _still(member: Membership) -> Membership:
    """The member as of now, under the lock. Errors: NotAllowed, when it is one no longer."""
    found = Membership.objects.filter(pk=member.pk).first()
    if found is None:
        raise NotAllowed("You are no longer a member.")
    return found


def _sent_again(waiting: Invitation, by: Membership, role: str, now: datetime) -> str:
    if not may_give(by.role, role):
        raise NotAllowed("Nobody can give a role above their own.")
    if now - waiting.sent_at < AGAIN_AFTER:
        raise NotAllowed(f"{waiting.email} was sent an invitation just now. Wait a minute.")
    _refuse_too_many(by, now)
    token = secrets.token_hex(32)
    waiting.token_hash, waiting.role, waiting.invited_by_id = hash_of(token), role, by.user_id
    waiting.sent_at, waiting.expires_at, waiting.mails = now, now + OPEN_FOR, waiting.mails + 1
    waiting.save()
    return token


def _refuse_too_many(by: Membership, now: datetime) -> None:
    lately = Invitation.objects.filter(organization_id=by.organization_id, sent_at__gt=now - timedelta(days=1))
    if (lately.aggregate(mails=Sum("mails"))["mails"] or 0) >= MAILS_A_DAY:
        raise NotAllowed(f"{MAILS_A_DAY} invitations went out since yesterday. Send the others tomorrow.")
