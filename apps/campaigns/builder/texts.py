"""Leaves of a definition as text in a form, and back. What cannot be read stays as it was typed: `parse` says what is wrong."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.campaigns.definition.document import moment
from apps.ingress.rules.families import is_zone
from apps.ingress.rules.values import SAFE_MAX

# Before what no line of a form can hold as it is: line ends, spaces around a text, bytes that are no text.
CODED = "json:"
LINE_END = re.compile(r"\r\n|\r|\n")
DIGITS_MAX = 20


@dataclass(frozen=True)
class Moment:
    """`local` is read on the clock of the campaign's zone. `kept` is the moment and how it was shown: one that nobody touched stays
    the same, also in the hour that comes twice and when the zone is changed.
    """

    local: str = ""
    kept: str = ""

    @classmethod
    def of(cls, text: str | None, zone: str) -> "Moment":
        if not text:
            return cls()
        at = datetime.fromisoformat(text).astimezone(_zone(zone)).replace(tzinfo=None)
        local = at.isoformat(timespec="seconds" if at.second else "minutes")
        return cls(local, f"{text} {local}")

    def document(self, zone: str) -> str | None:
        utc, _, shown = self.kept.partition(" ")
        if not self.local or self.local == shown:
            return utc if self.local else None
        try:
            return moment(datetime.fromisoformat(self.local).replace(tzinfo=_zone(zone)))
        except (ValueError, OverflowError):
            return self.local


def number(text: str) -> int | str:
    """Digits as a whole number; beyond what JavaScript has of them they stay text, as documents write them."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        return text
    return int(text) if int(text) <= SAFE_MAX else text


def line_of(value: Any) -> str:
    """One value of a condition as one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if (
        isinstance(value, str)
        and value
        and value == value.strip()
        and not value.startswith(CODED)
        and not LINE_END.search(value)
    ):
        return value
    return coded(value)


def coded(value: Any) -> str:
    return CODED + json.dumps(value)


def value_of(line: str) -> Any:
    line = line.strip()
    if not line.startswith(CODED):
        return line
    try:
        return json.loads(line.removeprefix(CODED))
    except (ValueError, RecursionError):
        return line


def lines_of(text: str, *, commas: bool) -> list[str]:
    """The lines that are not empty; `commas` also part values, where no value has one."""
    parts: list[str] = []
    for line in LINE_END.split(text):
        parts += line.split(",") if commas and not line.startswith(CODED) else [line]
    return [part.strip() for part in parts if part.strip()]


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name if is_zone(name) else "UTC")
