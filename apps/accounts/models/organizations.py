"""Organizations, and the domains they say are theirs."""

import secrets
from datetime import datetime

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

from apps.accounts.currencies import CurrencyField, refuse_another_currency
from apps.accounts.fields import HostNameField, validate_time_zone, web_address

RETENTION_MAX_DAYS = 36_500


def new_link_secret() -> str:
    return secrets.token_hex(32)


class Organization(models.Model):
    """Everything belongs to one. `key` is public; `link_secret` signs `to=`, and only who manages may see it."""

    key = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "Lower-case letters and digits, words joined by -.")],
    )
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    retention_days = models.PositiveIntegerField(
        "keep events for",
        default=730,
        validators=[MaxValueValidator(RETENTION_MAX_DAYS)],
        help_text="Days. Older events are deleted for good; 0 keeps them for ever.",
    )
    currency = CurrencyField(help_text="All money is shown in it. It stays once a conversion or a cost is booked.")
    money_since = models.DateTimeField(null=True, editable=False, help_text="When the first money was booked.")
    link_secret = models.CharField(max_length=64, default=new_link_secret, editable=False)
    default_destination = models.CharField(
        max_length=2000,
        blank=True,
        validators=[web_address],
        help_text="Where /in leads when it names no link and no destination.",
    )
    safe_url = models.CharField(
        "safe page",
        max_length=2000,
        blank=True,
        validators=[web_address],
        help_text="Where a click goes that we refuse to send on. Empty: a plain page of ours.",
    )
    is_generated = models.BooleanField(
        "filled with generated clicks",
        default=False,
        editable=False,
        help_text="Every page of it says so. Set by what fills it, never by hand.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = [models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="currency_code")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_another_currency(self.currency, Organization.objects.filter(pk=self.pk, money_since__isnull=False))

    def replace_link_secret(self) -> None:
        self.link_secret = new_link_secret()
        self.save(update_fields=["link_secret", "updated_at"])


class Domain(models.Model):
    """A host name an organization says is its own; it covers its subdomains too, and counts once it is verified.

    Anybody may claim a name, only one organization can have it verified: a claim must neither block nor betray another.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="domains")
    name = HostNameField(max_length=253)
    verified_at = models.DateTimeField(null=True, blank=True)
    serves_links = models.BooleanField(
        default=False, help_text="Tracked links on this host belong to the organization."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="domain_once_per_organization",
                violation_error_message="This domain is already on the list.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(verified_at__isnull=False),
                name="domain_verified_once",
                violation_error_message="This domain is verified for another organization.",
            ),
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="domain_name_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def verify(self, now: datetime) -> None:
        self.verified_at = now
        self.save(update_fields=["verified_at"])
