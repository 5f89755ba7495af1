"""How many clicks or conversions a campaign, a rule or a destination may take; and the door to whoever counts them."""

from enum import StrEnum
from typing import NamedTuple, Protocol

# Ids of rules and destinations begin at 1.
THE_CAMPAIGN = 0


class Of(StrEnum):
    CLICKS = "clicks"
    CONVERSIONS = "conversions"


class Per(StrEnum):
    """`DAY` is the calendar day of the campaign's time zone."""

    DAY = "day"
    EVER = "ever"


class Cap(NamedTuple):
    """One limit. `owner_id` is a rule's or a destination's id, or THE_CAMPAIGN.

    What is counted is named by all of it but `limit` and `zone`: versions of a campaign share their counts.
    """

    campaign_id: int
    owner_id: int
    of: Of
    per: Per
    limit: int
    zone: str


class Caps(Protocol):
    """Who counts. Both are asked while the visitor waits: from memory, never raising, safe from several threads."""

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        """Whether as many as `limit` were counted."""

    def count(self, cap: Cap, now_ms: int) -> None:
        """One more click of a person. Conversions are counted elsewhere: a cap of them is never given."""


class NoCaps:
    """Nothing is counted, and nothing is ever full: for previews, tests, and a process that keeps no counts."""

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        return False

    def count(self, cap: Cap, now_ms: int) -> None:
        pass


NO_CAPS = NoCaps()
