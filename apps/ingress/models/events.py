"""The table of events in ClickHouse."""

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
    origin = clickhouse.StringField(low_cardinality=True)
    status = clickhouse.UInt16Field()
    reason = clickhouse.StringField(low_cardinality=True)
    link_id = clickhouse.UInt64Field()
    link_key = clickhouse.StringField()
    destination = clickhouse.StringField()
    retention_days = clickhouse.UInt32Field()
    routed_campaign_id = clickhouse.UInt64Field()
    routed_version = clickhouse.UInt32Field()
    rule_id = clickhouse.UInt32Field()
    destination_id = clickhouse.UInt32Field()
    propensity = clickhouse.Float64Field()
    capped = clickhouse.ArrayField(clickhouse.UInt32Field())
    privacy = clickhouse.StringField(low_cardinality=True)
    country = clickhouse.StringField(low_cardinality=True)
    region = clickhouse.StringField(low_cardinality=True)
    region_name = clickhouse.StringField(low_cardinality=True)
    city = clickhouse.StringField(low_cardinality=True)
    time_zone = clickhouse.StringField(low_cardinality=True)
    asn = clickhouse.UInt32Field()
    as_name = clickhouse.StringField(low_cardinality=True)
    place_version = clickhouse.UInt32Field()
    network_kind = clickhouse.StringField(low_cardinality=True)
    network_owner = clickhouse.StringField(low_cardinality=True)
    network_version = clickhouse.UInt32Field()
    device_type = clickhouse.StringField(low_cardinality=True)
    device_brand = clickhouse.StringField(low_cardinality=True)
    device_model = clickhouse.StringField(low_cardinality=True)
    os = clickhouse.StringField(low_cardinality=True)
    os_version = clickhouse.StringField(low_cardinality=True)
    browser = clickhouse.StringField(low_cardinality=True)
    browser_version = clickhouse.StringField(low_cardinality=True)
    device_version = clickhouse.UInt32Field()
    language = clickhouse.StringField(low_cardinality=True)
    language_version = clickhouse.UInt32Field()
    referrer_domain = clickhouse.StringField(low_cardinality=True)
    referrer_name = clickhouse.StringField(low_cardinality=True)
    referrer_medium = clickhouse.StringField(low_cardinality=True)
    search_term = clickhouse.StringField()
    referrer_version = clickhouse.UInt32Field()
    utm_source = clickhouse.StringField(low_cardinality=True)
    utm_medium = clickhouse.StringField(low_cardinality=True)
    utm_campaign = clickhouse.StringField(low_cardinality=True)
    utm_term = clickhouse.StringField()
    utm_content = clickhouse.StringField()
    utm_id = clickhouse.StringField(low_cardinality=True)
    utm_version = clickhouse.UInt32Field()
    ad_network = clickhouse.StringField(low_cardinality=True)
    ad_click_id = clickhouse.StringField()
    ad_is_paid = clickhouse.BoolField()
    ad_click_version = clickhouse.UInt32Field()
    campaign_key = clickhouse.StringField(low_cardinality=True)
    campaign_key_version = clickhouse.UInt32Field()
    landing_page = clickhouse.StringField(low_cardinality=True)
    landing_page_version = clickhouse.UInt32Field()
    source = clickhouse.StringField(low_cardinality=True)
    medium = clickhouse.StringField(low_cardinality=True)
    channel = clickhouse.StringField(low_cardinality=True)
    channel_version = clickhouse.UInt32Field()
    kind = clickhouse.StringField(low_cardinality=True)
    kind_reason = clickhouse.StringField(low_cardinality=True)
    kind_version = clickhouse.UInt32Field()
    label_campaign_id = clickhouse.UInt64Field()
    label_run_id = clickhouse.UInt64Field()
    label_rule_version = clickhouse.UInt32Field()
    label_edition = clickhouse.UInt32Field()
    label_reason = clickhouse.StringField(low_cardinality=True)

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
