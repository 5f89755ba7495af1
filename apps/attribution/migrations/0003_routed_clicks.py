"""What a campaign decided of its click stands on a conversion too. Rows from before are of clicks no campaign had routed."""

from typing import Any

from clickhouse_backend import models as clickhouse
from django.db import migrations


def _added(name: str, field: Any) -> migrations.AddField:
    return migrations.AddField("storedconversion", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_networks_and_conversions")]

    operations: list[Any] = [
        _added("routed_campaign_id", clickhouse.UInt64Field(default=0)),
        _added("routed_version", clickhouse.UInt32Field(default=0)),
        _added("rule_id", clickhouse.UInt32Field(default=0)),
        _added("destination_id", clickhouse.UInt32Field(default=0)),
        _added("propensity", clickhouse.Float64Field(default=0)),
        _added("capped", clickhouse.ArrayField(clickhouse.UInt32Field(), default=list)),
    ]
