"""Addresses and networks as numbers, so that Python and ClickHouse compare the same.

An address is its IPv6 number, an IPv4 one mapped into ::ffff:0:0/96 as a dual-stack socket does. Anything else, and `::`, which is
nobody's address, is 0. The two readings agree on garbage too (2026-11-23): ClickHouse alone would take `1:::2`, `::1.2.3.04` and an
eighth colon that stands for no group (RFC 5952 section 4.2.2 forbids to write one), and Python alone would take a zone.
"""

from bisect import bisect_right
from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_network,
)
from itertools import chain

MAPPED = int(IPv6Address("::ffff:0:0"))
MAPPED_END = MAPPED + 2**32 - 1
MAPPED_BITS = 96

# What `number` is in ClickHouse, as an IPv6.
NUMBER = (
    "toIPv6OrDefault(if(countSubstrings({column}, ':') + (position({column}, '.') > 0) < 8"
    " AND position({column}, ':::') = 0 AND NOT match({column}, '[.]0[0-9]|:0[0-9]+[.]'), {column}, ''))"
)


@lru_cache(maxsize=100_000)
def number(text: str) -> int:
    try:
        return int(IPv6Address(text)) if _may_be_ipv6(text) else MAPPED + int(IPv4Address(text))
    except AddressValueError:
        return 0


def network(text: str) -> str:
    """The one way to write a network; what is mapped into IPv6 is written as IPv4. Errors: ValueError."""
    found = ip_network(text, strict=False)
    if "%" in text:
        raise AddressValueError("a zone is no part of a network")
    if isinstance(found, IPv6Network) and found.prefixlen >= MAPPED_BITS and found.network_address.ipv4_mapped:
        return str(IPv4Network((int(found.network_address) - MAPPED, found.prefixlen - MAPPED_BITS)))
    return str(found)


class Ranges:
    """First and last numbers of networks, in order and apart from each other. IPv4 addresses are in no network of IPv6."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        found = [ip_network(text) for text in networks]
        four = collapse_addresses(each for each in found if isinstance(each, IPv4Network))
        six = collapse_addresses(each for each in found if isinstance(each, IPv6Network))
        ranges = sorted([*chain.from_iterable(map(_ranges, four)), *chain.from_iterable(map(_ranges, six))])
        self.lows = [low for low, _ in ranges]
        self.highs = [high for _, high in ranges]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.lows, number) - 1
        return place >= 0 and number <= self.highs[place]


def _may_be_ipv6(text: str) -> bool:
    return ":" in text and "%" not in text and text.count(":") + ("." in text) < 8


def _ranges(found: IPv4Network | IPv6Network) -> list[tuple[int, int]]:
    low, high = int(found.network_address), int(found.broadcast_address)
    if isinstance(found, IPv4Network):
        return [(MAPPED + low, MAPPED + high)]
    low = max(low, 1)
    if low <= MAPPED and high >= MAPPED_END:
        return [(low, MAPPED - 1), (MAPPED_END + 1, high)]
    return [(low, high)]
