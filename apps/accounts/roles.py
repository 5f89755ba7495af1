"""Who may do what: the one table of verbs, roles and scopes. Pages, the API, templates and jobs all ask it."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class Verb(StrEnum):
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    OWN = "own"


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    VIEWER = "viewer"


class Scope(models.TextChoices):
    """What an API key may do."""

    ANALYTICS_READ = "analytics:read", "Read reports and events"
    TRAFFIC_WRITE = "traffic:write", "Send events"
    CAMPAIGNS_READ = "campaigns:read", "Read links and campaigns"
    CAMPAIGNS_WRITE = "campaigns:write", "Change links and campaigns"
    SETTINGS_WRITE = "settings:write", "Read and change webhooks"


@dataclass(frozen=True)
class Permission:
    """One row: what a verb means, which people may do it by their role, and which scopes open it, each its part, to programs."""

    means: str
    roles: frozenset[Role]
    scopes: frozenset[Scope] = frozenset()


# Each role stands above the ones after it.
STANDING = (Role.OWNER, Role.ADMIN, Role.MARKETER, Role.VIEWER)
EVERYBODY = frozenset(STANDING)

TABLE: dict[Verb, Permission] = {
    Verb.READ: Permission(
        "look at reports, events, links, campaigns and money",
        EVERYBODY,
        frozenset({Scope.ANALYTICS_READ, Scope.CAMPAIGNS_READ}),
    ),
    Verb.WRITE: Permission(
        "change links and campaigns, upload costs, name clicks afterwards",
        EVERYBODY - {Role.VIEWER},
        frozenset({Scope.CAMPAIGNS_WRITE, Scope.TRAFFIC_WRITE}),
    ),
    Verb.MANAGE: Permission(
        "change settings, domains, networks and webhooks, make API keys, invite and remove members",
        frozenset({Role.OWNER, Role.ADMIN}),
        frozenset({Scope.SETTINGS_WRITE}),
    ),
    Verb.OWN: Permission("make and unmake owners, read the audit", frozenset({Role.OWNER})),
}


def may(role: str, verb: str) -> bool:
    """True when members with this role may do `verb`. Raises ValueError for a role or verb that does not exist."""
    return Role(role) in TABLE[Verb(verb)].roles


def verb_of(scope: str) -> Verb:
    """The verb that the scope opens to a program. Raises ValueError for a scope that does not exist."""
    known = Scope(scope)
    return next(verb for verb, permission in TABLE.items() if known in permission.scopes)


def may_hold(role: str, scope: str) -> bool:
    """True when somebody of this role may have, or hand to a program, what the scope opens: no more than the person may do."""
    return may(role, verb_of(scope))


def may_give(giver: str, role: str) -> bool:
    """True when somebody of the role `giver` may make another person `role`, or take it away: nobody reaches above themselves."""
    return may(giver, Verb.MANAGE) and STANDING.index(Role(giver)) <= STANDING.index(Role(role))
