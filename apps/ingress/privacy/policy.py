"""What an organization keeps of the addresses of its visitors, and what it does for those who ask not to be tracked."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Address(StrEnum):
    """What is stored of an address."""

    FULL = "full"
    TRUNCATED = "truncated"
    HASHED = "hashed"
    NONE = "none"


class Signal(StrEnum):
    """What `DNT: 1` and `Sec-GPC: 1` change."""

    IGNORE = "ignore"
    NO_ADDRESS = "no_address"
    UNLINKED = "unlinked"


class Policy(NamedTuple):
    address: str = Address.FULL
    signal: str = Signal.IGNORE

    def asked_by(self, headers: Iterable[tuple[str, str]]) -> "Policy":
        """The policy for a request with these headers: what its sender asks for is in `address` then."""
        if self.signal == Signal.IGNORE or not asks_not_to_be_tracked(headers):
            return self._replace(signal=Signal.IGNORE)
        return self._replace(address=Address.NONE)


# An organization that never chose.
EVERYTHING = Policy()
SIGNALS = frozenset({"dnt", "sec-gpc"})


def asks_not_to_be_tracked(headers: Iterable[tuple[str, str]]) -> bool:
    """Source: Tracking Preference Expression (W3C note, 2019) and Global Privacy Control (W3C draft); both say it by "1" alone."""
    return any(name.lower() in SIGNALS and value.strip() == "1" for name, value in headers)
