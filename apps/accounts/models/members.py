"""Who works in an organization, and as what."""

from typing import ClassVar

from django.db import models

from apps.accounts import roles
from apps.accounts.models.organizations import Organization
from apps.accounts.models.people import User
from apps.accounts.roles import Role, Verb


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, person: User) -> "MembershipQuerySet":
        """The person's memberships with their organizations, the oldest first."""
        return self.filter(user=person).select_related("organization", "user").order_by("created_at", "id")


class Membership(models.Model):
    """A person in an organization, with one role. Pages call it the member."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("organization", "user")
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"

    def may(self, verb: str) -> bool:
        return roles.may(self.role, verb)

    # Templates cannot hand a verb to `may`.
    @property
    def may_write(self) -> bool:
        return self.may(Verb.WRITE)

    @property
    def may_manage(self) -> bool:
        return self.may(Verb.MANAGE)

    @property
    def may_own(self) -> bool:
        return self.may(Verb.OWN)
