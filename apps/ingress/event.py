"""What an event is: one request on a tracked link, as it is stored.

`FIELDS` is the vocabulary. The dataclass, the ClickHouse columns and, later, what rules may name are all read from `Event`.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """Who asked. Every kind is kept; only people count by default."""

    HUMAN = "human"
    BOT = "bot"
    HEAD = "head"
    PREFETCH = "prefetch"
    PREVIEW = "preview"


class Reason(StrEnum):
    """Why the visitor was sent where they were: the first three followed a destination, the others were refused."""

    LINK = "link"
    VERIFIED = "to_verified"
    SIGNED = "to_signed"
    ORGANIZATION = "organization"
    UNKNOWN_KEY = "unknown_key"
    PAUSED = "paused"
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


@dataclass(frozen=True, slots=True)
class Event:
    """One request. Text is the raw bytes of the request read as UTF-8, with what is not UTF-8 kept byte for byte.

    Empty means absent: nothing is null. `headers` keeps order and repeats; `parameters` is `query` decoded, the first value
    of each name. `organization_id` 0 is traffic of no known organization.
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
    headers: tuple[tuple[str, str], ...] = ()
    withheld_headers: tuple[str, ...] = ()
    ip: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    user_agent: str = ""
    referrer: str = ""
    kind: Kind = Kind.HUMAN
    kind_version: int = 0
    origin: Origin = Origin.LIVE
    status: int = 302
    reason: str = ""
    link_id: int = 0
    link_key: str = ""
    destination: str = ""
    retention_days: int = 0


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Event))
