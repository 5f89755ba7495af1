"""What was changed, written by PostgreSQL itself: apps/accounts/audit/ says of what, and by whom."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from apps.accounts.models.members import Membership

# The table lets nobody delete what is younger.
KEPT = timedelta(days=730)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, member: Membership) -> "AuditEntryQuerySet":
        return self.filter(organization_id=member.organization_id)

    def forget(self, now: datetime) -> int:
        """Deletes what need not be kept any more."""
        return self.filter(at__lt=now - KEPT).delete()[0]


class AuditEntry(models.Model):
    """One row that was made, changed or removed. Only the triggers write here, and nobody changes it.

    Ids are numbers without a relation: an entry outlives the person, the row and the organization.
    """

    class Deed(models.TextChoices):
        MADE = "INSERT", "made"
        CHANGED = "UPDATE", "changed"
        REMOVED = "DELETE", "removed"

    at = models.DateTimeField()
    organization_id = models.BigIntegerField(null=True)
    noun = models.CharField("table", max_length=63)
    row_id = models.CharField(max_length=64)
    named = models.CharField(max_length=200, help_text="What the row was called.")
    deed = models.CharField(max_length=6, choices=Deed)
    before = models.JSONField(help_text="The values that changed. Secrets are ***.")
    after = models.JSONField()
    user_id = models.BigIntegerField(null=True)
    program = models.CharField(max_length=300, help_text="The key it came with, where it was a program.")
    task = models.CharField(max_length=200, help_text="The task that did it, where it was one.")
    address = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    view = models.CharField(max_length=200)

    objects: ClassVar[AuditEntryQuerySet] = AuditEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organization_id", "-id"], name="audit_of_organization"),
            models.Index(fields=["organization_id", "user_id", "-id"], name="audit_of_person"),
            models.Index(fields=["at"], name="audit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_deed_display()} {self.noun} {self.row_id}"
