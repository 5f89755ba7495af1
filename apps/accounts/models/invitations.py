"""Who is asked to join an organization: by e-mail, with a link that opens once."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from apps.accounts.fields import LowerCaseEmailField
from apps.accounts.models.members import Membership
from apps.accounts.models.organizations import Organization
from apps.accounts.models.people import User
from apps.accounts.roles import Role, may_give

OPEN_FOR = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; some of them may have run out."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def visible_to(self, member: Membership) -> "InvitationQuerySet":
        return self.filter(organization_id=member.organization_id)


class Invitation(models.Model):
    """One address asked to join one organization in one role. The link's token is in the mail alone; we keep its hash."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = LowerCaseEmailField()
    role = models.CharField(max_length=16, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    mails = models.PositiveSmallIntegerField(default=1, help_text="how often it was sent")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("email", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_waits_once",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    def is_open(self, now: datetime) -> bool:
        """Whether its link opens. Cost: one query."""
        return not (self.accepted_at or self.withdrawn_at) and now < self.expires_at and self.counts()

    def counts(self) -> bool:
        """Whether who sent it may still give that role: what somebody promised ends with being able to keep it."""
        senders = Membership.objects.filter(
            organization_id=self.organization_id, user=self.invited_by, user__is_active=True
        )
        return any(may_give(member.role, self.role) for member in senders)

    def withdraw(self, now: datetime) -> None:
        """Withdrawing again keeps the first moment."""
        Invitation.objects.waiting().filter(pk=self.pk).update(withdrawn_at=now)
