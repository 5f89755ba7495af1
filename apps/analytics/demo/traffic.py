"""The made-up clicks themselves, as ingress would have kept them. Same seed and same moment, same clicks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from zlib import crc32
from zoneinfo import ZoneInfo

from apps.analytics.demo.agents import BOTS, CHECKERS, PREVIEWS, SCRAPERS
from apps.analytics.demo.calendar import Calendar, Moment
from apps.analytics.demo.campaigns import routed_by
from apps.analytics.demo.sources import REFUSED, SOURCES, Source
from apps.analytics.demo.visitors import Choice, Visitor, Visitors, draw_address, ranges
from apps.ingress.destination import Destination, with_click
from apps.ingress.enrich import enrich
from apps.ingress.enrich.tables import Tables
from apps.ingress.event import Event, Origin, Reason
from apps.ingress.plans.plan import Plan
from apps.ingress.snowflake import EPOCH_MS, SEQUENCE_BITS, WORKER_BITS, WORKERS, click_id

# The last worker number of the last host: the one least likely to have been at work.
WORKER = WORKERS - 1
PREFETCH_SHARE = 0.03
GROUPS = {"bot": BOTS, "preview": PREVIEWS, "checker": CHECKERS, "scraper": SCRAPERS}
# Each program has so many machines.
MACHINE_ADDRESSES = 12
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shop:
    """What the clicks need to know of the demo organization. `links` are by key: id and destination.

    `plans` are the campaigns of those links that have one; their destinations count instead.
    """

    organization_id: int
    retention_days: int
    ingress_url: str
    safe_url: str
    default: Destination
    links: Mapping[str, tuple[int, Destination]]
    plans: Mapping[str, Plan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tag:
    query: str
    parameters: dict[str, str]


class Sent(NamedTuple):
    method: str
    headers: Headers
    referrer: str


class Traffic:
    """Makes the clicks of one shop, one after the other in time."""

    def __init__(self, shop: Shop, now: datetime, zone: ZoneInfo, tables: Tables, *, seed: int) -> None:
        self._shop, self._now, self._tables = shop, now, tables
        self._random = Random(seed)  # noqa: S311  made-up data must be the same each time
        self._calendar = Calendar(now, zone, self._random)
        self._visitors = Visitors(self._calendar.volumes, self._random)
        self._machines = {name: Choice([agent.weight for agent in group]) for name, group in GROUPS.items()}
        self._networks = {name: [ranges(agent.networks) for agent in group] for name, group in GROUPS.items()}
        self._tags = [[Tag(urlencode(said), dict(said)) for said, _ in source.parameters] for source in SOURCES]
        self._tag_choices = [Choice([weight for _, weight in source.parameters]) for source in SOURCES]
        self._referrer_choices = [Choice([weight for _, weight in source.referrers]) for source in SOURCES]
        address = urlsplit(shop.ingress_url)
        self._scheme, self._host = address.scheme, address.netloc
        self._last_ms = self._sequence = 0

    def events(self, count: int) -> Iterator[Event]:
        """`count` enriched events, oldest first."""
        for moment in self._calendar.moments(count):
            event = self._machine(moment) if moment.market is None else self._person(moment, moment.market)
            event = enrich(event, self._tables)
            plan = self._shop.plans.get(event.link_key)
            yield routed_by(plan, event) if plan else event

    def _person(self, moment: Moment, market: int) -> Event:
        event_id = self._next_id(moment.at_ms)
        visitor = self._visitors.next(event_id, market, moment.day)
        source = SOURCES[visitor.source]
        referrer = source.referrers[self._referrer_choices[visitor.source].draw(self._random)][0]
        prefetch = visitor.agent.chromium and self._random.random() < PREFETCH_SHARE
        headers = headers_of(self._host, visitor.agent.text, visitor.language, referrer, prefetch)
        return self._event(event_id, moment, visitor, Sent("GET", headers, referrer))

    def _machine(self, moment: Moment) -> Event:
        event_id = self._next_id(moment.at_ms)
        number = self._machines[moment.machine].draw(self._random)
        agent = GROUPS[moment.machine][number]
        visitor = Visitor(
            visitor_id=event_id,
            source=self._visitors.source(moment.day),
            agent=agent,
            language="",
            ip=self._machine_address(moment.machine, number),
            is_new=True,
        )
        method = "HEAD" if moment.machine == "checker" else "GET"
        return self._event(event_id, moment, visitor, Sent(method, headers_of(self._host, agent.text), ""))

    def _machine_address(self, machine: str, number: int) -> str:
        """One of the few addresses of this program, the same ones in every demo."""
        seat = (number + 1) * MACHINE_ADDRESSES + self._random.randrange(MACHINE_ADDRESSES)
        return draw_address(self._networks[machine][number], crc32(f"{machine} {seat}".encode()) << 8 | seat)

    def _event(self, event_id: int, moment: Moment, visitor: Visitor, sent: Sent) -> Event:
        source, shop = SOURCES[visitor.source], self._shop
        tag = self._tag(visitor.source)
        return Event(
            organization_id=shop.organization_id,
            event_id=event_id,
            happened_at=datetime.fromtimestamp(moment.at_ms / 1000, UTC),
            stored_at=self._now,
            visitor_id=visitor.visitor_id,
            visitor_is_new=visitor.is_new,
            method=sent.method,
            scheme=self._scheme,
            host=self._host,
            path=f"/in/{source.key}" if source.key else "/in",
            query=tag.query,
            headers=sent.headers,
            withheld_headers=() if visitor.is_new else ("Cookie",),
            ip=visitor.ip,
            parameters=tag.parameters,
            user_agent=visitor.agent.text,
            referrer=sent.referrer,
            origin=Origin.DEMO,
            reason=source.reason,
            link_id=shop.links[source.key][0] if source.key in shop.links else 0,
            link_key=source.key,
            destination=self._location(source, tag, click_id(event_id)),
            retention_days=shop.retention_days,
        )

    def _tag(self, number: int) -> Tag:
        tag = self._tags[number][self._tag_choices[number].draw(self._random)]
        if not (name := SOURCES[number].click_parameter):
            return tag
        token = f"{self._random.getrandbits(160):040x}"
        return Tag(f"{tag.query}&{name}={token}", {**tag.parameters, name: token})

    def _location(self, source: Source, tag: Tag, sealed: str) -> str:
        if source.reason in REFUSED:
            return self._shop.safe_url
        if source.reason is Reason.VERIFIED:
            return with_click(tag.parameters["to"], sealed)
        destination = self._shop.links[source.key][1] if source.key in self._shop.links else self._shop.default
        values = {"click_id": sealed, "source": tag.parameters.get("utm_source", "")}
        return destination.location([values[macro] for macro in destination.macros], sealed)

    def _next_id(self, at_ms: int) -> int:
        self._sequence = self._sequence + 1 if at_ms == self._last_ms else 0
        self._last_ms = at_ms
        return (at_ms - EPOCH_MS) << (WORKER_BITS + SEQUENCE_BITS) | WORKER << SEQUENCE_BITS | self._sequence


@lru_cache(maxsize=50_000)
def headers_of(host: str, agent: str, language: str = "", referrer: str = "", prefetch: bool = False) -> Headers:
    """What a browser sends, or with no language what a program does."""
    sent = {
        "Host": host,
        "User-Agent": agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" if language else "*/*",
        "Accept-Language": language,
        "Accept-Encoding": "gzip, deflate, br, zstd" if language else "gzip, deflate",
        "Referer": referrer,
        "Sec-Purpose": "prefetch;prerender" if prefetch else "",
    }
    return tuple((name, value) for name, value in sent.items() if value)
