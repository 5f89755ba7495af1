"""The label that an event was stored with is its first entry in the ledger, by a materialized view."""

from typing import Any

from django.db import migrations

# Sets the entries of the store task apart from those of a run that has the same edition.
LIVE = "ALTER TABLE attribution_entries ADD COLUMN live Bool DEFAULT 0 AFTER recorded_at"
LIVE_BACK = "ALTER TABLE attribution_entries DROP COLUMN live"

VIEW = """
CREATE MATERIALIZED VIEW attribution_live_view TO attribution_entries AS
SELECT organization_id, label_campaign_id AS campaign_id, happened_at, event_id, toInt8(1) AS sign, label_edition AS edition,
       stored_at AS recorded_at, true AS live, label_run_id AS run_id, label_rule_version AS rule_version,
       visitor_id, kind, source, medium, channel, utm_campaign, referrer_domain, country, device_type, os, browser, language,
       landing_page, link_id
FROM events
WHERE label_campaign_id > 0
"""
VIEW_BACK = "DROP VIEW attribution_live_view"


class Migration(migrations.Migration):
    dependencies = [("attribution", "0007_going_live")]

    operations: list[Any] = [
        migrations.RunSQL(LIVE, LIVE_BACK, hints={"clickhouse": True}),
        migrations.RunSQL(VIEW, VIEW_BACK, hints={"clickhouse": True}),
    ]
