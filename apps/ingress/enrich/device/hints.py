"""Client hints: what Chromium says in headers since it says less in its agent (https://wicg.github.io/ua-client-hints/)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

HINT_MAX_CHARS = 300
PREFIX = "sec-ch-ua"
# Browsers send them so, or through older protocols so.
SPELLINGS = frozenset({"sec-ch", "Sec-CH", "Sec-Ch", "SEC-CH"})
BRAND = re.compile(r'"((?:[^"\\]|\\.)*)"\s*;\s*v\s*=\s*"([\d.]*)"')
# A brand that is made up so that nobody relies on the list: "Not)A;Brand", "(Not(A:Brand".
GREASE = re.compile(r"not.?a.?brand", re.IGNORECASE)
# In a reduced agent every Android is "Android 10; K".
REDUCED = re.compile(r"\(Linux; Android [\d.]+; K\)")


class Hints(NamedTuple):
    """Empty where nothing was sent. `brands` is the longest list there is: name and version, without made-up ones."""

    platform: str = ""
    platform_version: str = ""
    mobile: str = ""
    model: str = ""
    brands: tuple[tuple[str, str], ...] = ()

    def agent_with_model(self, agent: str) -> str:
        """The agent with its model put back where it was taken out."""
        if not self.model or not REDUCED.search(agent):
            return agent
        version = self.platform_version.split(".")[0] or "10"
        return REDUCED.sub(lambda _: f"(Linux; Android {version}; {self.model} Build/K)", agent, count=1)


Sent = tuple[str, ...]


def sent_in(headers: Sequence[tuple[str, str]]) -> Sent:
    """Names and values in turn, as they came: one key to remember answers by. Cost: 1 µs."""
    return tuple([part for name, value in headers if name[:6] in SPELLINGS for part in (name, value[:HINT_MAX_CHARS])])


def hints_of(sent: Sent) -> Hints:
    by_name = dict(zip([name.lower() for name in sent[::2]], sent[1::2], strict=True))
    brands = by_name.get(f"{PREFIX}-full-version-list") or by_name.get(PREFIX, "")
    return Hints(
        platform=_text(by_name.get(f"{PREFIX}-platform", "")),
        platform_version=_text(by_name.get(f"{PREFIX}-platform-version", "")),
        mobile=by_name.get(f"{PREFIX}-mobile", "").strip(),
        model=_text(by_name.get(f"{PREFIX}-model", "")),
        brands=tuple((name, version) for name, version in BRAND.findall(brands) if not GREASE.search(name)),
    )


def _text(value: str) -> str:
    """A string of structured fields (RFC 9651) without its quotes; what is none is nothing."""
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1].replace('\\"', '"').replace("\\\\", "\\").strip() if quoted else ""
