"""Networks that are known for what they are: hosting, VPNs, proxies, Tor exits, crawlers. By address, number or name."""

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from apps.ingress.enrich.mmdb import Cloak, Database
from apps.ingress.enrich.places import plain_address
from apps.ingress.network_names import Range, parse_network

CODE_VERSION = 1
BUILT_IN = Path(__file__).parent / "data" / "networks.csv"
REMEMBERED_ADDRESSES = 50_000


class Network(NamedTuple):
    network_kind: str
    network_owner: str
    network_version: int


class Known(NamedTuple):
    """A row of the table. `network` is a range (203.0.113.0/24), a number (AS64496) or a word of the announcer's name."""

    network: str
    kind: str
    owner: str


class Networks:
    """The table, ready to be asked. The narrower wins: range (longest prefix), Anonymous-IP file, number, word of the name."""

    def __init__(self, known: Iterable[Known], *, revision: int = 0, cloaks: Sequence[Database] = ()) -> None:
        self.version = CODE_VERSION * 100_000 + revision
        self._numbers: dict[int, Known] = {}
        self._words: dict[str, Known] = {}
        ranges: list[tuple[Range, Known]] = []
        for row in known:
            named = parse_network(row.network)
            if isinstance(named, int):
                self._numbers[named] = row
            elif isinstance(named, str):
                self._words[named] = row
            else:
                ranges.append((named, row))
        self._ranges = {length: _Ranges(one for one in ranges if one[0].version == length) for length in (4, 6)}
        self._word = _any_of(self._words)
        self._cloaks = [one for one in cloaks if one.role == "anonymous"]
        self._nothing = Network("", "", self.version)
        self.of = lru_cache(maxsize=REMEMBERED_ADDRESSES)(self._look_up)

    def _look_up(self, ip: str, asn: int, as_name: str) -> Network:
        address = plain_address(ip)
        known = self._by_range(address)
        if known is None and (cloak := self._cloak(address)):
            known = Known("", cloak, "")
        known = known or self._numbers.get(asn) or self._by_name(as_name)
        if not known or not known.kind:
            return self._nothing
        return Network(known.kind, (known.owner or as_name)[:200], self.version)

    def _by_range(self, address: str) -> Known | None:
        if not address:
            return None
        number = ip_address(address)
        return self._ranges[number.version].find(int(number))

    def _cloak(self, address: str) -> str:
        for database in self._cloaks:
            if address and isinstance(found := database.find(address), Cloak) and found.kind:
                return found.kind
        return ""

    def _by_name(self, as_name: str) -> Known | None:
        found = self._word.search(as_name.lower()) if as_name else None
        return self._words[found[0]] if found else None


class _Ranges:
    """Nested ranges laid out flat: where each stretch begins, and the narrowest range over it."""

    def __init__(self, ranges: Iterable[tuple[Range, Known]]) -> None:
        self._starts: list[int] = []
        self._over: list[Known | None] = []
        open_ones: list[tuple[int, Known]] = []
        for network, known in sorted(ranges, key=lambda one: (int(one[0].network_address), one[0].prefixlen)):
            start, end = int(network.network_address), int(network.broadcast_address) + 1
            self._close(open_ones, start)
            self._begin(start, known)
            open_ones.append((end, known))
        self._close(open_ones, 1 << 129)

    def find(self, number: int) -> Known | None:
        place = bisect_right(self._starts, number) - 1
        return self._over[place] if place >= 0 else None

    def _close(self, open_ones: list[tuple[int, Known]], before: int) -> None:
        """Ends what ends up to here; what is around it goes on."""
        while open_ones and open_ones[-1][0] <= before:
            end, _ = open_ones.pop()
            self._begin(end, open_ones[-1][1] if open_ones else None)

    def _begin(self, start: int, known: Known | None) -> None:
        if self._starts and self._starts[-1] == start:
            self._over[-1] = known
        else:
            self._starts.append(start)
            self._over.append(known)


def built_in() -> list[Known]:
    """The table as it comes with Trellis: published ranges, and numbers of hosters and clouds. Compiled 2026-11-23."""
    with BUILT_IN.open(newline="") as file:
        return [Known(row["network"], row["kind"], row["owner"]) for row in csv.DictReader(file)]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words only, the longest of those that begin together. Without any, nothing fits."""
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)" if longest_first else r"(?!)")
