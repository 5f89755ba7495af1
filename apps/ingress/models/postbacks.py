"""Postbacks as they arrived, in PostgreSQL."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class PostbackQuerySet(models.QuerySet["Postback"]):
    def unbooked(self) -> "PostbackQuerySet":
        """Accepted ones that nobody has booked yet, oldest first; a partial index holds just these."""
        return self.filter(reason=Postback.Reason.ACCEPTED, booked_at__isnull=True).order_by("pk")

    def nobodys(self, until: datetime) -> "PostbackQuerySet":
        """Those under keys that no network has, received before then."""
        return self.filter(organization_id=0, received_at__lt=until)


class Postback(models.Model):
    """One request at `/postback`: what became of it at the door, and the line it was kept as, to be read again at any time.

    `postbacks.read(bytes(row.line))` is the request. Only accepted ones are for booking; the others are here to be looked at.
    """

    class Reason(models.TextChoices):
        ACCEPTED = "accepted"
        HEAD = "head", "only looked"
        UNKNOWN_KEY = "unknown_key"
        BAD_SIGNATURE = "bad_signature"
        FORBIDDEN_ADDRESS = "forbidden_address"
        MALFORMED = "malformed"

    id = models.BigIntegerField(primary_key=True)
    organization_id = models.PositiveBigIntegerField(help_text="0 when the key is nobody's")
    network_id = models.PositiveBigIntegerField(default=0, help_text="0 when the key is nobody's")
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=20, choices=Reason)
    line = models.BinaryField()
    booked_at = models.DateTimeField(null=True, blank=True)

    objects = PostbackQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            # Ids sort by time, so the newest of an organization need no other column.
            models.Index(fields=["organization_id", "-id"], name="postback_of_organization"),
            models.Index(
                fields=["id"], condition=Q(booked_at__isnull=True, reason="accepted"), name="postback_unbooked"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
