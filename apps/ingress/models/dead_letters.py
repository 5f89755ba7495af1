"""What ClickHouse refused, in PostgreSQL."""

from django.db import models


class DeadLetter(models.Model):
    """One line that could not become an event, with its bytes and the reason. Replayed unedited, or discarded."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        REPLAYED = "replayed"
        DISCARDED = "discarded"

    class Source(models.TextChoices):
        STORE = "store", "store task"
        IMPORT = "import", "access log import"

    organization_id = models.PositiveBigIntegerField(db_index=True, help_text="0 when the line does not say")
    segment_id = models.CharField(max_length=64)
    position = models.PositiveIntegerField(help_text="line of the segment, or line of the imported file, from 1")
    source = models.CharField(max_length=10, choices=Source, default=Source.STORE)
    line = models.BinaryField()
    context = models.JSONField(default=dict, blank=True, help_text="what an import was told about its file")
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, db_index=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [models.UniqueConstraint(fields=["segment_id", "position"], name="dead_letter_once")]

    def __str__(self) -> str:
        return f"{self.segment_id}:{self.position}"
