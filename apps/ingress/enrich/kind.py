"""The kind of a request: a person, a bot, a HEAD, a prefetch or a link preview. Only people count by default."""

from functools import cache
from typing import NamedTuple

from apps.ingress.enrich.agents import sign_of
from apps.ingress.event import Event, Kind, Origin

VERSION = 200_000
PREVIEW_HEADER = "x-purpose"
HINTS = {"sec-purpose", "purpose", "x-moz", PREVIEW_HEADER}
# Sent by every browser with every page it opens, and forgotten by programs that only borrow a browser's agent.
BROWSERS_SEND = "accept-language"


class Classified(NamedTuple):
    kind: str
    kind_reason: str
    kind_version: int


def kind(event: Event) -> Classified:
    """Source: method, Sec-Purpose and its older forms, agent, and the network that `network` found.

    Reasons: method, header (of a prefetch or preview), those of `agents.sign_of`, network (a crawler's own), headers (from a
    hoster's machine with a browser's agent, without what browsers send). An imported log has no headers to miss.
    """
    if event.method == "HEAD":
        return _classified(Kind.HEAD, "method")
    if hinted := _hinted(event):
        return _classified(hinted, "header")
    sign = sign_of(event.user_agent)
    if sign.kind is not Kind.HUMAN:
        return _classified(sign.kind, sign.reason)
    if event.network_kind == "crawler":
        return _classified(Kind.BOT, "network")
    if event.network_kind == "hosting" and event.origin != Origin.IMPORT and not _sent(event, BROWSERS_SEND):
        return _classified(Kind.BOT, "headers")
    return _classified(Kind.HUMAN, "")


def _hinted(event: Event) -> Kind | None:
    hints = [(name.lower(), value.lower()) for name, value in event.headers if name.lower() in HINTS]
    for name, value in hints:
        if name != PREVIEW_HEADER and "prefetch" in value:
            return Kind.PREFETCH
        if name == PREVIEW_HEADER and value == "preview":
            return Kind.PREVIEW
    return None


def _sent(event: Event, wanted: str) -> bool:
    return any(name.lower() == wanted and value for name, value in event.headers)


@cache
def _classified(kind: Kind, reason: str) -> Classified:
    return Classified(kind, reason, VERSION)
