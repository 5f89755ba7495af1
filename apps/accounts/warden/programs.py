"""Who a program is that shows something of Warden's: one organization, scopes, and in whose name it acts."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Organization, User
from apps.accounts.warden import people, service_keys, tokens
from apps.accounts.warden.keys import proving_key
from apps.accounts.warden.models import WardenIssuer
from apps.accounts.warden.tokens import BadToken


@dataclass(frozen=True)
class WardenProgram:
    """Asks as an API key does: see `apps.accounts.belonging.Program`."""

    organization: Organization
    scopes: frozenset[str]
    created_by: User | None
    name: str

    @property
    def rate_key(self) -> str:
        """Whose points it asks with."""
        return f"warden:{self.name}"

    @property
    def organization_id(self) -> int:
        return self.organization.pk

    def allows(self, scope: str) -> bool:
        return scope in self.scopes


def by_token(token: str, now: datetime) -> WardenProgram:
    """A person's program: it may what the person may there, as far as the token permits. Errors: BadToken, WardenUnavailable."""
    issuer, said = proven(token, now)
    if len(people.places_of(issuer, said)) != 1:
        raise BadToken("a program works for one organization")
    # A program asks for as little as it needs, which says nothing of what its person may.
    person, [member] = people.admit(issuer, said, settles_role=said.role is not None)
    return WardenProgram(
        member.organization, people.scopes_in(member.role, said), person, f"{issuer.key}/{said.subject}"
    )


def by_service_key(key: str, now: datetime) -> WardenProgram:
    """A service: nobody in person. Errors: BadToken, WardenUnavailable."""
    issuer, claims = service_keys.claims_of(key, now.timestamp())
    said = people.read(claims, issuer)
    places = people.places_of(issuer, said)
    if len(places) != 1:
        raise BadToken("a service works for one organization")
    scopes = people.scopes_in(people.role_in(places[0], said), said)
    return WardenProgram(places[0].organization, scopes, None, f"{issuer.key}/{said.subject}")


def proven(token: str, now: datetime) -> tuple[WardenIssuer, people.Said]:
    """A token's issuer and what it says, checked. Errors: BadToken, WardenUnavailable."""
    said = tokens.unproven(token)
    issuer = WardenIssuer.objects.filter(issuer=said.issuer, is_active=True).first()
    if issuer is None:
        raise BadToken("an issuer we do not know")
    claims = tokens.claims_of(token, proving_key(issuer, said, now), said.algorithm)
    tokens.check(claims, issuer=issuer.issuer, audience=issuer.audience, leeway_s=issuer.leeway_s, now=now)
    return issuer, people.read(claims, issuer)
