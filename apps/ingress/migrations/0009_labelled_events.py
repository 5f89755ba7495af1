"""Columns for the label that an event has when it is stored, and the rules that say so. Events stored before have them empty."""

from typing import Any

from clickhouse_backend import models as clickhouse
from django.db import migrations, models


def _added(name: str, field: Any) -> migrations.AddField:
    return migrations.AddField("storedevent", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("ingress", "0008_routed_events")]

    operations: list[Any] = [
        _added("label_campaign_id", clickhouse.UInt64Field(default=0)),
        _added("label_run_id", clickhouse.UInt64Field(default=0)),
        _added("label_rule_version", clickhouse.UInt32Field(default=0)),
        _added("label_edition", clickhouse.UInt32Field(default=0)),
        _added("label_reason", clickhouse.StringField(default="", low_cardinality=True)),
        migrations.CreateModel(
            name="LabelTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization_id", models.PositiveBigIntegerField()),
                ("edition", models.PositiveIntegerField()),
                ("document", models.JSONField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("organization_id", "-id"),
                "indexes": [models.Index(fields=["organization_id", "-id"], name="label_table_newest")],
            },
        ),
    ]
