"""Who may do what: the one table of roles and verbs. Pages, the API and templates all ask it."""

from enum import StrEnum

from django.db import models


class Verb(StrEnum):
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


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


VERBS: dict[Role, frozenset[Verb]] = {
    Role.VIEWER: frozenset({Verb.READ}),
    Role.MARKETER: frozenset({Verb.READ, Verb.WRITE}),
    Role.ADMIN: frozenset({Verb.READ, Verb.WRITE, Verb.MANAGE}),
    Role.OWNER: frozenset({Verb.READ, Verb.WRITE, Verb.MANAGE}),
}


def may(role: str, verb: str) -> bool:
    """True when members with this role may do `verb`. Raises ValueError for a role or verb that does not exist."""
    return Verb(verb) in VERBS[Role(role)]
