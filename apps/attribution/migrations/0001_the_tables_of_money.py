"""The tables of conversions and costs in ClickHouse."""

import clickhouse_backend.models
import django.db.models.manager
from django.db import migrations, models

WINDOW = "ALTER TABLE {table} MODIFY SETTING non_replicated_deduplication_window = 10000"
WINDOW_BACK = "ALTER TABLE {table} RESET SETTING non_replicated_deduplication_window"


def _window(table):
    return migrations.RunSQL(WINDOW.format(table=table), WINDOW_BACK.format(table=table), hints={"clickhouse": True})


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredConversion",
            fields=[
                ("event_id", clickhouse_backend.models.UInt64Field(serialize=False)),
                ("visitor_id", clickhouse_backend.models.UInt64Field()),
                ("visitor_is_new", clickhouse_backend.models.BoolField()),
                ("method", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("scheme", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("host", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("path", clickhouse_backend.models.StringField()),
                ("query", clickhouse_backend.models.StringField()),
                ("ip", clickhouse_backend.models.StringField()),
                (
                    "parameters",
                    clickhouse_backend.models.MapField(
                        key_field=clickhouse_backend.models.StringField(low_cardinality=True),
                        value_field=clickhouse_backend.models.StringField(),
                    ),
                ),
                ("user_agent", clickhouse_backend.models.StringField()),
                ("referrer", clickhouse_backend.models.StringField()),
                ("origin", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("status", clickhouse_backend.models.UInt16Field()),
                ("reason", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("link_id", clickhouse_backend.models.UInt64Field()),
                ("link_key", clickhouse_backend.models.StringField()),
                ("destination", clickhouse_backend.models.StringField()),
                ("country", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("region", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("region_name", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("city", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("time_zone", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("asn", clickhouse_backend.models.UInt32Field()),
                ("as_name", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("place_version", clickhouse_backend.models.UInt32Field()),
                ("network_kind", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("network_owner", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("network_version", clickhouse_backend.models.UInt32Field()),
                ("device_type", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("device_brand", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("device_model", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("os", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("os_version", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("browser", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("browser_version", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("device_version", clickhouse_backend.models.UInt32Field()),
                ("language", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("language_version", clickhouse_backend.models.UInt32Field()),
                ("referrer_domain", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("referrer_name", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("referrer_medium", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("search_term", clickhouse_backend.models.StringField()),
                ("referrer_version", clickhouse_backend.models.UInt32Field()),
                ("utm_source", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_medium", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_campaign", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_term", clickhouse_backend.models.StringField()),
                ("utm_content", clickhouse_backend.models.StringField()),
                ("utm_id", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_version", clickhouse_backend.models.UInt32Field()),
                ("ad_network", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("ad_click_id", clickhouse_backend.models.StringField()),
                ("ad_is_paid", clickhouse_backend.models.BoolField()),
                ("ad_click_version", clickhouse_backend.models.UInt32Field()),
                ("campaign_key", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("campaign_key_version", clickhouse_backend.models.UInt32Field()),
                ("landing_page", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("landing_page_version", clickhouse_backend.models.UInt32Field()),
                ("source", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("medium", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("channel", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("channel_version", clickhouse_backend.models.UInt32Field()),
                ("kind", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("kind_reason", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("kind_version", clickhouse_backend.models.UInt32Field()),
                (
                    "conversion_id",
                    clickhouse_backend.models.UInt64Field(
                        help_text="the row of PostgreSQL", primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", clickhouse_backend.models.UInt32Field()),
                (
                    "change",
                    clickhouse_backend.models.UInt32Field(help_text="with the conversion's id this names the row"),
                ),
                (
                    "sign",
                    clickhouse_backend.models.Int8Field(help_text="1, or -1 when the row takes an earlier one back"),
                ),
                (
                    "happened_at",
                    clickhouse_backend.models.DateTime64Field(
                        help_text="of the first postback; the same on all its rows", precision=3
                    ),
                ),
                (
                    "recorded_at",
                    clickhouse_backend.models.DateTime64Field(help_text="when the row was booked", precision=3),
                ),
                (
                    "clicked_at",
                    clickhouse_backend.models.DateTime64Field(
                        help_text="of the matched click; 1970 when there is none", precision=3
                    ),
                ),
                ("network_id", clickhouse_backend.models.UInt32Field()),
                ("txid", clickhouse_backend.models.StringField(help_text="empty when the network sends none")),
                ("goal", clickhouse_backend.models.StringField(low_cardinality=True)),
                (
                    "conversion_status",
                    clickhouse_backend.models.StringField(
                        help_text="lead, sale, rejected or rebill", low_cardinality=True
                    ),
                ),
                (
                    "conversion_reason",
                    clickhouse_backend.models.StringField(
                        help_text="why this row was booked, one word", low_cardinality=True
                    ),
                ),
                (
                    "payout",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4, help_text="what the network said, in `currency`", max_digits=18
                    ),
                ),
                ("currency", clickhouse_backend.models.StringField(low_cardinality=True)),
                (
                    "rate",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=8,
                        help_text="organization's currency for one of `currency`; 0 when unknown",
                        max_digits=18,
                    ),
                ),
                (
                    "conversions",
                    clickhouse_backend.models.Int8Field(help_text="to sum: lead, sale and rebill count 1, rejected 0"),
                ),
                ("sales", clickhouse_backend.models.Int8Field(help_text="to sum: sale and rebill count 1")),
                ("rejected", clickhouse_backend.models.Int8Field(help_text="to sum: rejected counts 1")),
                (
                    "revenue",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4, help_text="to sum: of sale and rebill, organization's currency", max_digits=18
                    ),
                ),
                (
                    "pending",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4, help_text="to sum: of leads, organization's currency", max_digits=18
                    ),
                ),
                (
                    "cost",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4, help_text="to sum: of whatever status, organization's currency", max_digits=18
                    ),
                ),
            ],
            options={
                "verbose_name": "conversion",
                "db_table": "conversions",
                "ordering": ("-happened_at", "-conversion_id", "-change"),
                "engine": clickhouse_backend.models.MergeTree(
                    order_by=("organization_id", "happened_at", "conversion_id", "change"),
                    partition_by=models.Func("happened_at", function="toYYYYMM"),
                    primary_key=("organization_id", "happened_at"),
                ),
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("_overwrite_base_manager", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="StoredCost",
            fields=[
                (
                    "upload_id",
                    clickhouse_backend.models.UInt64Field(
                        help_text="the row of PostgreSQL", primary_key=True, serialize=False
                    ),
                ),
                ("organization_id", clickhouse_backend.models.UInt32Field()),
                (
                    "row",
                    clickhouse_backend.models.UInt32Field(
                        help_text="of the file, from 1; with upload and sign this names the row"
                    ),
                ),
                ("sign", clickhouse_backend.models.Int8Field(help_text="1, or -1 when the upload was undone")),
                (
                    "happened_at",
                    clickhouse_backend.models.DateTime64Field(
                        help_text="noon of the day in the organization's time zone", precision=3
                    ),
                ),
                ("recorded_at", clickhouse_backend.models.DateTime64Field(precision=3)),
                (
                    "cost",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4, help_text="to sum: organization's currency", max_digits=18
                    ),
                ),
                (
                    "amount",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=4,
                        help_text="what the file said, in `currency`, with the row's sign",
                        max_digits=18,
                    ),
                ),
                ("currency", clickhouse_backend.models.StringField(low_cardinality=True)),
                (
                    "rate",
                    clickhouse_backend.models.DecimalField(
                        decimal_places=8,
                        help_text="organization's currency for one of `currency`; 0 when unknown",
                        max_digits=18,
                    ),
                ),
                ("source", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("medium", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("channel", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_campaign", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("utm_content", clickhouse_backend.models.StringField()),
                ("utm_term", clickhouse_backend.models.StringField()),
                ("campaign_key", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("link_key", clickhouse_backend.models.StringField()),
                ("country", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("device_type", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("ad_network", clickhouse_backend.models.StringField(low_cardinality=True)),
                ("landing_page", clickhouse_backend.models.StringField(low_cardinality=True)),
            ],
            options={
                "verbose_name": "cost",
                "db_table": "costs",
                "ordering": ("-happened_at", "-upload_id", "-row"),
                "engine": clickhouse_backend.models.MergeTree(
                    order_by=("organization_id", "happened_at", "upload_id", "row"),
                    partition_by=models.Func("happened_at", function="toYYYYMM"),
                    primary_key=("organization_id", "happened_at"),
                ),
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("_overwrite_base_manager", django.db.models.manager.Manager()),
            ],
        ),
        # Blocks remembered of each: storing one again under its token stores nothing.
        _window("conversions"),
        _window("costs"),
    ]
