"""Columns for what enrichment finds. Events stored before have them empty, with version 0, until `reenrich` fills them."""

from typing import Any

from clickhouse_backend import models as clickhouse
from django.db import migrations

WORDS = """
country region region_name city time_zone as_name network_kind network_owner device_type device_brand device_model os
os_version browser browser_version language referrer_domain referrer_name referrer_medium utm_source utm_medium utm_campaign
utm_id ad_network campaign_key landing_page source medium channel kind_reason
""".split()
TEXTS = "search_term utm_term utm_content ad_click_id".split()
NUMBERS = """
asn place_version network_version device_version language_version referrer_version utm_version ad_click_version
campaign_key_version landing_page_version channel_version
""".split()


def _added(name: str, field: Any) -> migrations.AddField:
    return migrations.AddField("storedevent", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("ingress", "0002_events_settings")]

    operations: list[Any] = [
        *(_added(name, clickhouse.StringField(low_cardinality=True, default="")) for name in WORDS),
        *(_added(name, clickhouse.StringField(default="")) for name in TEXTS),
        *(_added(name, clickhouse.UInt32Field(default=0)) for name in NUMBERS),
        _added("ad_is_paid", clickhouse.BoolField(default=False)),
        migrations.AlterField("storedevent", "kind_version", clickhouse.UInt32Field()),
    ]
