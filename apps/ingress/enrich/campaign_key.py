"""What the request itself names as its campaign, before anybody defined one."""

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from apps.ingress.enrich.spelling import spelled
from apps.ingress.enrich.utm import repeated
from apps.ingress.event import Event

VERSION = 1
KEY_MAX_CHARS = 200
# Stands for the key of the link, /in/<key>; everything else is the name of a parameter.
LINK = "/in/"
DEFAULT = (LINK, "campaign", "utm_id", "utm_campaign")
# Parameters with a column of their own: the column knows their other names too.
COLUMNS = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"})


class Named(NamedTuple):
    campaign_key: str
    campaign_key_version: int


Reader = Callable[[Event], str]


class Order(NamedTuple):
    """Where to look, one after the other, and the answer when all of them are empty."""

    readers: tuple[Reader, ...]
    nothing: Named


class CampaignKeys:
    """Where each organization's requests name their campaign: the names in order, and the revision that says so."""

    def __init__(self, own: Mapping[int, tuple[tuple[str, ...], int]]) -> None:
        self._own = {number: _order(names, revision) for number, (names, revision) in own.items()}
        self._everybody = _order(DEFAULT, 0)

    def of(self, organization_id: int) -> Order:
        return self._own.get(organization_id, self._everybody)


def campaign_key(event: Event, campaign_keys: CampaignKeys) -> Named:
    """Source: path, query and what the step utm found, in the organization's order; the first that is not empty."""
    readers, nothing = campaign_keys.of(event.organization_id)
    for read in readers:
        if key := read(event):
            return Named(key[:KEY_MAX_CHARS], nothing.campaign_key_version)
    return nothing


def _order(names: tuple[str, ...], revision: int) -> Order:
    return Order(tuple(map(_reader, names)), Named("", VERSION * 100_000 + revision))


def _reader(name: str) -> Reader:
    if name == LINK:
        return _link
    return attrgetter(name) if name in COLUMNS else partial(_parameter, name)


def _link(event: Event) -> str:
    return spelled(event.path[4:].partition("/")[0]) if event.path.startswith(LINK) else ""


def _parameter(name: str, event: Event) -> str:
    for other, value in event.parameters.items():
        if len(other) == len(name) and other.lower() == name:
            return spelled(value) or repeated(event.query, name)
    return ""
