"""What `bench retroactive` applies, and the SQL somebody would write by hand to keep the same."""

from datetime import UTC, datetime, timedelta

from apps.attribution.ledger.columns import COPIED, ENTRY
from apps.ingress.rules import Rule, Term
from bench.queries_data import COUNTRIES, DAYS, LAST_ON
from bench.traffic import ORGANIZATION_ID

# A visitor's country is drawn by Zipf's law: the first five have half of all, the third has a tenth, the twenty-eighth a hundredth.
SHARES = {1: COUNTRIES[27:28], 10: COUNTRIES[2:3], 50: COUNTRIES[:5]}
UNTIL = datetime.combine(LAST_ON, datetime.min.time(), UTC) + timedelta(days=1)
SINCE = UNTIL - timedelta(days=DAYS)
# A statement's memory, how long it took and how many there were, by the name in its comment.
LOGGED = """
SELECT splitByChar(' ', log_comment)[1] AS name, count(), sum(query_duration_ms), max(memory_usage) / 1e6
FROM system.query_log
WHERE type = 'QueryFinish' AND event_time_microseconds >= fromUnixTimestamp64Micro({since_us:Int64})
  AND startsWith(log_comment, 'ledger_')
GROUP BY name
"""
PLAIN_TABLE = "CREATE TABLE bench_entries AS attribution_entries"
PLAIN_INSERT = """
INSERT INTO bench_entries ({columns}) SELECT {values} FROM events
WHERE organization_id = {organization} AND {when} AND ({where})
"""
COPY_TABLE = "CREATE TABLE bench_events AS events"
COPY_PART = "ALTER TABLE bench_events ATTACH PARTITION ID '{partition}' FROM events"
PARTITIONS = """
SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active
ORDER BY partition_id
"""
UPDATE = """
ALTER TABLE bench_events UPDATE campaign_key = 'named' WHERE organization_id = {organization} AND {when} AND ({where})
"""
UPDATED = "SELECT count() FROM bench_events WHERE campaign_key = 'named'"
MATCHING = "SELECT count() FROM events WHERE organization_id = {organization} AND {when} AND ({where})"
LABELLED = """
SELECT count() FROM (
    SELECT event_id FROM attribution_entries WHERE organization_id = {organization}
    GROUP BY event_id, campaign_id HAVING sum(sign) = 1
)
"""


def rule(share: int) -> Rule:
    """What matches about so many of a hundred events."""
    return Term("country", "in", tuple(SHARES[share]))


def plain_insert(share: int) -> str:
    """The same columns for the same events, into a table that is made as the ledger's: no labels looked at, nothing counted."""
    fixed = {
        "campaign_id": "1",
        "run_id": "1",
        "rule_version": "1",
        "sign": "1",
        "edition": "1",
        "recorded_at": "now64(3)",
    }
    assert set(fixed) | {"organization_id", "event_id", "happened_at"} | set(COPIED) == set(ENTRY)
    values = ", ".join(fixed.get(name, name) for name in ENTRY)
    return filled(PLAIN_INSERT, share, columns=", ".join(ENTRY), values=values)


def update(share: int) -> str:
    """The events themselves written anew."""
    return filled(UPDATE, share)


def filled(sql: str, share: int = 1, **parts: str) -> str:
    countries = ", ".join(f"'{code}'" for code in SHARES[share])
    when = f"happened_at >= '{SINCE:%Y-%m-%d %H:%M:%S}' AND happened_at < '{UNTIL:%Y-%m-%d %H:%M:%S}'"
    return sql.format(organization=ORGANIZATION_ID, when=when, where=f"country IN ({countries})", **parts)
