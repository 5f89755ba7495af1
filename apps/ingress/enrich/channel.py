"""Source, medium and channel, named as GA4 names them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from apps.ingress.enrich.builtin import ChannelRow
from apps.ingress.enrich.channels import Lines, Sources
from apps.ingress.event import Event

VERSION = 1
DIRECT = ("(direct)", "(none)")
NOT_SET = "(not set)"
CLICKS_REMEMBERED = 20_000
TEXT_MAX_CHARS = 200
# What the medium of a click is called when only the place it came from is known.
MEDIUMS = {
    "search": "organic",
    "social": "social",
    "email": "email",
    "ai": "ai",
    "video": "video",
    "shopping": "referral",
    "paid": "display",
    "spam": "spam",
    "other": "referral",
}


class Channelled(NamedTuple):
    source: str
    medium: str
    channel: str
    channel_version: int


class ChannelTable:
    """`lines` of each organization that has its own, of all others under 0. `mediums` of ad clicks: by network, paid or not."""

    def __init__(self, lines: Mapping[int, Lines], sources: Sources, mediums: Mapping[tuple[str, bool], str]) -> None:
        self._lines = lines
        self._everybody = lines[0]
        self._sources = sources
        self._mediums = mediums
        self._remembered = lru_cache(maxsize=CLICKS_REMEMBERED)(self._channel)

    def with_lines(self, rows: Iterable[ChannelRow], *, replace: bool) -> "ChannelTable":
        """What the table would be if every organization had these lines of its own. Errors: BadPattern."""
        lines = Lines(rows, self._everybody.version) if replace else self._everybody.after(rows)
        return ChannelTable({0: lines}, self._sources, self._mediums)

    def of(self, event: Event) -> Channelled:
        return self._remembered(
            self._lines.get(event.organization_id, self._everybody),
            (event.utm_source, event.utm_medium, event.utm_campaign),
            (event.ad_network, event.ad_is_paid),
            (event.referrer_medium, event.referrer_name or event.referrer_domain),
        )

    def _channel(
        self, lines: Lines, utm: tuple[str, str, str], ad: tuple[str, bool], referrer: tuple[str, str]
    ) -> Channelled:
        source, medium = self._source_and_medium(utm, ad, referrer)
        category = self._sources.category_of(source)
        channel = lines.channel_of(source, medium, utm[2], category, ad[1])
        return Channelled(source[:TEXT_MAX_CHARS], medium[:TEXT_MAX_CHARS], channel[:TEXT_MAX_CHARS], lines.version)

    def _source_and_medium(
        self, utm: tuple[str, str, str], ad: tuple[str, bool], referrer: tuple[str, str]
    ) -> tuple[str, str]:
        """What the link's author said, else a paid ad click, else the place, else an ad network's mark on an organic link."""
        utm_source, utm_medium, _ = utm
        network, is_paid = ad
        if utm_source or utm_medium:
            assumed = self._mediums.get(ad, "") if is_paid else ""
            return utm_source or network or NOT_SET, utm_medium or assumed or NOT_SET
        if is_paid:
            return network, self._mediums.get(ad, NOT_SET)
        place, name = referrer
        if place and place != "internal":
            return name.lower(), MEDIUMS.get(place, "referral")
        if network:
            return network, self._mediums.get(ad, NOT_SET)
        return DIRECT


def channel(event: Event, table: ChannelTable) -> Channelled:
    """Source: what the steps utm, ad_click and referrer found. Visitors from the organization's own pages came directly."""
    return table.of(event)
