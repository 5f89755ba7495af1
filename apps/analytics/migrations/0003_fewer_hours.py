"""Hours are kept of dimensions with few values alone, days of all; and the view puts nothing together twice.

An hour of a thousand campaigns is as much to read as its events. Decision 0012 has the figures.
"""

import importlib
from typing import Any

from django.db import migrations

BEFORE = importlib.import_module("apps.analytics.migrations.0001_hourly_rollup")

# apps/analytics/rollups.py makes the same rows when days are built again; a test holds the two together. Rows of one day from several
# hours of a block may have the same key: the table puts them together, as it has to with those of other blocks.
VIEW = """
SELECT organization_id, grain, dimension, at, value, kind, clicks, visitors
FROM (
    SELECT organization_id, hour, dimension, value, kind,
           count() AS clicks, uniqCombined64StateIf(13)(visitor_id, visitor_id != 0) AS visitors
    FROM events
    ARRAY JOIN
        ['', 'channel', 'source', 'medium', 'campaign', 'term', 'content', 'campaign_key', 'referrer', 'ad_network', 'link',
         'landing_page', 'country', 'region', 'city', 'language', 'device', 'brand', 'model', 'os', 'browser', 'network'
        ] AS dimension,
        ['', channel, source, medium, utm_campaign, utm_term, utm_content, campaign_key, referrer_domain, ad_network, link_key,
         landing_page, country, concat(country, '\\x1f', region), concat(country, '\\x1f', region, '\\x1f', city), language,
         device_type, device_brand, concat(device_brand, '\\x1f', device_model), os, browser, as_name
        ] AS value
    GROUP BY organization_id, toStartOfHour(happened_at, 'UTC') AS hour, dimension, value, kind
)
ARRAY JOIN
    if(dimension IN ('', 'channel', 'medium', 'country', 'device', 'os', 'browser', 'language', 'ad_network'),
       [CAST('day', 'Enum8(\\'hour\\' = 1, \\'day\\' = 2)'), 'hour'], ['day']) AS grain,
    if(dimension IN ('', 'channel', 'medium', 'country', 'device', 'os', 'browser', 'language', 'ad_network'),
       [toStartOfDay(hour), hour], [toStartOfDay(hour)]) AS at
"""
# The view never stops: an event is rolled up by the old selection or by the new one.
QUERY = f"ALTER TABLE events_hourly_view MODIFY QUERY {VIEW}"
QUERY_BACK = f"ALTER TABLE events_hourly_view MODIFY QUERY {BEFORE.VIEW.split(' AS', 1)[1]}"

# Days whose events are gone are in the roll-up for good, and lose their hours too: no answer reads them any more.
HOURS = """
DELETE FROM events_hourly
WHERE grain = 'hour'
  AND dimension NOT IN ('', 'channel', 'medium', 'country', 'device', 'os', 'browser', 'language', 'ad_network')
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_saved_views")]

    operations: list[Any] = [
        migrations.RunSQL(QUERY, QUERY_BACK, hints={"clickhouse": True}),
        # Read from events until the beat has built them, whatever was on its way meanwhile; and on the way back they need hours.
        migrations.RunSQL(BEFORE.HISTORY, BEFORE.HISTORY, hints={"clickhouse": True}),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop, hints={"clickhouse": True}),
    ]
