"""How an organization begins: a name, a key derived from it, and its first owner."""

import secrets

from django.db import transaction
from django.utils.text import slugify

from apps.accounts.models import Membership, Organization, User
from apps.accounts.roles import Role

KEY_MAX_CHARS = 48


@transaction.atomic
def found_organization(name: str, owner: User, *, time_zone: str = "UTC") -> Membership:
    """The owner's membership of a new organization. Two organizations may share a name, never a key."""
    organization = Organization.objects.create(key=free_key(name), name=name, time_zone=time_zone)
    return Membership.objects.create(user=owner, organization=organization, role=Role.OWNER)


def free_key(name: str) -> str:
    """`Acme & Söhne` as `acme-sohne`, with random characters behind it when that is taken."""
    key = slugify(name).replace("_", "-")[:KEY_MAX_CHARS].strip("-") or "organization"
    taken = Organization.objects.filter(key=key).exists()
    return f"{key}-{secrets.token_hex(3)}" if taken else key
