"""A token of Warden's for a session in the browser.

No token of ours stands in the form, as the site that posts it is another. What keeps a third site from signing somebody in as
somebody else: a form counts only when the browser says (`Origin`, which no page can set) that it stands on the issuer's portal;
and the header `Authorization` no form can send, nor a script of another site without our leave, which nobody is given. A token is
good for one session, so that what was overheard in a log or a history opens nothing.
"""

import math
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import RedisError

from apps.accounts.models import Membership, User
from apps.accounts.roles import STANDING, Role, Scope, may_hold
from apps.accounts.warden import people, programs
from apps.accounts.warden.asking import WardenUnavailable
from apps.accounts.warden.models import WardenIssuer
from apps.accounts.warden.sign_in import is_staff
from apps.accounts.warden.tokens import BadToken


class ForeignForm(Exception):
    """The token came from a site that may not send one."""


def person_of(
    authorization: str, posted: str, *, origin: str, own_origin: str, now: datetime
) -> tuple[WardenIssuer, User]:
    """Whom the token lets in. Errors: ForeignForm, BadToken, WardenUnavailable."""
    scheme, _, shown = authorization.partition(" ")
    in_header = scheme.lower() == "bearer"
    token = shown.strip() if in_header else posted
    portals = WardenIssuer.objects.filter(is_active=True, exchanges_tokens=True).exclude(portal_origin="")
    if not in_header and origin not in {*portals.values_list("portal_origin", flat=True)}:
        raise ForeignForm
    if in_header and origin not in ("", own_origin):
        raise ForeignForm
    issuer, said = programs.proven(token, now)
    if not issuer.exchanges_tokens:
        raise BadToken("its tokens are not for sessions")
    if not in_header and origin != issuer.portal_origin:
        raise ForeignForm
    person, _ = people.admit(issuer, said)
    if is_staff(person):
        raise BadToken("staff")
    if not all(_permits(said, member.role) for member in _opened_by(issuer, person)):
        raise BadToken("it permits less than its person's session would")
    _use_up(token, math.ceil(said.ends_s - now.timestamp()) + issuer.leeway_s)
    return issuer, person


def _opened_by(issuer: WardenIssuer, person: User) -> QuerySet[Membership]:
    """All that the session would be good for, which is more than the organizations the token names."""
    return Membership.objects.filter(user=person, organization__in=issuer.organizations.values("organization"))


def _permits(said: people.Said, role: str) -> bool:
    """Whether the token says the role or one above it, or everything by name that programs could be permitted of it. What only
    owners may has no such name.
    """
    if said.role and STANDING.index(said.role) <= STANDING.index(Role(role)):
        return True
    return role != Role.OWNER and {scope for scope in Scope.values if may_hold(role, scope)} <= said.scopes


def _use_up(token: str, for_s: int) -> None:
    """By its signed part: a signature can be written in several ways. It is remembered for as long as the token is valid."""
    signed = token.rpartition(".")[0]
    try:
        is_first = cache.add(f"warden:exchanged:{sha256(signed.encode()).hexdigest()}", 1, for_s)
    except RedisError as error:
        raise WardenUnavailable("Redis, where used tokens are noted, does not answer") from error
    if not is_first:
        raise BadToken("used before")
