"""Long work and what it leaves to others, in PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> "JobQuerySet":
        return self.filter(status__in=Job.OPEN)

    def forgotten(self, since: datetime) -> "JobQuerySet":
        """Open ones of which nothing was heard since then: their worker died, or their message was lost."""
        return self.open().filter(heartbeat_at__lt=since)

    def end(self, status: str, now: datetime, **changes: Any) -> int:
        """Those that are open, and forgets what was private in their parameters. Returns how many."""
        left = Func(F("parameters"), Value(Job.PRIVATE), template="(%(expressions)s)", arg_joiner=" - ")
        return self.open().update(status=status, finished_at=now, parameters=left, **changes)


class Job(models.Model):
    """One piece of long work. `jobs.start` makes it, workers carry it on slice by slice, the Jobs page shows it.

    `cursor` is where the next slice begins, whatever the kind writes there. `turn` counts who has worked on it: a worker that
    was given up for dead, and is not, has an older number and changes nothing any more. What `parameters` hold under "private" is
    there as long as the job is open.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    OPEN = (Status.QUEUED, Status.RUNNING)
    PRIVATE = "private"

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True, help_text="what is done, for people")
    organization_id = models.PositiveBigIntegerField(default=0, help_text="0 is the whole installation")
    user_id = models.PositiveBigIntegerField(default=0, help_text="who started it; 0 is a command or the beat")
    key_id = models.CharField(max_length=32, blank=True, help_text="the API key that asked for it, if one did")
    parameters = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0, help_text="0 while that is not known")
    unit = models.CharField(max_length=20, blank=True, help_text="what is counted, in the plural")
    note = models.CharField(max_length=200, blank=True, help_text="what is being done right now")
    cursor = models.JSONField(null=True, blank=True)
    turn = models.PositiveIntegerField(default=0)
    stops = models.PositiveSmallIntegerField(default=0, help_text="how often it stopped since it last got on")
    result = models.JSONField(default=dict, blank=True, help_text="words, and the url of a page of ours")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("organization_id", "-created_at"), name="job_of_organization"),
            models.Index(fields=("heartbeat_at",), condition=Q(status__in=("queued", "running")), name="job_open"),
        )

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def left(self) -> timedelta | None:
        """How long it will take from its last sign of life, at the pace so far; None while nothing can be said."""
        if not self.is_open or not self.started_at or not 0 < self.done <= self.total:
            return None
        return (self.heartbeat_at - self.started_at) / self.done * (self.total - self.done)

    @property
    def ends_at(self) -> datetime | None:
        return self.heartbeat_at + self.left if self.left is not None else None

    @property
    def result_url(self) -> str:
        """A page of ours that shows the result; empty when there is none."""
        url = str(self.result.get("url", ""))
        return url if url.startswith("/") and not url.startswith("//") else ""


class ChangedHoursQuerySet(models.QuerySet["ChangedHours"]):
    def unseen_by(self, reader: str) -> "ChangedHoursQuerySet":
        """What this reader has yet to follow, oldest first."""
        return self.filter(is_settled=True).exclude(seen_by__contains=[reader]).order_by("pk")


class ChangedHours(models.Model):
    """Derived columns of an organization's events were made again from `start` until before `end`.

    What is made of events (roll-ups, clicks copied onto conversions) has to follow, and lives on higher floors: each reads here
    what it has not seen and says so with `seen`. A row is written before the change and settled after it, so that nobody follows
    too early and a crash in between loses nothing.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE)
    organization_id = models.PositiveBigIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    fields = ArrayField(models.CharField(max_length=40), help_text="names of the columns")
    is_settled = models.BooleanField(default=False)
    seen_by = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    objects = ChangedHoursQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "changed hours"
        constraints = (
            models.UniqueConstraint(fields=("job", "organization_id", "start", "end"), name="changed_hours_once"),
        )

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"

    def seen(self, reader: str) -> None:
        """This reader has followed the change. Twice is once."""
        unseen = ChangedHours.objects.filter(pk=self.pk).exclude(seen_by__contains=[reader])
        unseen.update(seen_by=models.Func(models.F("seen_by"), models.Value(reader), function="array_append"))
