"""The language a visitor wants most."""

import re
from functools import lru_cache
from typing import NamedTuple

from apps.ingress.event import Event

VERSION = 100_000
HEADER_MAX_CHARS = 500
# Primary subtags have two or three letters, longer ones are reserved (RFC 5646, section 2.2.1); `*` is any language.
RANGE = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*")
QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Language(NamedTuple):
    language: str
    language_version: int


def language(event: Event) -> Language:
    """Source: Accept-Language (RFC 9110, section 12.5.4). The primary subtag in lower case; empty when there is none."""
    for name, value in event.headers:
        if name.lower() == "accept-language":
            return wanted_most(value[:HEADER_MAX_CHARS])
    return NO_LANGUAGE


@lru_cache(maxsize=10_000)
def wanted_most(header: str) -> Language:
    """Of equally wanted ones the first. Parts that are no language with a quality are passed over."""
    best, best_quality = "", 0.0
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        language = RANGE.fullmatch(tag.strip())
        quality = _quality(weight.strip())
        if language and quality > best_quality:
            best, best_quality = language[1].lower(), quality
    return Language(best, VERSION)


def _quality(weight: str) -> float:
    if not weight:
        return 1.0
    match = QUALITY.fullmatch(weight)
    return float(match[1]) if match else 0.0


NO_LANGUAGE = Language("", VERSION)
