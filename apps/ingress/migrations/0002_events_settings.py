"""What the backend cannot express of the table `events`: deduplication, retention, the projection for journeys."""

from typing import Any

from django.db import migrations

# Blocks remembered per table: see docs/operations.md, "How long may a segment wait".
WINDOW = "ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = 10000"
WINDOW_BACK = "ALTER TABLE events RESET SETTING non_replicated_deduplication_window"

TTL = "ALTER TABLE events MODIFY TTL happened_at + toIntervalDay(retention_days) DELETE WHERE retention_days > 0"
TTL_BACK = "ALTER TABLE events REMOVE TTL"

JOURNEYS_SETTING = "ALTER TABLE events MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild'"
JOURNEYS_SETTING_BACK = "ALTER TABLE events RESET SETTING deduplicate_merge_projection_mode"
JOURNEYS = """
ALTER TABLE events ADD PROJECTION journeys (
    SELECT organization_id, visitor_id, happened_at, event_id, kind, link_id ORDER BY (organization_id, visitor_id, happened_at)
)
"""
JOURNEYS_BACK = "ALTER TABLE events DROP PROJECTION journeys"


class Migration(migrations.Migration):
    dependencies = [("ingress", "0001_initial")]

    operations: list[Any] = [
        migrations.RunSQL(WINDOW, WINDOW_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(TTL, TTL_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(JOURNEYS_SETTING, JOURNEYS_SETTING_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(JOURNEYS, JOURNEYS_BACK, hints={"clickhouse": True}),
    ]
