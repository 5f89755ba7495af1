"""What an event is: one request on a tracked link, as it is stored.

`FIELDS` is the vocabulary. The columns of ClickHouse and what rules may name are read from `Event`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """Who asked. Every kind is kept; only people count by default."""

    HUMAN = "human"
    BOT = "bot"
    HEAD = "head"
    PREFETCH = "prefetch"
    PREVIEW = "preview"


class Reason(StrEnum):
    """Why the visitor was sent where they were. The first six followed a destination.

    The others were refused. Where a campaign did not take them (its reasons), its organization's default may have.
    """

    LINK = "link"
    RULE = "rule"
    FALLBACK = "fallback"
    VERIFIED = "to_verified"
    SIGNED = "to_signed"
    ORGANIZATION = "organization"
    UNKNOWN_KEY = "unknown_key"
    PAUSED = "paused"
    OUT_OF_DATES = "out_of_dates"
    FULL = "full"
    NO_DESTINATION = "no_destination"
    UNVERIFIED = "to_unverified"
    BAD_SIGNATURE = "signature_bad"
    EXPIRED = "signature_expired"
    BAD_URL = "to_bad_url"
    TOO_LONG = "location_too_long"
    FAULT = "fault"


class Origin(StrEnum):
    """Which door the event came through."""

    LIVE = "live"
    IMPORT = "import"
    DEMO = "demo"


class Privacy(StrEnum):
    """What is missing of an event on purpose: of its address, its visitor too, or all that it said word for word."""

    WHOLE = ""
    TRUNCATED = "truncated"
    HASHED = "hashed"
    NO_ADDRESS = "no_address"
    UNLINKED = "unlinked"
    ERASED = "erased"


class Unlabelled(StrEnum):
    """Why no campaign had a claim on an event when it was stored: its address names none, names one that nobody has, the campaign
    that would have had it was paused, or no rule held."""

    NO_KEY = "no_key"
    UNKNOWN_KEY = "unknown_key"
    PAUSED = "paused"
    NO_RULE = "no_rule"


class Event(NamedTuple):
    """One request: first what it was and what was decided, written once; then what enrichment found, a group of fields a step; last
    the label it had when it was stored, written once too. What it is called today is in the ledger.

    Text is the raw bytes of the request read as UTF-8, with what is not UTF-8 kept byte for byte. Empty means absent: nothing is
    null. `headers` keeps order and repeats; `parameters` is `query` decoded, the first value of each name. `organization_id` 0 is
    traffic of no known organization. Each `…_version` names what made the fields before it; 0 is "not yet".

    A named tuple: a frozen dataclass of this size takes 8 µs to make, this 1, and columns are made of it by `zip` (2026-11-23).
    """

    organization_id: int
    event_id: int
    happened_at: datetime
    stored_at: datetime = EPOCH
    visitor_id: int = 0
    visitor_is_new: bool = False
    method: str = "GET"
    scheme: str = "http"
    host: str = ""
    path: str = ""
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    withheld_headers: Sequence[str] = ()
    ip: str = ""
    parameters: Mapping[str, str] = MappingProxyType({})
    user_agent: str = ""
    referrer: str = ""
    origin: str = Origin.LIVE
    status: int = 302
    reason: str = ""
    link_id: int = 0
    link_key: str = ""
    destination: str = ""
    retention_days: int = 0
    routed_campaign_id: int = 0
    routed_version: int = 0
    rule_id: int = 0
    destination_id: int = 0
    propensity: float = 0.0
    capped: Sequence[int] = ()
    privacy: str = Privacy.WHOLE
    # place
    country: str = ""
    region: str = ""
    region_name: str = ""
    city: str = ""
    time_zone: str = ""
    asn: int = 0
    as_name: str = ""
    place_version: int = 0
    # network
    network_kind: str = ""
    network_owner: str = ""
    network_version: int = 0
    # device
    device_type: str = ""
    device_brand: str = ""
    device_model: str = ""
    os: str = ""
    os_version: str = ""
    browser: str = ""
    browser_version: str = ""
    device_version: int = 0
    # language
    language: str = ""
    language_version: int = 0
    # referrer
    referrer_domain: str = ""
    referrer_name: str = ""
    referrer_medium: str = ""
    search_term: str = ""
    referrer_version: int = 0
    # utm
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    utm_id: str = ""
    utm_version: int = 0
    # ad click
    ad_network: str = ""
    ad_click_id: str = ""
    ad_is_paid: bool = False
    ad_click_version: int = 0
    # campaign key
    campaign_key: str = ""
    campaign_key_version: int = 0
    # landing page
    landing_page: str = ""
    landing_page_version: int = 0
    # channel
    source: str = ""
    medium: str = ""
    channel: str = ""
    channel_version: int = 0
    # kind
    kind: str = Kind.HUMAN
    kind_reason: str = ""
    kind_version: int = 0
    # label
    label_campaign_id: int = 0
    label_run_id: int = 0
    label_rule_version: int = 0
    label_edition: int = 0
    label_reason: str = ""


FIELDS: tuple[str, ...] = Event._fields
