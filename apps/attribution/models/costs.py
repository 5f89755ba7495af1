"""Uploads of costs, in PostgreSQL; their rows are in ClickHouse."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.accounts.models import Membership, Organization


class CostUploadQuerySet(models.QuerySet["CostUpload"]):
    def visible_to(self, member: Membership) -> "CostUploadQuerySet":
        return self.filter(organization_id=member.organization_id)


class CostUpload(models.Model):
    """A file that says what was spent: its bytes, how its columns are read, and whether it counts."""

    class Status(models.TextChoices):
        DRAFT = "draft", "not applied yet"
        APPLYING = "applying"
        APPLIED = "applied"
        UNDOING = "undoing"
        UNDONE = "undone"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="cost_uploads")
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes: the same file is recognised.")
    mapping = models.JSONField(default=dict, help_text="the file's columns and how they are read")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    rows = models.PositiveIntegerField(default=0, help_text="that count")
    errors = models.PositiveIntegerField(default=0, help_text="rows that say nothing we can use")
    totals = models.JSONField(default=dict, help_text="what was spent, by currency")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CostUploadQuerySet] = CostUploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "cost upload"
        indexes = [models.Index("organization", "digest", name="cost_upload_same_file")]

    def __str__(self) -> str:
        return self.name
