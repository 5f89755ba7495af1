"""The page the visitor came to: host and path of where they were sent, without anything of the click."""

from functools import lru_cache
from typing import NamedTuple

from apps.ingress.enrich.address import address_of
from apps.ingress.enrich.spelling import INVISIBLE
from apps.ingress.event import Event, Origin, Reason

VERSION = 1
PAGE_MAX_CHARS = 500
PAGES_REMEMBERED = 50_000
REMEMBERED_CHARS = 300
# Plain text: looking a member of an enum up costs as much as comparing it (2026-11-23).
IMPORT = Origin.IMPORT.value
FOLLOWED = frozenset(
    reason.value
    for reason in (
        Reason.LINK,
        Reason.RULE,
        Reason.FALLBACK,
        Reason.VERIFIED,
        Reason.SIGNED,
        Reason.ORGANIZATION,
    )
)


class LandingPage(NamedTuple):
    landing_page: str
    landing_page_version: int


NOWHERE = LandingPage("", VERSION)


def landing_page(event: Event) -> LandingPage:
    """Source: the destination; of a request in a web server's log the request itself. Empty when it was refused."""
    if event.reason in FOLLOWED:
        address = event.destination.partition("?")[0]
    elif event.origin == IMPORT and event.status < 400:
        address = f"http://{event.host}{event.path}"
    else:
        return NOWHERE
    return _remembered(address) if len(address) <= REMEMBERED_CHARS else _page(address)


def _page(address: str) -> LandingPage:
    """The host in lower case, the path as it is but for slashes at its end."""
    host, path, _, _ = address_of(address)
    page = INVISIBLE.sub("", f"{host}{path}".rstrip("/"))
    return LandingPage(page[:PAGE_MAX_CHARS], VERSION) if host else NOWHERE


_remembered = lru_cache(maxsize=PAGES_REMEMBERED)(_page)
