"""What enrichment found of an event, for people: the groups of the event page."""

from dataclasses import dataclass

from apps.analytics.names import called
from apps.ingress.event import Event


@dataclass(frozen=True)
class Fact:
    """`field` is the name under which rules and the API know it."""

    label: str
    field: str
    value: str


@dataclass(frozen=True)
class Found:
    """One step's facts, without the empty ones; `version` is that of the definitions, 0 when the step has not run."""

    title: str
    version: int
    facts: tuple[Fact, ...]


_STEPS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Channel",
        "channel_version",
        (("Channel", "channel"), ("Source", "source"), ("Medium", "medium")),
    ),
    (
        "UTM parameters",
        "utm_version",
        (
            ("Source", "utm_source"),
            ("Medium", "utm_medium"),
            ("Campaign", "utm_campaign"),
            ("Term", "utm_term"),
            ("Content", "utm_content"),
            ("Id", "utm_id"),
        ),
    ),
    ("Campaign id", "campaign_key_version", (("Campaign id", "campaign_key"),)),
    ("Ad click", "ad_click_version", (("Network", "ad_network"), ("Click id", "ad_click_id"))),
    (
        "Referrer",
        "referrer_version",
        (
            ("Domain", "referrer_domain"),
            ("Name", "referrer_name"),
            ("Medium", "referrer_medium"),
            ("Search term", "search_term"),
        ),
    ),
    (
        "Place",
        "place_version",
        (
            ("Country", "country"),
            ("Region", "region_name"),
            ("City", "city"),
            ("Time zone", "time_zone"),
            ("Network", "as_name"),
            ("AS number", "asn"),
        ),
    ),
    ("Network", "network_version", (("Kind", "network_kind"), ("Owner", "network_owner"))),
    (
        "Device",
        "device_version",
        (
            ("Type", "device_type"),
            ("Brand", "device_brand"),
            ("Model", "device_model"),
            ("System", "os"),
            ("System version", "os_version"),
            ("Browser", "browser"),
            ("Browser version", "browser_version"),
        ),
    ),
    ("Language", "language_version", (("Language", "language"),)),
    ("Landing page", "landing_page_version", (("Landing page", "landing_page"),)),
)


def found(event: Event) -> list[Found]:
    """The groups in the order of the page; a step that ran and found nothing has no facts."""
    return [Found(title, getattr(event, version), _facts(event, fields)) for title, version, fields in _STEPS]


def _facts(event: Event, fields: tuple[tuple[str, str], ...]) -> tuple[Fact, ...]:
    values = [(label, field, getattr(event, field)) for label, field in fields]
    return tuple(Fact(label, field, called(field, str(value))) for label, field, value in values if value)
