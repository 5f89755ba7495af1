"""People, the organizations they work in or are invited to, and the keys their programs carry."""

from apps.accounts.models.api_keys import LAST_USED_EVERY, TOKEN_PREFIX, ApiKey, CannotRotate, hash_of, new_key_id
from apps.accounts.models.audit import AuditEntry
from apps.accounts.models.invitations import OPEN_FOR, Invitation
from apps.accounts.models.members import Membership
from apps.accounts.models.organizations import RETENTION_MAX_DAYS, Domain, Organization, new_link_secret
from apps.accounts.models.people import User, UserManager
from apps.accounts.warden.models import WardenIssuer, WardenMembership, WardenOrganization

__all__ = [
    "LAST_USED_EVERY",
    "OPEN_FOR",
    "RETENTION_MAX_DAYS",
    "TOKEN_PREFIX",
    "ApiKey",
    "AuditEntry",
    "CannotRotate",
    "Domain",
    "Invitation",
    "Membership",
    "Organization",
    "User",
    "UserManager",
    "WardenIssuer",
    "WardenMembership",
    "WardenOrganization",
    "hash_of",
    "new_key_id",
    "new_link_secret",
]
