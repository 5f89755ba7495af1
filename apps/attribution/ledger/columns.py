"""What an entry says of its event beside when it happened: the columns that reports of campaigns count and group by."""

COPIED = (
    "visitor_id",
    "kind",
    "source",
    "medium",
    "channel",
    "utm_campaign",
    "referrer_domain",
    "country",
    "device_type",
    "os",
    "browser",
    "language",
    "landing_page",
    "link_id",
)
# What an entry is beside that. An entry that takes another back differs in the last three only, and in `live`, which is true of
# labels that events were stored with.
LABEL = ("campaign_id", "run_id", "rule_version")
ENTRY = ("organization_id", "event_id", "happened_at", *LABEL, *COPIED, "sign", "edition", "recorded_at")
