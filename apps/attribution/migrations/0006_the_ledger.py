"""The ledger in ClickHouse: its entries, and their sums by hour (UTC), fed by a materialized view."""

from typing import Any

from django.db import migrations

# Rows are only added. `edition` says which run wrote an entry, `run_id` whose label it is: an entry that takes another back is its
# copy but for sign, edition and moment. Without a TTL: see docs/decisions/0016-the-ledger-keeps-layers.md.
ENTRIES = """
CREATE TABLE attribution_entries (
    organization_id UInt32,
    campaign_id UInt64,
    happened_at DateTime64(3),
    event_id UInt64,
    sign Int8,
    edition UInt32,
    recorded_at DateTime64(3),
    run_id UInt64,
    rule_version UInt32,
    visitor_id UInt64,
    kind LowCardinality(String),
    source LowCardinality(String),
    medium LowCardinality(String),
    channel LowCardinality(String),
    utm_campaign LowCardinality(String),
    referrer_domain LowCardinality(String),
    country LowCardinality(String),
    device_type LowCardinality(String),
    os LowCardinality(String),
    browser LowCardinality(String),
    language LowCardinality(String),
    landing_page LowCardinality(String),
    link_id UInt64,
    CONSTRAINT entry_has_a_sign CHECK sign IN (-1, 1),
    CONSTRAINT entry_names_event_and_campaign CHECK event_id > 0 AND campaign_id > 0
) ENGINE = MergeTree
PARTITION BY toYYYYMM(happened_at)
ORDER BY (organization_id, campaign_id, happened_at, event_id, edition, sign)
SETTINGS non_replicated_deduplication_window = 10000
"""
ENTRIES_BACK = "DROP TABLE attribution_entries"

HOURLY = """
CREATE TABLE attribution_hourly (
    organization_id UInt32,
    campaign_id UInt64,
    hour DateTime('UTC'),
    edition UInt32,
    kind LowCardinality(String),
    entries Int64
) ENGINE = SummingMergeTree(entries)
PARTITION BY toYYYYMM(hour)
ORDER BY (organization_id, campaign_id, hour, edition, kind)
SETTINGS non_replicated_deduplication_window = 10000
"""
HOURLY_BACK = "DROP TABLE attribution_hourly"

VIEW = """
CREATE MATERIALIZED VIEW attribution_hourly_view TO attribution_hourly AS
SELECT organization_id, campaign_id, toStartOfHour(happened_at, 'UTC') AS hour, edition, kind, toInt64(sum(sign)) AS entries
FROM attribution_entries
GROUP BY organization_id, campaign_id, hour, edition, kind
"""
VIEW_BACK = "DROP VIEW attribution_hourly_view"


class Migration(migrations.Migration):
    dependencies = [("attribution", "0005_editions_are_never_changed")]

    operations: list[Any] = [
        migrations.RunSQL(ENTRIES, ENTRIES_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(HOURLY, HOURLY_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(VIEW, VIEW_BACK, hints={"clickhouse": True}),
    ]
