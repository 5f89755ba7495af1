"""What rules may name of an event: each field with its label, its type, its empty value and the day it began."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import itemgetter
from typing import Any

from apps.ingress.event import FIELDS as COLUMNS
from apps.ingress.event import Event, Kind, Origin, Reason
from apps.ingress.rules.text import as_it_is, ascii_lower, lower, upper

CAPTURE = date(2026, 11, 22)
ENRICHMENT = date(2026, 11, 23)
ROUTING = date(2026, 11, 23)
UINT64_MAX = 2**64 - 1


class Type(StrEnum):
    TEXT = "text"
    DOMAIN = "domain"
    ADDRESS = "address"
    NUMBER = "number"
    CLOCK = "clock"
    FLAG = "flag"
    NAMES = "names"


_EQUALITY = ("is", "is_not", "in", "not_in")
_PRESENCE = ("is_empty", "is_set")
_TEXT = (*_EQUALITY, "contains", "starts_with", "ends_with", "matches")
OPERATORS_OF: dict[Type, tuple[str, ...]] = {
    Type.TEXT: (*_TEXT, *_PRESENCE),
    Type.DOMAIN: (*_TEXT, "is_or_under", *_PRESENCE),
    Type.ADDRESS: (*_EQUALITY, "in_network", "starts_with", *_PRESENCE),
    Type.NUMBER: (*_EQUALITY, "less", "greater", "between", *_PRESENCE),
    Type.CLOCK: (*_EQUALITY, "between"),
    Type.FLAG: ("is",),
    Type.NAMES: ("has",),
}


@dataclass(frozen=True)
class Field:
    """`label` stands in sentences; `empty` means that there is nothing, None that there is always something.

    `columns` are what is read of Event, by `read` in Python and by `sql` in ClickHouse, which has `{their names}` and perhaps
    `{key}`. `form` is how text was written when it was stored: `parse` brings values into it, but for patterns. Numbers lie in
    `low` to `high`; text with `choices` is one of them.
    """

    name: str
    label: str
    type: Type
    since: date
    columns: tuple[str, ...]
    read: Callable[[Event], Any]
    sql: str
    key: str = ""
    empty: str | int | None = ""
    form: Callable[[str], str] = as_it_is
    choices: tuple[str, ...] = ()
    low: int = 1
    high: int = UINT64_MAX

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS_OF[self.type]


def _kept(name: str, label: str, type_: Type = Type.TEXT, since: date = ENRICHMENT, **more: Any) -> Field:
    """A column of the events, read as it is."""
    empty = {Type.NUMBER: 0, Type.FLAG: None}.get(type_, "")
    read = itemgetter(COLUMNS.index(name))
    return Field(name, label, type_, since, (name,), read, f"{{{name}}}", empty=empty, **more)


def header_names(event: Event) -> set[str]:
    return {ascii_lower(name) for name, _ in event.headers} | {ascii_lower(name) for name in event.withheld_headers}


HEADER_NAMES = "arrayMap(h -> lower(h), arrayConcat(arrayMap(h -> h.1, {headers}), {withheld_headers}))"

_ROWS = (
    _kept("source", "source", form=lower),
    _kept("medium", "medium", form=lower),
    _kept("channel", "channel"),
    _kept("utm_source", "UTM source", form=lower),
    _kept("utm_medium", "UTM medium", form=lower),
    _kept("utm_campaign", "UTM campaign", form=lower),
    _kept("utm_term", "UTM term", form=lower),
    _kept("utm_content", "UTM content", form=lower),
    _kept("utm_id", "UTM id", form=lower),
    _kept("campaign_key", "campaign key", form=lower),
    _kept("ad_network", "ad network", form=lower),
    _kept("ad_click_id", "ad click id"),
    _kept("ad_is_paid", "paid click", Type.FLAG),
    _kept("landing_page", "landing page"),
    _kept("referrer_domain", "referrer domain", Type.DOMAIN, form=lower),
    _kept("referrer_name", "referrer"),
    _kept("referrer_medium", "referrer medium", form=lower),
    _kept("search_term", "search term", form=lower),
    _kept("country", "country", form=upper),
    _kept("region", "region", form=upper),
    _kept("region_name", "region name"),
    _kept("city", "city"),
    _kept("time_zone", "time zone"),
    _kept("language", "language", form=lower),
    _kept("asn", "AS number", Type.NUMBER),
    _kept("as_name", "AS name"),
    _kept("network_kind", "network kind", form=lower),
    _kept("network_owner", "network owner"),
    _kept("device_type", "device", form=lower),
    _kept("device_brand", "device brand"),
    _kept("device_model", "device model"),
    _kept("os", "operating system"),
    _kept("os_version", "operating system version"),
    _kept("browser", "browser"),
    _kept("browser_version", "browser version"),
    _kept("kind", "kind", since=CAPTURE, form=lower, choices=tuple(Kind)),
    _kept("kind_reason", "reason of the kind", form=lower),
    _kept("link_key", "link", since=CAPTURE),
    _kept("link_id", "link number", Type.NUMBER, CAPTURE),
    _kept("reason", "reason", since=CAPTURE, form=lower, choices=tuple(Reason)),
    _kept("destination", "destination", since=CAPTURE),
    _kept("routed_campaign_id", "campaign number", Type.NUMBER, ROUTING),
    _kept("routed_version", "campaign version", Type.NUMBER, ROUTING),
    _kept("rule_id", "rule number", Type.NUMBER, ROUTING),
    _kept("destination_id", "destination number", Type.NUMBER, ROUTING),
    _kept("status", "status", Type.NUMBER, CAPTURE),
    _kept("event_id", "event number", Type.NUMBER, CAPTURE),
    _kept("visitor_id", "visitor number", Type.NUMBER, CAPTURE),
    _kept("visitor_is_new", "first click of the visitor", Type.FLAG, CAPTURE),
    _kept("origin", "origin", since=CAPTURE, form=lower, choices=tuple(Origin)),
    _kept("method", "method", since=CAPTURE),
    _kept("scheme", "scheme", since=CAPTURE),
    _kept("host", "host", Type.DOMAIN, CAPTURE),
    _kept("path", "path", since=CAPTURE),
    _kept("query", "query", since=CAPTURE),
    _kept("ip", "address", Type.ADDRESS, CAPTURE),
    _kept("user_agent", "user agent", since=CAPTURE),
    _kept("referrer", "referrer address", since=CAPTURE),
    Field(
        "parameters", "parameters", Type.NAMES, CAPTURE, ("parameters",),
        read=lambda event: event.parameters, sql="mapKeys({parameters})", empty=None,
    ),
    Field(
        "headers", "headers", Type.NAMES, CAPTURE, ("headers", "withheld_headers"),
        read=header_names, sql=HEADER_NAMES, empty=None, form=ascii_lower,
    ),
)  # fmt: skip

FIELDS: dict[str, Field] = {field.name: field for field in _ROWS}
