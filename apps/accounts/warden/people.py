"""From claims to a person in an organization, made when they come first. Nobody is found by an address alone.

An issuer can say any e-mail address. Would it find people by it, it could sign in as somebody of an organization that is not its
own; so people are known by issuer and subject, and an address that somebody has already is refused until that person connects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.accounts.models import Membership, User
from apps.accounts.roles import STANDING, Role, Scope, may_hold
from apps.accounts.warden.models import WardenIssuer, WardenMembership, WardenOrganization
from apps.accounts.warden.tokens import BadToken, text

SUBJECT_MAX_CHARS = 191
ORGANIZATIONS_MAX = 100
ROLE_PREFIX = "trellis:"


class AddressTaken(BadToken):
    """Somebody has this e-mail address already, and has not said to be the same person."""


@dataclass(frozen=True)
class Said:
    """The claims in our words. `organizations` are as the issuer calls them, `permissions` as we do."""

    subject: str
    organizations: frozenset[str]
    permissions: frozenset[str]
    email: str = ""
    name: str = ""
    ends_s: float = 0

    @property
    def scopes(self) -> frozenset[str]:
        """Those that were said, and all that somebody of the role may hold."""
        role = self.role
        return frozenset(
            scope for scope in Scope.values if scope in self.permissions or (role and may_hold(role, scope))
        )

    @property
    def role(self) -> Role | None:
        """The highest that was said by name."""
        return next((role for role in STANDING if f"{ROLE_PREFIX}{role}" in self.permissions), None)


def read(claims: Mapping[str, Any], issuer: WardenIssuer) -> Said:
    """Errors: BadToken, for claims that are not there or not what they have to be."""
    permissions = {issuer.words.get(word, word) for word in _words(claims.get(issuer.permissions_claim))}
    said = Said(
        text(claims.get(issuer.person_claim), SUBJECT_MAX_CHARS),
        frozenset(_listed(claims.get(issuer.organization_claim))),
        frozenset(permissions),
        _email(claims.get(issuer.email_claim)),
        text(claims[issuer.name_claim], 150) if claims.get(issuer.name_claim) else "",
        ends if isinstance(ends := claims.get("exp"), int | float) else 0,
    )
    if not said.scopes:
        raise BadToken("nothing of ours is permitted")
    return said


def places_of(issuer: WardenIssuer, said: Said) -> list[WardenOrganization]:
    """The organizations it names that are this issuer's to speak for. Errors: BadToken, when there is none."""
    places = list(issuer.organizations.select_related("organization").filter(external_id__in=said.organizations))
    if not places:
        raise BadToken("no organization this issuer may speak for")
    return places


def admit(issuer: WardenIssuer, said: Said, *, settles_role: bool = True) -> tuple[User, list[Membership]]:
    """The person and a membership of each organization, made where there was none. With `settles_role` the roles of memberships
    that this issuer made become what is said now. Errors: BadToken, AddressTaken.
    """
    places = places_of(issuer, said)
    with transaction.atomic():
        person = known_person(issuer, said.subject) or _made_person(issuer, said)
        if not person.is_active:
            raise BadToken("switched off")
        return person, [_membership(issuer, place, person, said, settles_role) for place in places]


def known_person(issuer: WardenIssuer, subject: str) -> User | None:
    account = SocialAccount.objects.select_related("user").filter(provider=issuer.key, uid=subject).first()
    return account.user if account else None


def role_in(place: WardenOrganization, said: Said) -> Role:
    """What the token makes somebody there: never more than the organization allows its issuer."""
    wanted = said.role or (Role.MARKETER if Scope.CAMPAIGNS_WRITE in said.scopes else Role.VIEWER)
    return max(wanted, Role(place.highest), key=STANDING.index)


def scopes_in(role: str, said: Said) -> frozenset[str]:
    """What was permitted, as far as the role may."""
    return frozenset(scope for scope in said.scopes if may_hold(role, scope))


def _made_person(issuer: WardenIssuer, said: Said) -> User:
    if not said.email:
        raise BadToken("a new person without an address")
    # One at a time for each issuer: who waited finds the person that the other request made.
    WardenIssuer.objects.select_for_update().get(pk=issuer.pk)
    if person := known_person(issuer, said.subject):
        return person
    is_taken = EmailAddress.objects.filter(email__iexact=said.email).exists()
    if is_taken or User.objects.filter(email=said.email).exists():
        raise AddressTaken("somebody has this address")
    person = User.objects.create_user(said.email, name=said.name)
    # Not verified: that is the issuer's word alone. A password for it works once its mailbox has confirmed.
    EmailAddress.objects.create(user=person, email=said.email, verified=False, primary=True)
    SocialAccount.objects.create(user=person, provider=issuer.key, uid=said.subject)
    return person


def _membership(
    issuer: WardenIssuer, place: WardenOrganization, person: User, said: Said, settles_role: bool
) -> Membership:
    """Warden decides about memberships it made; what an organization gave somebody itself stays, and so do owners."""
    role = role_in(place, said)
    member, is_new = Membership.objects.select_related("organization", "user", "warden").get_or_create(
        user=person, organization=place.organization, defaults={"role": role}
    )
    if is_new:
        WardenMembership.mark(issuer, member)
    elif settles_role and member.role not in (role, Role.OWNER) and _is_by(issuer, member):
        # Only what was read: not over what somebody else has changed meanwhile.
        Membership.objects.filter(pk=member.pk, role=member.role).update(role=role)
        member.refresh_from_db(fields=["role"])
    return member


def _is_by(issuer: WardenIssuer, member: Membership) -> bool:
    return hasattr(member, "warden") and member.warden.issuer_id == issuer.pk


def _listed(value: object) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    if len(values) > ORGANIZATIONS_MAX:
        raise BadToken("too many organizations")
    return [text(each, 255) for each in values]


def _words(value: object) -> Iterable[str]:
    """A list, or words with spaces between, as OAuth writes scopes."""
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list):
        raise BadToken("permissions are neither a list nor a text")
    return [text(word) for word in words]


def _email(value: object) -> str:
    if value is None:
        return ""
    address = text(value, 254).strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadToken("an e-mail address that is none") from error
    return address
