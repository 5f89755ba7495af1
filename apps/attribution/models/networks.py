"""Networks: who sends postbacks, and how theirs are read."""

import secrets
from datetime import datetime
from ipaddress import ip_network
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction

from apps.accounts.models import Membership, Organization, User
from apps.attribution.maps import BadMaps, Maps
from apps.attribution.presets import Preset, preset_maps

KEY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
KEY_CHARS = 24


def new_network_key() -> str:
    """24 letters nobody mistakes for one another: 118 bits, so knowing it is being the network."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_CHARS))


def validate_addresses(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        message = "%(text)s is neither an address nor a network such as 192.0.2.0/24."
        raise ValidationError(message, code="invalid", params={"text": text}) from error


class NetworkQuerySet(models.QuerySet["Network"]):
    def visible_to(self, member: Membership) -> "NetworkQuerySet":
        return self.filter(organization_id=member.organization_id)


class Network(models.Model):
    """Somebody who reports conversions to us at `/postback/<key>`. How its postbacks are read stands in its newest version."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="networks")
    name = models.CharField(max_length=120)
    preset = models.CharField(max_length=20, choices=Preset, default=Preset.GENERIC)
    key = models.CharField(max_length=64, unique=True, default=new_network_key, editable=False)
    secret = models.CharField(
        max_length=200,
        blank=True,
        help_text="When given, every postback must be signed with it. Empty: none needs to be.",
    )
    addresses = ArrayField(
        models.CharField(max_length=64, validators=[validate_addresses]),
        default=list,
        blank=True,
        help_text="Where postbacks may come from, as networks such as 192.0.2.0/24. Empty: from anywhere.",
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[NetworkQuerySet] = NetworkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(preset__in=Preset.values), name="network_preset_known")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def found(
        cls, organization: Organization, name: str, preset: str, by: User | None = None, **fields: Any
    ) -> "Network":
        """A new network with its first version: the preset's maps."""
        with transaction.atomic():
            network = cls.objects.create(organization=organization, name=name, preset=preset, created_by=by, **fields)
            network.change_maps(preset_maps(preset), by)
        return network

    @property
    def newest(self) -> "NetworkVersion":
        return NetworkVersion.objects.filter(network=self).latest("number")

    def change_maps(self, maps: Maps, by: User | None = None) -> "NetworkVersion":
        """The maps as a new version; the newest one unchanged when they say the same."""
        with transaction.atomic():
            Network.objects.select_for_update().get(pk=self.pk)
            last = NetworkVersion.objects.filter(network=self).order_by("number").last()
            if last and last.maps == maps:
                return last
            return NetworkVersion.objects.create(
                network=self,
                number=last.number + 1 if last else 1,
                parameters={meaning: list(names) for meaning, names in maps.parameters.items()},
                statuses=dict(maps.statuses),
                currency=maps.currency,
                created_by=by,
            )

    def pause(self, now: datetime) -> None:
        self.paused_at = now
        self.save(update_fields=["paused_at", "updated_at"])

    def resume(self) -> None:
        self.paused_at = None
        self.save(update_fields=["paused_at", "updated_at"])


class NetworkVersion(models.Model):
    """How a network's postbacks are read, from one save to the next. Never changed: bookings name the one they were read by."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parameters = models.JSONField(help_text="what is meant: the names it may come under, the best first")
    statuses = models.JSONField(help_text="a word of the network: lead, sale, rejected, rebill or ignore")
    currency = models.CharField(
        max_length=3, blank=True, help_text="of postbacks that name none; empty: the organization's"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("network_id", "-number")
        verbose_name = "network version"
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="network_version_once")]

    def __str__(self) -> str:
        return f"{self.network} · version {self.number}"

    @property
    def maps(self) -> Maps:
        return Maps.parse(self.parameters, self.statuses, self.currency)

    def clean(self) -> None:
        try:
            Maps.parse(self.parameters, self.statuses, self.currency)
        except BadMaps as error:
            raise ValidationError(str(error)) from error
