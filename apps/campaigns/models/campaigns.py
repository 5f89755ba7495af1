"""Campaigns: a draft that people edit, and the published versions, which nobody ever changes."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q

from apps.accounts.belonging import Insider
from apps.accounts.models import Organization
from apps.campaigns.models.keys import key_field
from apps.campaigns.models.words import validate_line

PRIORITY, PRIORITY_MAX = 100, 1_000
PRIORITY_HELP = (
    "Of campaigns that claim the same new click it goes to the one with the lowest number; of equals to the oldest."
)
TAGS_MAX = 20
TAG_MAX_CHARS = 40


class Status(models.TextChoices):
    """A draft's links route already, so that it can be tried; it is just not live."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


def validate_tag(text: str) -> None:
    if text != text.strip().lower() or not text.isprintable() or "," in text:
        raise ValidationError("A tag is written in small letters, without commas.", code="tag")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, member: Insider) -> "CampaignQuerySet":
        return self.filter(organization_id=member.organization_id)


class Campaign(models.Model):
    """Clicks that belong together, and where they are sent. `draft` is a definition: see apps/campaigns/definition/.

    `revision` grows with every save of name, tags, priority or draft; who saves names the one they saw. `version` is what is
    published.
    A key stays taken for ever, also by an archived campaign: clicks are stored under it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="campaigns")
    key = key_field()
    name = models.CharField(max_length=200, validators=[validate_line])
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    tags = ArrayField(
        models.CharField(max_length=TAG_MAX_CHARS, validators=[MinLengthValidator(1), validate_tag]),
        default=list,
        blank=True,
    )
    priority = models.PositiveSmallIntegerField(default=PRIORITY, help_text=PRIORITY_HELP)
    draft = models.JSONField(editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    # RESTRICT, as PROTECT would keep an organization from ever being deleted.
    version = models.ForeignKey(
        "CampaignVersion", on_delete=models.RESTRICT, null=True, editable=False, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    edited_at = models.DateTimeField(auto_now_add=True, help_text="When this revision was saved.")
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    status_at = models.DateTimeField(auto_now_add=True, help_text="Since when it has its status.")
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects: ClassVar[CampaignQuerySet] = CampaignQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [models.Index(fields=["organization", "status", "-created_at"], name="campaign_list")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="campaign_status_known"),
            models.CheckConstraint(
                condition=Q(version__isnull=False) | Q(status__in=(Status.DRAFT, Status.ARCHIVED)),
                name="campaign_live_is_published",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="campaign_revision_from_1"),
            models.CheckConstraint(condition=Q(tags__len__lte=TAGS_MAX), name="campaign_tags_few"),
            # What the foreign key of links points to: a link belongs to its campaign's organization.
            models.UniqueConstraint(fields=["id", "organization"], name="campaign_and_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"

    def clean(self) -> None:
        if len(self.tags) > TAGS_MAX or len(set(self.tags)) < len(self.tags):
            raise ValidationError({"tags": f"Give at most {TAGS_MAX} tags, each once."})

    @property
    def etag(self) -> str:
        """Differs whenever what the API shows of the campaign does; without quotes."""
        return f"{self.revision}-{self.status}-{self.version_id or 0}"

    @property
    def is_published(self) -> bool:
        """Whether the draft is what is published."""
        return self.version is not None and self.version.document == self.draft


class CampaignVersion(models.Model):
    """What was published, by whom and with what words. PostgreSQL itself refuses to change it: clicks name it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    note = models.CharField(max_length=500, blank=True, validators=[validate_line])
    changes = ArrayField(models.TextField(), default=list, blank=True, help_text="What is new in it, in sentences.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("campaign_id", "-number")
        verbose_name = "campaign version"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="campaign_version_from_1"),
            # What the foreign key of campaigns points to: what is published of a campaign is its own.
            models.UniqueConstraint(fields=["id", "campaign"], name="version_and_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · version {self.number}"
