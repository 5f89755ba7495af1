"""Families of fields, one for each key: `parameters.sub1`, `headers.accept-language`, `hour.Europe/Berlin`, `weekday.UTC`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from apps.ingress.event import Event
from apps.ingress.rules.fields import CAPTURE, FIELDS, Field, Type
from apps.ingress.rules.text import as_it_is, ascii_lower, is_utf8

KEY_MAX_CHARS = 200
TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2
# In Python's list of zones, but not in the one inside ClickHouse 26.7 (2026-11-23).
NOT_IN_CLICKHOUSE = {"America/Coyhaique"}


class UnknownField(LookupError):
    """Carries a sentence."""


@dataclass(frozen=True)
class Family:
    """`wanted` says which keys there are; `written` is the one way to write a key."""

    name: str
    label: str
    type: Type
    column: str
    read: Callable[[str], Callable[[Event], Any]]
    sql: str
    is_key: Callable[[str], bool]
    wanted: str
    written: Callable[[str], str] = as_it_is
    empty: str | None = ""
    low: int = 1
    high: int = 0

    def field(self, key: str) -> Field:
        """Errors: UnknownField."""
        key = self.written(key)
        if not key or len(key) > KEY_MAX_CHARS or not is_utf8(key) or "\0" in key or not self.is_key(key):
            raise UnknownField(f"“{self.name}.” wants {self.wanted} behind it.")
        return Field(
            f"{self.name}.{key}", self.label.format(key=key), self.type, CAPTURE, (self.column,), self.read(key), self.sql,
            key=key, empty=self.empty, low=self.low, high=self.high,
        )  # fmt: skip


def _parameter(key: str) -> Callable[[Event], str]:
    return lambda event: event.parameters.get(key, "")


def _header(key: str) -> Callable[[Event], str]:
    return lambda event: next((value for name, value in event.headers if ascii_lower(name) == key), "")


def _hour(key: str) -> Callable[[Event], int]:
    zone: tzinfo = ZoneInfo(key)
    return lambda event: event.happened_at.astimezone(zone).hour


def _weekday(key: str) -> Callable[[Event], int]:
    zone: tzinfo = ZoneInfo(key)
    return lambda event: event.happened_at.astimezone(zone).isoweekday()


def is_zone(key: str) -> bool:
    return (key == "UTC" or "/" in key) and key in zones()


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The IANA zones that both readers know."""
    return frozenset(available_timezones() - NOT_IN_CLICKHOUSE)


_ZONE = "a time zone such as Europe/Berlin"
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "parameters", "parameter {key}", Type.TEXT, "parameters", _parameter, "{parameters}[{key}]",
            lambda key: True, f"the name of a parameter, at most {KEY_MAX_CHARS} characters",
        ),
        Family(
            "headers", "header {key}", Type.TEXT, "headers", _header, "arrayFirst(h -> lower(h.1) = {key}, {headers}).2",
            lambda key: bool(TOKEN.fullmatch(key)), "the name of a header", ascii_lower,
        ),
        Family(
            "hour", "hour in {key}", Type.CLOCK, "happened_at", _hour, "toHour({happened_at}, {key})",
            is_zone, _ZONE, empty=None, low=0, high=23,
        ),
        Family(
            "weekday", "weekday in {key}", Type.CLOCK, "happened_at", _weekday, "toDayOfWeek({happened_at}, 0, {key})",
            is_zone, _ZONE, empty=None, low=1, high=7,
        ),
    )
}  # fmt: skip


@lru_cache(maxsize=10_000)
def field_of(name: str) -> Field:
    """The field of this name. Errors: UnknownField."""
    if name in FIELDS:
        return FIELDS[name]
    family, dot, key = name.partition(".")
    if dot and family in FAMILIES:
        return FAMILIES[family].field(key)
    raise UnknownField(f"There is no field “{name[:KEY_MAX_CHARS]}”.")
