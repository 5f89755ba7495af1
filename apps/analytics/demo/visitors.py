"""The made-up people behind the clicks: most come once, some come back, a few all the time."""

from bisect import bisect
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import accumulate
from random import Random
from typing import NamedTuple

from apps.analytics.demo.agents import DESKTOP, IN_APP, MOBILE, TABLET_AND_MORE, Agent
from apps.analytics.demo.markets import MARKETS
from apps.analytics.demo.sources import SOURCES, Device

RETURNING_SHARE = 0.42
SAME_SOURCE_SHARE = 0.5
# Whom a returning click belongs to is looked up among so many clicks before it, or now and then among all.
RECENT_CLICKS = 4_000
# With fewer clicks than this to come back to, fewer come back: else the first days would be a village.
WARM_UP_CLICKS = 500
RECENT_SHARE = 0.7
NEW_ADDRESS_SHARE = 0.12
OTHER_DEVICE_SHARE = 0.06
IPV6_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Visitor:
    """`source` is an index of SOURCES. `is_new` only in the first click."""

    visitor_id: int
    source: int
    agent: Agent
    language: str
    ip: str
    is_new: bool


class Range(NamedTuple):
    """Addresses of IPv4 from `first` on; the bits of `free` may be anything."""

    first: int
    free: int


class Choice:
    """Draws an index by weights."""

    def __init__(self, weights: list[float]) -> None:
        self._cumulative = list(accumulate(weights))

    def draw(self, random: Random) -> int:
        return bisect(self._cumulative, random.random() * self._cumulative[-1], hi=len(self._cumulative) - 1)


class Visitors:
    """`volumes` are the weights of the sources by day."""

    def __init__(self, volumes: list[list[float]], random: Random) -> None:
        self._volumes, self._random = volumes, random
        self._sources = [Choice(row) for row in volumes]
        self._agents = {
            group: Choice([agent.weight for agent in group]) for group in (DESKTOP, MOBILE, IN_APP, TABLET_AND_MORE)
        }
        self._languages = [Choice([weight for _, weight in market.languages]) for market in MARKETS]
        self._networks = [ranges(market.networks) for market in MARKETS]
        self._past: list[list[Visitor]] = [[] for _ in MARKETS]

    def next(self, event_id: int, market: int, day: int) -> Visitor:
        """Who clicks now: with `event_id` as their id when it is their first time."""
        past = self._past[market]
        if self._random.random() < RETURNING_SHARE * min(len(past) / WARM_UP_CLICKS, 1):
            visitor = self._returning(past, market, day)
        else:
            visitor = self._new(event_id, market, day)
        past.append(visitor)
        return visitor

    def source(self, day: int) -> int:
        return self._sources[day].draw(self._random)

    def _returning(self, past: list[Visitor], market: int, day: int) -> Visitor:
        """Drawn among clicks, not people: who clicked more is likelier to click again, which makes the long tail."""
        random = self._random
        reach = min(len(past), RECENT_CLICKS) if random.random() < RECENT_SHARE else len(past)
        visitor = past[len(past) - 1 - int(random.random() * reach)]
        stays = self._volumes[day][visitor.source] and random.random() < SAME_SOURCE_SHARE
        return replace(
            visitor,
            source=visitor.source if stays else self.source(day),
            ip=self._address(market) if random.random() < NEW_ADDRESS_SHARE else visitor.ip,
            is_new=False,
        )

    def _new(self, event_id: int, market_index: int, day: int) -> Visitor:
        random, market = self._random, MARKETS[market_index]
        source = self.source(day)
        drawn = random.random()
        by_market = TABLET_AND_MORE if drawn > 1 - OTHER_DEVICE_SHARE else MOBILE if drawn < market.mobile else DESKTOP
        agents = {Device.ANY: by_market, Device.PHONE: MOBILE, Device.APP: IN_APP}[SOURCES[source].device]
        return Visitor(
            visitor_id=event_id,
            source=source,
            agent=agents[self._agents[agents].draw(random)],
            language=market.languages[self._languages[market_index].draw(random)][0],
            ip=self._address(market_index),
            is_new=True,
        )

    def _address(self, market: int) -> str:
        prefixes = MARKETS[market].prefixes
        bits = self._random.getrandbits(64)
        if prefixes and self._random.random() < IPV6_SHARE:
            return f"{prefixes[bits % len(prefixes)]}:{bits >> 16 & 0xFFFF:x}:{bits >> 32 & 0xFF00:x}::{bits >> 48:x}"
        return draw_address(self._networks[market], bits)


def ranges(networks: tuple[str, ...]) -> list[Range]:
    """The networks as their first address and the bits that are free."""
    parsed = [IPv4Network(network) for network in networks]
    return [Range(int(network.network_address), int(network.hostmask)) for network in parsed]


def draw_address(networks: list[Range], bits: int) -> str:
    """An address of one of the networks, chosen by 64 random bits. By hand: `ipaddress` takes ten times as long (2026-11-23)."""
    first, free = networks[bits % len(networks)]
    number = first | (bits >> 8 & free)
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
