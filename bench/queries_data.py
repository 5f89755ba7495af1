"""Ninety days of one organization's events, made inside ClickHouse: as many as wanted, skewed as real ones are, always the same.

Ranks follow Zipf's law (the exponential of an even draw): a few campaigns, pages and places have most of the clicks. What belongs
to a person (country, device, language) follows from the visitor, what belongs to a click (source, page) from the click.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from clickhouse_driver import Client

from apps.analytics.rollups import fill
from apps.ingress.snowflake import EPOCH_MS
from bench.result import Invalid
from bench.traffic import ORGANIZATION_ID

DAYS = 90
LAST_ON = date(2026, 11, 22)
FIRST_ON = LAST_ON - timedelta(days=DAYS - 1)
GROWTH = 1.6
WEEKDAYS = (1.06, 1.10, 1.08, 1.04, 0.95, 0.82, 0.97)
# A statement makes so many events at most: its memory stays below a gigabyte.
STATEMENT_EVENTS = 2_000_000
SETTINGS = {
    # Compiling so long an expression takes longer than a small statement: 2.3 s of 2.6 (2026-11-23).
    "compile_expressions": 0,
    "max_block_size": 262_144,
    "max_insert_threads": 2,
    "insert_deduplicate": 0,
    "max_memory_usage": 4 * 1024**3,
}

COUNTRIES = "US DE GB IN FR BR JP CA IT ES MX NL AU PL KR SE CH AT BE TR ID ZA AR PT DK NO FI IE CZ RO GR NZ SG MY TH VN".split()
LANGUAGES = "en de fr es pt ja it nl pl ko sv tr zh da nb fi cs ro el ar".split()
CHANNELS = [
    "Direct", "Paid Search", "Organic Search", "Paid Social", "Organic Social", "Email", "Affiliates", "Referral", "Display",
    "Organic Video", "AI Assistants", "Paid Other", "SMS", "Unassigned",
]  # fmt: skip
MEDIUMS = "(none) cpc organic paid_social social email affiliate referral display video ai paid sms (not set)".split()
NETWORKS = "google meta tiktok microsoft pinterest linkedin taboola x".split()
DEVICES = "phone phone phone desktop desktop tablet tv other".split()
SYSTEMS = ["Android", "iOS", "Windows", "macOS", "Linux", "Chrome OS", "Tizen"]
BROWSERS = [
    "Chrome",
    "Safari",
    "Edge",
    "Firefox",
    "Samsung Internet",
    "Opera",
    "Instagram",
    "Facebook",
    "Silk",
    "Vivaldi",
]
KINDS = ["human"] * 41 + ["bot"] * 6 + ["prefetch", "preview", "head"]

# By day: what is kept of a run before.
STORED = f"""
SELECT toDate(happened_at, 'UTC') AS day, count() FROM events WHERE organization_id = {ORGANIZATION_ID} GROUP BY day
"""
ROLLED = f"""
SELECT toDate(at) AS day, sum(clicks) FROM events_hourly
WHERE organization_id = {ORGANIZATION_ID} AND grain = 'day' AND dimension = '' GROUP BY day
"""
SHARED_COLUMNS = """
SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'conversions' AND name IN (
    SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events'
) AND name NOT IN ('organization_id', 'happened_at')
"""
CONVERSIONS = """
INSERT INTO conversions (
    {{copied}}, organization_id, conversion_id, change, sign, happened_at, recorded_at, clicked_at, network_id, txid, goal,
    conversion_status, payout, currency, rate, conversions, sales, revenue, pending
)
SELECT
    {{copied}}, organization_id, event_id, 0, 1, happened_at + toIntervalSecond(lag), happened_at + toIntervalSecond(lag + 1),
    happened_at, 1 + event_id % 7, hex(event_id), 'order', if(is_sale, 'sale', 'lead'), amount, 'EUR', 1, 1, is_sale,
    if(is_sale, amount, 0), if(is_sale, 0, amount)
FROM (
    SELECT *, cityHash64(event_id, 'lag') % 7200 AS lag, cityHash64(event_id, 'sale') % 3 > 0 AS is_sale,
           toDecimal64(5 + cityHash64(event_id, 'amount') % 20000 / 100, 4) AS amount
    FROM events WHERE kind = 'human' AND cityHash64(event_id, 'converts') % 100 = 0
)
"""
COSTS = """
INSERT INTO costs (
    organization_id, happened_at, recorded_at, upload_id, row, sign, cost, amount, currency, rate, source, medium, channel,
    utm_campaign, ad_network
)
SELECT
    organization_id, toStartOfDay(happened_at, 'UTC') AS day, day, 1, rowNumberInAllBlocks(), 1,
    toDecimal64(count() * 0.04, 4) AS paid, paid, 'EUR', 1, source, medium, channel, utm_campaign, ad_network
