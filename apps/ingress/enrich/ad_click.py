"""The mark of an ad network on the click: which network, which click of theirs, and whether it was paid for."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from apps.ingress.enrich.builtin import AdClickRow
from apps.ingress.enrich.spelling import INVISIBLE, canonical
from apps.ingress.event import Event

VERSION = 1
ID_MAX_CHARS = 200
NAME_MAX_CHARS = 60
NAMES_REMEMBERED = 4_000


class AdClick(NamedTuple):
    ad_network: str
    ad_click_id: str
    ad_is_paid: bool
    ad_click_version: int


class AdClicks:
    """Parameters of ad networks by their name in lower case."""

    def __init__(self, rows: Iterable[AdClickRow], revision: int = 0) -> None:
        ordered = sorted(rows, key=lambda row: row.priority)
        self._rows = {row.parameter.lower(): (place, row) for place, row in enumerate(ordered)}
        # As what a click counts that says nothing else, by network, paid or not.
        self.mediums: dict[tuple[str, bool], str] = {}
        for row in ordered:
            self.mediums.setdefault((row.network, row.is_paid), row.medium)
        self.version = VERSION * 100_000 + revision
        self._row = lru_cache(maxsize=NAMES_REMEMBERED)(self._row_of)
        self._nothing = AdClick("", "", False, self.version)

    def of(self, parameters: Mapping[str, str]) -> AdClick:
        best: tuple[int, AdClickRow] | None = None
        click_id = ""
        for name, value in parameters.items():
            found = self._row(name) if len(name) <= NAME_MAX_CHARS else None
            if found and value and (best is None or found[0] < best[0]) and (kept := cut(value)):
                best, click_id = found, kept
        return AdClick(best[1].network, click_id, best[1].is_paid, self.version) if best else self._nothing

    def _row_of(self, name: str) -> tuple[int, AdClickRow] | None:
        return self._rows.get(canonical(name))


def ad_click(event: Event, ad_clicks: AdClicks) -> AdClick:
    """Source: the query. Of several marks the one the table has first; an empty one is none."""
    return ad_clicks.of(event.parameters)


def cut(value: str) -> str:
    """An id as it came (they differ by case), without what cannot be seen."""
    value = value[: ID_MAX_CHARS * 2]
    return (value if value.isprintable() else INVISIBLE.sub("", value)).strip()[:ID_MAX_CHARS]
