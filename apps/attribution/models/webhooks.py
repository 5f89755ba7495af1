"""Webhooks: where an organization wants to be told what happened, and every message that goes there."""

import base64
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.accounts.belonging import Insider
from apps.accounts.locks import locked, opened
from apps.accounts.models import Organization

SECRET_BYTES = 32
PURPOSE = "webhook secret"
URL_MAX_CHARS = 1_000


def new_secret() -> str:
    """As Standard Webhooks has it: 24 to 64 random bytes in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def new_locked_secret() -> str:
    return locked(new_secret(), PURPOSE)


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class EventType(models.TextChoices):
    APPLIED = "attribution.applied", "a run named clicks"
    REVERTED = "attribution.reverted", "a run was reverted"


# Sent by hand only, to see whether it arrives.
TEST = "webhook.test"


class CannotReplace(Exception):
    """Carries the sentence for people."""


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, member: Insider) -> "WebhookEndpointQuerySet":
        return self.filter(organization_id=member.organization_id)

    def forget_old_secrets(self, now: datetime) -> int:
        """Those that sign no more; returns how many they were."""
        return self.filter(old_secret_ends_at__lte=now).update(locked_old_secret="", old_secret_ends_at=None)


class WebhookEndpoint(models.Model):
    """The secret signs every message, so it is kept and not hashed, locked; and shown once."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=URL_MAX_CHARS)
    locked_secret = models.TextField(default=new_locked_secret, editable=False)
    locked_old_secret = models.TextField(
        blank=True, default="", editable=False, help_text="signs as well, until it ends"
    )
    old_secret_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    events = ArrayField(models.CharField(max_length=40, choices=EventType), help_text="of what it is told")
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[WebhookEndpointQuerySet] = WebhookEndpointQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(locked_old_secret="", old_secret_ends_at=None)
                | ~Q(locked_old_secret="") & Q(old_secret_ends_at__isnull=False),
                name="webhook_old_secret_ends",
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def secret(self) -> str:
        """Errors: cryptography.fernet.InvalidToken, when SECRET_KEY and its fallbacks have all changed since."""
        return opened(self.locked_secret, PURPOSE)

    def signs_with_old(self, now: datetime) -> bool:
        return self.old_secret_ends_at is not None and now < self.old_secret_ends_at

    def secrets_at(self, now: datetime) -> list[str]:
        """What a message is signed with: the secret, and the one before it while that goes on. Errors: as `secret`."""
        found = [self.secret]
        if self.signs_with_old(now):
            # One that nobody can open any more keeps no message from those who have the new one.
            with suppress(InvalidToken):
                found.append(opened(self.locked_old_secret, PURPOSE))
        return found

    def replace_secret(self, overlap: timedelta, now: datetime) -> None:
        """Another secret; this one signs beside it for `overlap`. The row is locked by whoever asks.

        Errors: CannotReplace, while the one before still signs: programs that know that one alone would be cut off unseen, for
        example by a second click. Without an overlap both end now.
        """
        if overlap and self.signs_with_old(now):
            ends = f"{self.old_secret_ends_at:%-d %b %Y, %H:%M} UTC"
            raise CannotReplace(f"The secret before this one signs until {ends}. Wait for that, or end both at once.")
        self.locked_old_secret = self.locked_secret if overlap else ""
        self.old_secret_ends_at = now + overlap if overlap else None
        self.locked_secret = new_locked_secret()
        self.save(update_fields=["locked_secret", "locked_old_secret", "old_secret_ends_at"])


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, now: datetime) -> "WebhookDeliveryQuerySet":
        """Of each endpoint the one that waits longest for an attempt that may begin."""
        waiting = self.filter(state=WebhookDelivery.State.WAITING, endpoint__paused_at=None, next_at__lte=now)
        return waiting.select_related("endpoint").order_by("endpoint_id", "next_at", "id").distinct("endpoint_id")

    def ended_before(self, moment: datetime) -> "WebhookDeliveryQuerySet":
        return self.exclude(state=WebhookDelivery.State.WAITING).filter(created_at__lt=moment)


class WebhookDelivery(models.Model):
    """One message for one endpoint. Its id stays the same however often it is sent: that is how the receiver knows it again."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given up"

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40, default=new_message_id, editable=False)
    kind = models.CharField(max_length=40)
    body = models.TextField(help_text="as it is signed and sent")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="when it is tried next")
    status = models.PositiveSmallIntegerField(default=0, help_text="of the last answer; 0 when there was none")
    said = models.CharField(max_length=500, blank=True, help_text="what came of the last attempt")
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[WebhookDeliveryQuerySet] = WebhookDeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "delivered", "given up")), name="webhook_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhook_waiting"),
            models.Index(fields=["endpoint", "-created_at"], name="webhook_log"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"

    def claim(self, now: datetime, lease: timedelta) -> bool:
        """For an attempt that begins now, with the endpoint as it is now; whoever dies with it loses it after the lease.

        False when somebody else has begun one, or the endpoint was paused or removed meanwhile.
        """
        # A join would move every condition into a subquery, which PostgreSQL does not ask again after waiting for the row.
        going_on = WebhookEndpoint.objects.filter(paused_at=None).values("pk")
        mine = WebhookDelivery.objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)
        claimed = mine.filter(endpoint__in=going_on, next_at__lte=now).update(
            attempts=self.attempts + 1, tried_at=now, next_at=now + lease, said="It is being sent."
        )
        if not claimed:
            return False
        try:
            self.refresh_from_db(from_queryset=WebhookDelivery.objects.select_related("endpoint"))
        except WebhookDelivery.DoesNotExist:
            return False
        return True

    def note(self, state: str, status: int, said: str, *, next_at: datetime) -> None:
        """What came of the attempt; nothing when it has been tried again since."""
        mine = WebhookDelivery.objects.filter(pk=self.pk, attempts=self.attempts)
        mine.update(state=state, status=status, said=said[:500], next_at=next_at)

    def send_again(self, now: datetime) -> None:
        """At once, and with all its further attempts."""
        again = {"state": self.State.WAITING, "attempts": 0, "next_at": now}
        # What is on its way just now is left alone.
        idle = Q(tried_at=None) | ~Q(state=self.State.WAITING) | ~Q(said="It is being sent.") | Q(next_at__lte=now)
        WebhookDelivery.objects.filter(idle, pk=self.pk).update(**again)