FROM events WHERE ad_network != '' AND utm_campaign != '' AND toUInt32OrZero(substring(utm_campaign, 10)) <= 40
GROUP BY organization_id, day, source, medium, channel, utm_campaign, ad_network
"""


def even(seed: str, of: str) -> str:
    """SQL of a draw from 0 to 1 that follows from `of`."""
    return f"(cityHash64({of}, '{seed}') / 18446744073709551616.)"


def rank(seed: str, of: str, count: int) -> str:
    """SQL of a number from 1 to `count` by Zipf's law."""
    return f"toUInt32(exp({even(seed, of)} * log({count}.)))"


def one_of(values: list[str], place: str) -> str:
    return f"arrayElement({values!r}, 1 + ({place}) % {len(values)})"


VISITOR = {
    "country": one_of(COUNTRIES, rank("country", "v", len(COUNTRIES)) + " - 1"),
    "n_city": rank("city", "v", 250),
    "region": "concat('R', toString(n_city % 14))",
    "city": "concat('City ', toString(n_city))",
    "asn": f"64500 + {rank('network', 'v', 600)}",
    "as_name": f"concat('Network ', toString({rank('network', 'v', 600)}))",
    "device_type": one_of(DEVICES, "cityHash64(v, 'device')"),
    "n_model": rank("model", "v", 600),
    "device_brand": "concat('Brand ', toString(n_model % 40))",
    "device_model": "concat('Model ', toString(n_model))",
    "os": one_of(SYSTEMS, rank("os", "v", len(SYSTEMS)) + " - 1"),
    "os_version": f"toString({rank('system version', 'v', 18)})",
    "browser": one_of(BROWSERS, rank("browser", "v", len(BROWSERS)) + " - 1"),
    "browser_version": f"toString(110 + {rank('browser version', 'v', 40)})",
    "language": one_of(LANGUAGES, rank("language", "v", len(LANGUAGES)) + " - 1"),
    "user_agent": f"concat('Mozilla/5.0 (made up ', toString({rank('agent', 'v', 4000)}), ') AppleWebKit/537.36 Safari/537.36')",
    "ip": "IPv4NumToString(toUInt32(cityHash64(v, 'ip') % 3758096384))",
    "kind": one_of(KINDS, "cityHash64(v, 'kind')"),
}
CLICK = {
    "n_channel": rank("channel", "g", len(CHANNELS)),
    "n_source": rank("source", "g", 300),
    "n_campaign": rank("campaign", "g", 1_000),
    "n_page": rank("page", "g", 1_000),
    "is_tagged": f"{even('tagged', 'g')} < 0.6",
    "is_ad": f"{even('ad', 'g')} < 0.3",
    "channel": one_of(CHANNELS, "n_channel - 1"),
    "medium": one_of(MEDIUMS, "n_channel - 1"),
    "source": "if(n_channel = 1, '(direct)', concat('source-', toString(n_source)))",
    "n_site": rank("referrer", "g", 2_000),
    "referrer_domain": f"if({even('referred', 'g')} < 0.45, '', concat('site', toString(n_site), '.example'))",
    "utm_source": "if(is_tagged, source, '')",
    "utm_medium": "if(is_tagged, medium, '')",
    "utm_campaign": "if(is_tagged, concat('campaign-', toString(n_campaign)), '')",
    "utm_term": f"if(is_ad, concat('term ', toString({rank('term', 'g', 5_000)})), '')",
    "utm_content": f"if(is_tagged, concat('content-', toString({rank('content', 'g', 500)})), '')",
    "ad_network": f"if(is_ad, {one_of(NETWORKS, rank('ad network', 'g', len(NETWORKS)) + ' - 1')}, '')",
    "ad_click_id": "if(is_ad, hex(cityHash64(g, 'ad click')), '')",
    "ad_is_paid": "is_ad",
    "link_id": rank("link", "g", 500),
    "link_key": "concat('link-', toString(link_id))",
    "campaign_key": "if(is_tagged, utm_campaign, link_key)",
    "landing_page": "concat('shop.example.com/p/', toString(n_page))",
    "destination": "concat('https://', landing_page, '?click=', hex(g))",
    "path": "concat('/in/', link_key)",
    "query": "if(is_tagged, concat('utm_source=', source, '&utm_campaign=', utm_campaign, '&sub1=', toString(n_page)), '')",
    "parameters": "if(is_tagged, map('utm_source', source, 'utm_campaign', utm_campaign, 'sub1', toString(n_page)), map())",
    "referrer": "if(referrer_domain = '', '', concat('https://', referrer_domain, '/'))",
    "headers": "[('User-Agent', user_agent), ('Accept-Language', language)]",
}
# The clock of a day runs slowly in the evening, when most clicks are made, and never backwards: ids and times sort alike.
WHEN = {
    "g": "toUInt64({first} + number)",
    "share": "number / {events}.",
    "at_ms": "toInt64({start_ms} + 86399000 * (share - 0.09 * (sin(2 * pi() * (share - 0.75)) + sin(1.5 * pi()))))",
    "happened_at": "fromUnixTimestamp64Milli(at_ms, 'UTC')",
    "event_id": f"bitOr(bitShiftLeft(toUInt64(at_ms - {EPOCH_MS}), 22), g % 4194304)",
    "is_new": f"{even('new', 'g')} < 0.6",
    "back": f"toUInt64(exp({even('who', 'g')} * log(5000000.)))",
    "v": "if(is_new OR back > g, g, g - back)",
}
# Named in the statement, and no columns.
HELP = {
    "g",
    "share",
    "at_ms",
    "is_new",
    "back",
    "v",
    "n_channel",
    "n_source",
    "n_campaign",
    "n_page",
    "n_site",
    "n_city",
    "n_model",
    "is_tagged",
    "is_ad",
}
FIXED = {
    "method": "'GET'", "scheme": "'https'", "host": "'go.example.com'", "origin": "'live'", "status": "302", "reason": "'link'",
    "stored_at": "happened_at + 1", "kind_version": "100000", "channel_version": "100000", "place_version": "100000",
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """`first` is the organization-wide number of its first event."""

    on: date
    first: int
    events: int


def days(events: int) -> list[Day]:
    """That many events spread over the ninety days: growing, and as the weekdays go."""
    dates = [FIRST_ON + timedelta(days=n) for n in range(DAYS)]
    weights = [GROWTH ** (n / DAYS) * WEEKDAYS[on.weekday()] for n, on in enumerate(dates)]
    until = [round(events * total / sum(weights)) for total in accumulate(weights)]
    return [Day(on, first, end - first) for on, first, end in zip(dates, [0, *until], until, strict=False)]


def generate(client: Client, events: int) -> Iterator[int]:
    """Makes those that are not there yet and answers after each statement how many there are. The roll-up of each day is built
    when the day is there, as after a change of events: 13 µs of CPU an event altogether, 31 through the view of then (2026-11-23).

    Raises Invalid when a day has another number of events than it should.
    """
    stored, rolled = _days_of(client, STORED), _days_of(client, ROLLED)
    client.execute("DETACH TABLE events_hourly_view SYNC")
    try:
        for day in days(events):
            if stored.get(day.on, day.events) != day.events:
                raise Invalid(
                    f"{stored[day.on]:,} events of {day.on} were kept, not {day.events:,}: keep them elsewhere"
                )
            for offset in range(0, day.events if day.on not in stored else 0, STATEMENT_EVENTS):
                count = min(STATEMENT_EVENTS, day.events - offset)
                client.execute(events_sql(day, offset, count), settings=SETTINGS)
                yield day.first + offset + count
            if day.events and day.on not in rolled:
                fill(ORGANIZATION_ID, day.on)
                yield day.first + day.events
    finally:
        client.execute("ATTACH TABLE events_hourly_view")


def add_money(client: Client) -> None:
    """A conversion for one person's click of a hundred, at most two hours later, and costs by day and campaign; once."""
    if client.execute(f"SELECT count() FROM conversions WHERE organization_id = {ORGANIZATION_ID}")[0][0]:
        return
    copied = ", ".join(name for (name,) in client.execute(SHARED_COLUMNS))
    client.execute(CONVERSIONS.replace("{{copied}}", copied), settings=SETTINGS)
    client.execute(COSTS, settings=SETTINGS)


def _days_of(client: Client, sql: str) -> dict[date, int]:
    return dict(client.execute(sql))


def events_sql(day: Day, offset: int, count: int) -> str:
    """The statement that makes `count` events of the day, from its number `offset` on."""
    start_ms = int(datetime.combine(day.on, datetime.min.time(), UTC).timestamp() * 1000)
    columns = {name: sql.format(first=day.first, events=day.events, start_ms=start_ms) for name, sql in WHEN.items()}
    columns |= VISITOR | CLICK | FIXED
    stored = ", ".join(name for name in columns if name not in HELP)
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return (
        f"INSERT INTO events (organization_id, visitor_id, visitor_is_new, {stored}) "
        f"SELECT {ORGANIZATION_ID}, v + 1, is_new, {stored} FROM (SELECT {selected} FROM numbers({offset}, {count}))"
    )
