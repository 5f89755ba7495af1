"""The cast and their organizations. Alice owns `acme`, Bob helps there, Charlie owns `other` and must see nothing of it."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.accounts.models import (
    OPEN_FOR,
    ApiKey,
    Domain,
    Invitation,
    Membership,
    Organization,
    User,
    WardenIssuer,
    WardenOrganization,
    hash_of,
)
from apps.accounts.roles import Role, Scope

PASSWORD = "correct horse battery"
INVITED = "5ea1" * 16
_numbers = count(1)


def a_user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"person{next(_numbers)}@example.com", PASSWORD, **fields)


def an_organization(key: str = "", **fields: Any) -> Organization:
    """The organization of that key, made when it is not there yet."""
    key = key or f"organization-{next(_numbers)}"
    return Organization.objects.get_or_create(key=key, defaults={"name": key.title(), **fields})[0]


def a_member(user: User, organization: Organization, role: str = Role.MARKETER) -> Membership:
    return Membership.objects.create(user=user, organization=organization, role=role)


def alice() -> Membership:
    return a_member(a_user("alice@example.com", name="Alice Ames"), an_organization("acme"), Role.OWNER)


def bob(role: str = Role.VIEWER) -> Membership:
    return a_member(a_user("bob@example.com", name="Bob Byrd"), an_organization("acme"), role)


def charlie() -> Membership:
    return a_member(a_user("charlie@example.com", name="Charlie Cole"), an_organization("other"), Role.OWNER)


def a_domain(organization: Organization, name: str = "example.com", *, verified_at: datetime | None = None) -> Domain:
    return Domain.objects.create(organization=organization, name=name, verified_at=verified_at)


def an_api_key(organization: Organization, scopes: list[str] | None = None, **fields: Any) -> tuple[ApiKey, str]:
    """The key and its token."""
    return ApiKey.issue(
        organization, name=fields.pop("name", "export"), scopes=scopes or [Scope.ANALYTICS_READ], **fields
    )


def an_invitation(
    by: Membership, email: str = "dana@example.com", role: str = Role.VIEWER, **fields: Any
) -> Invitation:
    """Waiting, sent an hour ago; the token of its link is `token`."""
    token, sent_at = fields.pop("token", INVITED), fields.pop("sent_at", timezone.now() - timedelta(hours=1))
    times = {"created_at": sent_at, "sent_at": sent_at, "expires_at": sent_at + OPEN_FOR}
    return Invitation.objects.create(
        organization=by.organization,
        email=email,
        role=role,
        token_hash=hash_of(token),
        invited_by=by.user,
        **times,
        **fields,
    )


def an_issuer(organization: Organization, **fields: Any) -> WardenIssuer:
    """Whom nobody asks: its keys are nowhere."""
    said = {"key": "warden", "name": "Warden", "issuer": "https://warden.example", "audience": "trellis"}
    issuer = WardenIssuer.objects.create(**{**said, "jwks_url": "https://warden.example/jwks", **fields})
    WardenOrganization.objects.create(issuer=issuer, external_id=organization.key, organization=organization)
    return issuer


def with_verified_address(member: Membership) -> Membership:
    user = member.user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return member


def staff() -> User:
    return a_user("staff@example.com", is_staff=True, is_superuser=True)


def signed_in(client: Client, who: User | Membership) -> Client:
    """The same client with that person signed in, as if the password had been typed."""
    person = who.user if isinstance(who, Membership) else who
    client.force_login(person)
    UserSession.objects.create(user=person, ip="127.0.0.1", session_key=client.session.session_key)
    return with_a_second_step(client, person) if person.is_staff else client


def with_a_second_step(client: Client, person: User) -> Client:
    """The same client, as if the person had entered a code, too."""
    request = RequestFactory().get("/")
    request.session = session = client.session  # type: ignore[attr-defined]
    record_authentication(request, person, "mfa", type="totp")
    session.save()
    return client
