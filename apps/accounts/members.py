"""What people do with each other's memberships: roles are changed, members removed, and some leave.

Two laws hold whoever asks, at the same time too: nobody gives or takes a role above their own, and an organization that has an
owner keeps one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.accounts.models import Membership, Organization
from apps.accounts.roles import Role, may_give


class NotAllowed(Exception):
    """Carries the sentence for people."""


@contextmanager
def in_turn(organization_id: int) -> Iterator[None]:
    """A transaction in which nobody else changes who works in this organization."""
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization_id)
        yield


def give_role(member: Membership, role: str, *, by: Membership) -> None:
    """Errors: NotAllowed."""
    with in_turn(member.organization_id):
        giver, changed = _both(by, member)
        if not (may_give(giver.role, changed.role) and may_give(giver.role, role)):
            raise NotAllowed("Nobody can give or take a role above their own.")
        if role != Role.OWNER:
            refuse_last_owner(changed)
        changed.role = role
        changed.save(update_fields=["role"])


def remove(member: Membership, *, by: Membership) -> None:
    """Errors: NotAllowed. What the person made stays; programs with keys the person made go on."""
    with in_turn(member.organization_id):
        remover, removed = _both(by, member)
        if not may_give(remover.role, removed.role):
            raise NotAllowed("Nobody can remove somebody whose role is above their own.")
        refuse_last_owner(removed)
        removed.delete()


def leave(member: Membership) -> None:
    """Errors: NotAllowed."""
    with in_turn(member.organization_id):
        _, leaving = _both(member, member)
        refuse_last_owner(leaving)
        leaving.delete()


def refuse_last_owner(member: Membership) -> None:
    """Errors: NotAllowed, when without this member the organization would have no owner who can sign in."""
    owners = Membership.objects.filter(organization_id=member.organization_id, role=Role.OWNER, user__is_active=True)
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise NotAllowed("An organization keeps an owner: make somebody else one first.")


def _both(by: Membership, member: Membership) -> tuple[Membership, Membership]:
    """Both as they are now, under the lock: roles may have changed since the page was asked for."""
    found = {one.pk: one for one in Membership.objects.select_related("user").filter(pk__in=[by.pk, member.pk])}
    if by.pk not in found:
        raise NotAllowed("You are no longer a member.")
    if member.pk not in found:
        raise NotAllowed("That person is no longer a member.")
    return found[by.pk], found[member.pk]
