"""What ingress stores: events in ClickHouse, and in PostgreSQL what ClickHouse refused."""

from datetime import UTC, datetime

from clickhouse_backend import models as clickhouse
from django.db import models


class StoredEvent(clickhouse.ClickhouseModel):  # type: ignore[misc]
    """The row of an `Event`. Immutable; written by `warehouse.writer` alone, described by `event.Event` field by field."""

    organization_id = clickhouse.UInt32Field()
    event_id = clickhouse.UInt64Field(primary_key=True)
    happened_at = clickhouse.DateTime64Field(precision=3)
    stored_at = clickhouse.DateTime64Field(precision=3)
    visitor_id = clickhouse.UInt64Field()
    visitor_is_new = clickhouse.BoolField()
    method = clickhouse.StringField(low_cardinality=True)
    scheme = clickhouse.StringField(low_cardinality=True)
    host = clickhouse.StringField(low_cardinality=True)
    path = clickhouse.StringField()
    query = clickhouse.StringField()
    headers = clickhouse.ArrayField(
        clickhouse.TupleField([clickhouse.StringField(low_cardinality=True), clickhouse.StringField()])
    )
    withheld_headers = clickhouse.ArrayField(clickhouse.StringField(low_cardinality=True))
    ip = clickhouse.StringField()
    parameters = clickhouse.MapField(clickhouse.StringField(low_cardinality=True), clickhouse.StringField())
    user_agent = clickhouse.StringField()
    referrer = clickhouse.StringField()
    kind = clickhouse.StringField(low_cardinality=True)
    kind_version = clickhouse.UInt16Field()
    origin = clickhouse.StringField(low_cardinality=True)
    status = clickhouse.UInt16Field()
    reason = clickhouse.StringField(low_cardinality=True)
    link_id = clickhouse.UInt64Field()
    link_key = clickhouse.StringField()
    destination = clickhouse.StringField()
    retention_days = clickhouse.UInt32Field()

    class Meta:
        db_table = "events"
        verbose_name = "event"
        ordering = ("-happened_at", "-event_id")
        engine = clickhouse.MergeTree(
            primary_key=("organization_id", "happened_at"),
            order_by=("organization_id", "happened_at", "event_id"),
            partition_by=models.Func("happened_at", function="toYYYYMM"),
        )
        # What the server refuses by itself: the one id that means nothing, and moments of a machine whose clock was never set.
        constraints = (
            models.CheckConstraint(condition=models.Q(event_id__gt=0), name="event_has_an_id"),
            models.CheckConstraint(
                condition=models.Q(happened_at__gte=datetime(1990, 1, 1, tzinfo=UTC)), name="event_has_a_time"
            ),
        )

    def __str__(self) -> str:
        return str(self.event_id)


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
