"""Runs, which change what clicks are called, and the editions they make. Their entries are in ClickHouse."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.accounts.belonging import Insider
from apps.accounts.models import Organization
from apps.campaigns.models import Campaign
from apps.ingress.models import Job


class Policy(models.TextChoices):
    FILL = "fill", "only clicks without a campaign"
    OVERRIDE = "override", "take them from other campaigns too"


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, member: Insider) -> "RunQuerySet":
        return self.filter(organization_id=member.organization_id)

    def open(self) -> "RunQuerySet":
        return self.filter(state__in=Run.OPEN)

    def done(self) -> "RunQuerySet":
        return self.filter(state=Run.State.DONE)

    def void(self) -> "RunQuerySet":
        """Those that took a number and came to nothing: whatever entries they wrote never count."""
        return self.filter(number__isnull=False).exclude(state=Run.State.DONE)


class Run(models.Model):
    """A rule applied to history for a campaign, or such a run reverted, or a revert reverted.

    `number` is its edition's, taken when it begins; the edition itself is there once the run is done. Events stored until
    `started_at` are what it is about. A run that `goes_live` labels what comes, too, once it is done; another then catches up with
    what was stored in between, under the first one's name. A state that has ended stays.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    OPEN = (State.PLANNED, State.RUNNING)

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="runs")
    # RESTRICT, as PROTECT would keep an organization from ever being deleted.
    campaign = models.ForeignKey(Campaign, on_delete=models.RESTRICT, related_name="runs")
    reverts = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, blank=True, related_name="reverted_by")
    goes_live = models.BooleanField(default=False)
    catches_up = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="caught_up_by")
    rule = models.JSONField(help_text="the document; of a revert, that of the run it is about")
    words = models.TextField(help_text="the rule, for people")
    rule_version = models.PositiveIntegerField(
        default=0, help_text="of the campaign; 0 when the rule was given by hand"
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    policy = models.CharField(max_length=10, choices=Policy)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    number = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="events gained and taken, each by campaign")
    note = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[RunQuerySet] = RunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(policy__in=Policy.values), name="run_policy_known"),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "running", "done", "cancelled", "failed")), name="run_state_known"
            ),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="run_has_a_span"),
            models.CheckConstraint(condition=Q(number__isnull=True) | Q(number__gte=1), name="run_number_from_1"),
            models.CheckConstraint(
                condition=Q(number__isnull=False, started_at__isnull=False)
                | Q(number__isnull=True, started_at__isnull=True, state__in=("planned", "cancelled", "failed")),
                name="run_begun_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="planned") | Q(number__isnull=True), name="run_planned_has_no_number"
            ),
            models.CheckConstraint(
                condition=Q(goes_live=False) | Q(reverts__isnull=True, catches_up__isnull=True),
                name="run_goes_live_by_itself",
            ),
            models.UniqueConstraint(fields=["organization", "number"], name="run_number_once"),
            models.UniqueConstraint(fields=["organization"], condition=Q(state="running"), name="run_one_at_a_time"),
            # What the foreign key of editions points to: an edition has the number and the organization of its run.
            models.UniqueConstraint(fields=["id", "organization", "number"], name="run_and_number"),
            models.UniqueConstraint(fields=["id", "organization"], name="run_and_organization"),
        ]

    def __str__(self) -> str:
        return f"Revert of {self.reverts}" if self.reverts else f"{self.campaign.name}: {self.words}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def begin(self, number: int, job: Job, now: datetime) -> bool:
        """Takes its number. False when it was cancelled meanwhile."""
        begun = {"state": self.State.RUNNING, "number": number, "job": job, "started_at": now}
        return self._move_on(self.State.PLANNED, **begun)

    def finish(self, counts: dict[str, dict[str, int]], now: datetime) -> bool:
        """False when it was cancelled meanwhile."""
        return self._move_on(self.State.RUNNING, state=self.State.DONE, counts=counts, ended_at=now)

    def cancel(self, now: datetime) -> bool:
        """False when it had ended already."""
        return self._move_on(*self.OPEN, state=self.State.CANCELLED, ended_at=now)

    def fail(self, error: str, now: datetime) -> bool:
        """False when it had ended already."""
        return self._move_on(*self.OPEN, state=self.State.FAILED, error=error, ended_at=now)

    def _move_on(self, *states: str, **changes: object) -> bool:
        moved = Run.objects.filter(pk=self.pk, state__in=states).update(**changes)
        self.refresh_from_db()
        return bool(moved)


class Edition(models.Model):
    """The organization's labels from one change to the next: of a run, or of the rules that label what comes.

    PostgreSQL itself refuses to change it: reports name it.
    """

    class Kind(models.TextChoices):
        APPLIED = "applied"
        REVERTED = "reverted"
        PUBLISHED = "published"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, null=True, related_name="edition")
    words = models.TextField(help_text="what changed")
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("organization_id", "-number")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="edition_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_from_1"),
            models.CheckConstraint(
                condition=Q(kind__in=("applied", "reverted"), run__isnull=False)
                | Q(kind="published", run__isnull=True),
                name="edition_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.number}"
