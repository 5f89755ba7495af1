"""Which system, and its version."""

import re
from typing import NamedTuple

from ua_parser import PartialResult

from apps.ingress.enrich.device.hints import Hints
from apps.ingress.enrich.device.names import read_pairs, short_version
from apps.ingress.enrich.patterns import Patterns

NAMES = read_pairs("os_names.csv")
HINTED = {
    "Chrome OS": "ChromeOS",
    "Chromium OS": "ChromeOS",
    "Android": "Android",
    "Windows": "Windows",
    "macOS": "macOS",
}
# Windows 11 says Windows 10 in the agent; the hint counts differently: 13 and up are Windows 11 (Microsoft, "Detect Windows 11").
WINDOWS_11 = 13
IPADOS_SINCE = 13
# What ua-parser takes for another system, or for none. In order; the first group is the version.
SIGNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in (
        ("Windows Phone", r"Windows Phone(?: OS)?[ /]?([\d.]+)?|\bwds ([\d.]+)|WPDesktop"),
        ("Windows Mobile", r"Windows CE|Windows Mobile|PPC;|WindowsCE|IEMobile"),
        ("KaiOS", r"KAIOS/([\d.]+)"),
        ("HarmonyOS", r"(?:HarmonyOS|OpenHarmony)[ /]?([\d.]+)?"),
        ("Wear OS", r"Wear ?OS"),
        ("Fire OS", r"\b(?:AFT[A-Z0-9]{1,6}|KF[A-Z]{2,6}|Kindle Fire|SD4930UR)\b"),
        ("Meta Horizon OS", r"OculusBrowser/|\bQuest [23]\b|Quest Pro"),
        ("VIDAA", r"VIDAA/?([\d.]+)?"),
        ("Roku OS", r"Roku[/ ]?(?:DVP-)?([\d.]+)?"),
        ("TiVo OS", r"TiVoOS|TiVo OS"),
        ("Whale OS", r"WhaleTV|Whale ?OS|WH[A-Z]*ALE_OS"),
        ("webOS", r"[wW]eb[0O]S(?:\.TV)?[-/ ]?([\d.]+)?|NetCast"),
        ("Tizen", r"Tizen[ /]?([\d.]+)?"),
        ("Bada", r"Bada/([\d.]+)?|Dolfin/"),
        ("PlayStation", r"(?i:playstation)"),
        ("Xbox", r"Xbox"),
        ("Nintendo", r"Nintendo"),
        ("tvOS", r"(?:Apple ?TV.*?(?:tvOS|OS) ?([\d.]+)?|AppleTV\d)"),
        ("watchOS", r"watchOS[ /,]?([\d.]+)?|\bWatch\d,"),
        ("Android TV", r"Android TV|GoogleTV|Google TV|BRAVIA|\bMiTV|MIBOX|SHIELD Android TV"),
        ("Symbian", r"Symb(?:ian|OS)|Series ?60|S60[Vv]"),
        ("BlackBerry", r"BlackBerry[^/]*/([\d.]+)|BlackBerry"),
    )
}
ANY_SIGN = Patterns((name, sign.pattern) for name, sign in SIGNS.items())
ANDROID = re.compile(r"(?:Android|Adr)[ /-]?(\d+)?(?:\.(\d+))?")
GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("iOS", r"i(?:Phone|Pad|Pod|OS)\b"),
        ("macOS", r"Mac ?OS ?X|Macintosh|\bMac\b|Mac_PowerPC"),
        ("Windows", r"Windows|\b[Ww]in(?:NT|9|3|7|10|64|32)"),
        ("Brew", r"BREW|\bBMP/"),
        ("Series 40", r"Series ?40|Nokia\w+/\d[^;]*[Pp]rofile/MIDP"),
        ("Java ME", r"J2ME|MIDP"),
        ("Linux", r"Linux|X11"),
    )
)


class System(NamedTuple):
    name: str = ""
    version: str = ""


def system_of(agent: str, parsed: PartialResult, hints: Hints) -> System:
    found = _signed(agent) or _parsed(agent, parsed) or _guessed(agent)
    return _hinted(hints, found) or found


def _hinted(hints: Hints, found: System) -> System | None:
    """The hint, where it agrees with the agent or the agent is that of a desktop mode."""
    name = HINTED.get(hints.platform)
    if not name or (found.name not in (name, "Linux", "") and not (name == "Android" and found.name == "macOS")):
        return None
    major, _, rest = hints.platform_version.partition(".")
    if not major.isdigit():
        return System(name, found.version if found.name == name else "")
    if name == "Windows":
        return System(name, "11" if int(major) >= WINDOWS_11 else found.version)
    return System(name, short_version(major, rest.partition(".")[0]))


def _signed(agent: str) -> System | None:
    name = ANY_SIGN.first_in(agent)
    match = SIGNS[name].search(agent) if name else None
    if not match:
        return None
    major, _, rest = next((group for group in match.groups() if group), "").partition(".")
    return System(name, short_version(major, rest.partition(".")[0]))


def _parsed(agent: str, parsed: PartialResult) -> System | None:
    found = parsed.os
    name = NAMES.get(found.family, found.family) if found else ""
    if not found or not name:
        return None
    version = short_version(found.major, found.minor)
    if name == "iOS" and "iPad" in agent and (found.major or "").isdigit() and int(found.major or 0) >= IPADOS_SINCE:
        name = "iPadOS"
    if name == "Linux" and (android := ANDROID.search(agent)):
        return System("Android", short_version(android[1], android[2]))
    return System(name, "" if name == "Linux" else version)


def _guessed(agent: str) -> System:
    if android := ANDROID.search(agent):
        return System("Android", short_version(android[1], android[2]))
    for name, sign in GUESSES:
        if sign.search(agent):
            return System(name)
    return System()
