"""Runs that are being thought about: what the wizard has been told so far."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.accounts.belonging import Insider
from apps.accounts.models import Organization
from apps.attribution.models.ledger import Policy, Run
from apps.campaigns.models import Campaign


class RunDraftQuerySet(models.QuerySet["RunDraft"]):
    def visible_to(self, member: Insider) -> "RunDraftQuerySet":
        return self.filter(organization_id=member.organization_id)

    def open(self) -> "RunDraftQuerySet":
        return self.filter(run=None)


class RunDraft(models.Model):
    """A run on its way through the wizard, for whoever of the organization goes on with it.

    Days are the organization's, both included. The campaign is one that exists, or is made by `name` and `key` when the run starts.
    `revision` grows with every save: who saves names the one they saw. A draft with a run has been started, and stays as it is.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="run_drafts")
    first_on = models.DateField()
    last_on = models.DateField()
    rule = models.JSONField(null=True, blank=True, help_text="the document; none while nothing was said")
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.FILL)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=64, blank=True)
    is_membership = models.BooleanField(
        default=False, help_text="the rule is to be the traffic of the new campaign as well"
    )
    note = models.CharField(max_length=500, blank=True)
    goes_live = models.BooleanField(default=False, help_text="also name clicks that come from now on")
    seen_edition = models.PositiveIntegerField(default=0, help_text="as of which the preview was looked at last")
    revision = models.PositiveIntegerField(default=1)
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="draft")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    changed_at = models.DateTimeField()

    objects: ClassVar[RunDraftQuerySet] = RunDraftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="run_draft_has_a_span"),
            models.CheckConstraint(condition=Q(policy__in=Policy.values), name="run_draft_policy_known"),
        ]
        indexes = [models.Index(fields=["organization", "-changed_at"], name="run_draft_of_organization")]

    def __str__(self) -> str:
        return self.campaign.name if self.campaign else self.name or "Without a name yet"

    @property
    def days(self) -> tuple[date, date]:
        return self.first_on, self.last_on

    def change(self, fields: dict[str, Any]) -> None:
        """Another state of what the wizard was told, not yet saved."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.revision += 1
