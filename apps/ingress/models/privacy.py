"""What an organization keeps of its visitors, the keys that hash their addresses for a week, and what was erased."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.ingress.privacy.policy import EVERYTHING, Address, Policy, Signal

# What comes later than this has waited in a spool or as a dead letter; it gets a key of its own, and meets nobody.
KEYS_KEPT = timedelta(days=7)


class PrivacyPolicyQuerySet(models.QuerySet["PrivacyPolicy"]):
    def in_force(self) -> dict[int, Policy]:
        """The newest of each organization; one that never chose is absent."""
        newest = self.order_by("organization_id", "-id").distinct("organization_id")
        return {row.organization_id: row.policy for row in newest}

    def of(self, organization_id: int) -> "PrivacyPolicyQuerySet":
        """Of one organization, the newest first."""
        return self.filter(organization_id=organization_id).order_by("-id")


class PrivacyPolicy(models.Model):
    """What an organization keeps from `written_at` until its next row. Rows are only added."""

    class AddressChoice(models.TextChoices):
        FULL = Address.FULL.value, "the whole address"
        TRUNCATED = Address.TRUNCATED.value, "its network"
        HASHED = Address.HASHED.value, "a number that changes every day"
        NONE = Address.NONE.value, "nothing"

    class SignalChoice(models.TextChoices):
        IGNORE = Signal.IGNORE.value, "like everybody's"
        NO_ADDRESS = Signal.NO_ADDRESS.value, "without address"
        UNLINKED = Signal.UNLINKED.value, "without address and visitor id"

    organization_id = models.PositiveBigIntegerField()
    address = models.CharField(max_length=12, choices=AddressChoice, default=AddressChoice.FULL)
    signal = models.CharField(max_length=12, choices=SignalChoice, default=SignalChoice.IGNORE)
    written_by = models.CharField(max_length=254, blank=True)
    written_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PrivacyPolicyQuerySet] = PrivacyPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("organization_id", "-id")
        verbose_name_plural = "privacy policies"
        indexes = (models.Index(fields=["organization_id", "-id"], name="privacy_policy_newest"),)

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.address}, {self.signal}"

    @property
    def policy(self) -> Policy:
        return Policy(self.address, self.signal)

    @classmethod
    def now_of(cls, organization_id: int) -> Policy:
        newest = cls.objects.of(organization_id).first()
        return newest.policy if newest else EVERYTHING


class AddressKey(models.Model):
    """The key that hashes addresses of one organization's clicks of one day (UTC). Deleted a week after it was made: then nobody,
    we neither, can try addresses until one fits."""

    organization_id = models.PositiveBigIntegerField()
    on = models.DateField()
    key = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ("-made_at",)
        constraints = (models.UniqueConstraint(fields=["organization_id", "on"], name="address_key_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.on}"

    @classmethod
    def of(cls, organization_id: int, on: date) -> "AddressKey":
        """The key of the day, made when there is none. Errors: django.db.Error."""
        made = {"key": secrets.token_bytes(32)}
        return cls.objects.get_or_create(organization_id=organization_id, on=on, defaults=made)[0]

    @classmethod
    def forget(cls, now: datetime) -> int:
        """Deletes those that are over; how many."""
        return cls.objects.filter(made_at__lte=now - KEYS_KEPT).delete()[0]

    def is_over(self, now: datetime) -> bool:
        return now - self.made_at >= KEYS_KEPT


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def moments(self) -> dict[int, Mapping[str, datetime]]:
        """By organization and visitor, until when their clicks are emptied."""
        found: dict[int, dict[str, datetime]] = {}
        for number, digest, moment in self.order_by("requested_at").values_list(
            "organization_id", "visitor", "requested_at"
        ):
            found.setdefault(number, {})[digest] = moment
        return dict(found)

    def of(self, organization_id: int) -> "ErasureQuerySet":
        """Of one organization, the newest first."""
        return self.filter(organization_id=organization_id).order_by("-id")


class Erasure(models.Model):
    """That a visitor's data was erased: who wanted it, when, and how much it was. Of the visitor there is a keyed digest alone."""

    organization_id = models.PositiveBigIntegerField()
    visitor = models.CharField(max_length=32, help_text="keyed digest of the visitor's number")
    requested_by = models.CharField(max_length=254, blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    job_id = models.PositiveBigIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)
    conversions = models.PositiveIntegerField(default=0)
    postbacks = models.PositiveIntegerField(default=0)
    dead_letters = models.PositiveIntegerField(default=0)

    objects: ClassVar[ErasureQuerySet] = ErasureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["organization_id", "visitor"], name="erasure_of_visitor"),)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.visitor}"
