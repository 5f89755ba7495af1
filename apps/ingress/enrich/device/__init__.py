"""What a visitor came with: type, brand and model of the device, its system, its browser.

The agent is read by ua-parser; what that does not know of, or what a browser says better in client hints, is put right here.
"""

from functools import lru_cache
from typing import NamedTuple

from apps.ingress.enrich.agents import AGENT_MAX_CHARS, sign_of
from apps.ingress.enrich.device import browsers, makers, systems, types
from apps.ingress.enrich.device.hints import Sent, hints_of, sent_in
from apps.ingress.enrich.device.parser import parse
from apps.ingress.event import Event, Kind

VERSION = 100_000
REMEMBERED_AGENTS = 50_000
TEXT_MAX_CHARS = 200


class Device(NamedTuple):
    device_type: str
    device_brand: str
    device_model: str
    os: str
    os_version: str
    browser: str
    browser_version: str
    device_version: int


NOTHING = Device("", "", "", "", "", "", "", VERSION)


def device(event: Event) -> Device:
    """Source: the agent, and client hints (Sec-CH-UA-…) where they were sent. Bots have no device; their browser is their name."""
    return device_of(event.user_agent[:AGENT_MAX_CHARS], sent_in(event.headers))


# 100 µs for an agent seen for the first time, 0.3 from here (2026-11-23).
@lru_cache(maxsize=REMEMBERED_AGENTS)
def device_of(agent: str, sent: Sent) -> Device:
    hints = hints_of(sent)
    agent = agent.encode("utf-8", "replace").decode()
    if not agent.strip():
        return NOTHING
    parsed = parse(hints.agent_with_model(agent))
    system = systems.system_of(agent, parsed, hints)
    browser = browsers.browser_of(agent, parsed, hints)
    maker = makers.maker_of(agent, parsed)
    kind = types.type_of(agent, maker.model, system.name, hints)
    if sign_of(agent).kind is not Kind.HUMAN:
        kind, maker = "", makers.NOBODY
    facts = (kind, maker.brand, maker.model, *system, *browser)
    return Device._make((*(text[:TEXT_MAX_CHARS] for text in facts), VERSION))
