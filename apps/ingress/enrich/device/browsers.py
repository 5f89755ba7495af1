"""Which browser, or which app with a browser in it, and its version."""

import re
from typing import NamedTuple

from ua_parser import PartialResult

from apps.ingress.enrich.device.hints import Hints
from apps.ingress.enrich.device.names import read_pairs, short_version

# What stands in an agent of an app or of a browser that is built on another one. In order: an app goes before its engine.
SIGNS = read_pairs("browsers.csv")
# What ua-parser calls them, and what people do.
NAMES = read_pairs("browser_names.csv")
# Brands of client hints that the agent does not tell from Chrome.
HINTED = {
    "Brave": "Brave",
    "DuckDuckGo": "DuckDuckGo",
    "Vivaldi": "Vivaldi",
    "Opera": "Opera",
    "Opera GX": "Opera GX",
    "Microsoft Edge": "Edge",
    "YaBrowser": "Yandex Browser",
    "Yandex": "Yandex Browser",
    "Samsung Internet": "Samsung Internet",
    "HeadlessChrome": "HeadlessChrome",
    "Ecosia": "Ecosia",
    "Whale": "Whale",
    "CocCoc": "Cốc Cốc",
    "Avast Secure Browser": "Avast Secure Browser",
    "AVG Secure Browser": "AVG Secure Browser",
    "Arc": "Arc",
    "Island": "Island",
}
VERSION = re.compile(r"[ /]?v?(\d+)(?:\.(\d+))?")
CHROME = re.compile(r"(?:Chrome|Chromium|CrMo)/(\d+)(?:\.(\d+))?")
OPERA = re.compile(r"^Opera/\d.*?(?:Version/(\d+)(?:\.(\d+))?|$)")
TIZEN = "Tizen"


class Browser(NamedTuple):
    name: str = ""
    version: str = ""


def browser_of(agent: str, parsed: PartialResult, hints: Hints) -> Browser:
    hinted = _hinted(hints)
    found = _signed(agent) or _parsed(parsed) or _engine(agent)
    return hinted if hinted and found.name in ("Chrome", "Android WebView", "Chromium", hinted.name) else found


def _hinted(hints: Hints) -> Browser | None:
    for brand, version in hints.brands:
        if brand in HINTED:
            major, _, rest = version.partition(".")
            return Browser(HINTED[brand], short_version(major, rest.partition(".")[0]))
    return None


def _signed(agent: str) -> Browser | None:
    for sign, name in SIGNS.items():
        place = agent.find(sign)
        if place >= 0:
            version = VERSION.match(agent, place + len(sign))
            return Browser(name, short_version(version[1], version[2]) if version else "")
    return None


def _parsed(parsed: PartialResult) -> Browser | None:
    found = parsed.user_agent
    name = NAMES.get(found.family, found.family) if found else ""
    return Browser(name, short_version(found.major, found.minor)) if found and name else None


def _engine(agent: str) -> Browser:
    """Television sets name their maker's shell, and behind it the browser that it is made of."""
    if chrome := CHROME.search(agent):
        return Browser("Chrome", short_version(chrome[1], chrome[2]))
    if opera := OPERA.search(agent):
        return Browser("Opera", short_version(opera[1], opera[2]))
    return Browser("Safari" if "Safari/" in agent else "")
