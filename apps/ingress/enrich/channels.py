"""The table of channels: ordered lines, the first that fits source, medium and campaign names the channel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import re2

from apps.ingress.enrich.builtin import ChannelRow, SourceRow

REST = "Unassigned"
CATEGORIES = frozenset({"search", "social", "video", "shopping", "ai"})
REMEMBERED = 50_000
PATTERN_MAX_BYTES = 1 << 20


class BadPattern(ValueError):
    """RE2 does not take this; the message says why."""


class Line(NamedTuple):
    """A row, compiled. None fits anything."""

    channel: str
    source: Callable[[str], object] | None
    medium: Callable[[str], object] | None
    campaign: Callable[[str], object] | None
    category: str
    ad_paid: bool | None

    def fits(self, source: str, medium: str, campaign: str, category: str, ad_paid: bool) -> bool:
        return bool(
            (not self.category or self.category == category)
            and (self.ad_paid is None or self.ad_paid == ad_paid)
            and (not self.source or self.source(source))
            and (not self.medium or self.medium(medium))
            and (not self.campaign or self.campaign(campaign))
        )


class Lines:
    """Lines in their order, with the version that says which they are."""

    def __init__(self, rows: Iterable[ChannelRow], version: int) -> None:
        self.version = version
        self._lines = [compiled(row) for row in rows]

    def after(self, rows: Iterable[ChannelRow]) -> "Lines":
        """These lines, tried after others. Errors: BadPattern."""
        lines = Lines(rows, self.version)
        lines._lines += self._lines
        return lines

    def channel_of(self, source: str, medium: str, campaign: str, category: str, ad_paid: bool) -> str:
        for line in self._lines:
            if line.fits(source, medium, campaign, category, ad_paid):
                return line.channel
        return REST


class Sources:
    """What kind of place a source is: as the table says, else as the referrers do. A name may stand for its .com."""

    def __init__(self, rows: Iterable[SourceRow], medium_of: Callable[[str], str]) -> None:
        self._categories = {row.source.lower(): row.category for row in rows}
        self._medium_of = medium_of
        self.category_of = lru_cache(maxsize=REMEMBERED)(self._look_up)

    def _look_up(self, source: str) -> str:
        """`source` in lower case; empty when nothing is known of it."""
        category = self._categories.get(source) or self._categories.get(f"{source}.com") or self._medium_of(source)
        return category if category in CATEGORIES else ""


class Own(NamedTuple):
    """An organization's lines: before those that are built in, or instead of them."""

    rows: Sequence[ChannelRow]
    replace: bool
    revision: int


def compiled(row: ChannelRow) -> Line:
    """Errors: BadPattern."""
    return Line(
        row.channel, _pattern(row.source), _pattern(row.medium), _pattern(row.campaign), row.category, row.ad_paid
    )


def lines_of(rows: Sequence[ChannelRow], own: Mapping[int, Own], version: int, revision: int) -> dict[int, Lines]:
    """The lines of each organization that has some of its own; those of everybody else under 0."""
    everybody = {0: Lines(rows, version * 100_000 + revision)}
    return everybody | {
        number: Lines(
            [*one.rows, *(() if one.replace else rows)],
            version * 100_000 + max(one.revision, revision),
        )
        for number, one in own.items()
    }


def _pattern(text: str) -> Callable[[str], object] | None:
    """Whole texts, whatever their case. RE2: staff and organizations write these, and no pattern may hang."""
    if not text:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = PATTERN_MAX_BYTES
    options.log_errors = False
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be read"
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from error
    return cast(Callable[[str], object], pattern.fullmatch)
