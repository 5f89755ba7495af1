"""Links: the addresses people follow. Campaigns and their rules will stand beside them."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from apps.accounts.models import Membership, Organization
from apps.campaigns.destination import validate_destination

KEY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_key() -> str:
    """Seven characters nobody mistakes for one another: 31**7 is 27 thousand million keys."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(7))


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, member: Membership) -> "LinkQuerySet":
        return self.filter(organization_id=member.organization_id)


class Link(models.Model):
    """A key under `/in/` and where it leads. Keys are unique in the whole installation: see docs/decisions/."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="links")
    key = models.CharField(
        max_length=64,
        unique=True,
        default=new_key,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", "Letters, digits, - and _ only.")],
        error_messages={"unique": "This key is taken. Choose another, or leave the one we suggest."},
    )
    name = models.CharField(max_length=200)
    destination = models.CharField(max_length=2000, validators=[validate_destination])
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[LinkQuerySet] = LinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"

    @property
    def url(self) -> str:
        return f"{settings.TRELLIS_INGRESS_URL}/in/{self.key}"

    def pause(self, now: datetime) -> None:
        self.paused_at = now
        self.save(update_fields=["paused_at", "updated_at"])

    def resume(self) -> None:
        self.paused_at = None
        self.save(update_fields=["paused_at", "updated_at"])
