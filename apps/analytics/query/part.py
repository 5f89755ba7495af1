"""A part of a span that is read in place of all of it: short slots of time, one in each of many turns.

Slots and not rows, for the table is ordered by time. Each lies at another place of its turn, so that nothing which happens every
hour or every day is met too often. That a row is in one is a number in a set, which the index understands too: written out as
stretches the same took 150 ms of planning, so it takes 45 with all the counting (2026-11-29).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import variance

from apps.analytics.routing.sample import GOLDEN, PIECES, STRETCHES, Count, T
from apps.analytics.span import Span, milliseconds


@dataclass(frozen=True)
class Part:
    """Slots of `slot_ms` are numbered since 1970; each turn has `turn` of them, the first one begins with slot `first`."""

    slot_ms: int
    first: int
    turn: int

    @property
    def slots(self) -> list[int]:
        places = (int(self.turn * (number * GOLDEN % 1)) for number in range(STRETCHES))
        return [self.first + self.turn * number + place for number, place in enumerate(places)]

    @property
    def slot(self) -> str:
        """SQL of the slot that a row is in."""
        return f"intDiv(toUnixTimestamp64Milli(happened_at), {self.slot_ms})"

    @property
    def piece(self) -> str:
        """SQL of the piece of the part, from 0, that a row of it belongs to."""
        return f"toUInt8(intDiv({self.slot} - {self.first}, {self.turn}) % {PIECES})"


def part_of(span: Span, share: float) -> Part | None:
    """About so large a share of the span; None when that cannot be cut out of it."""
    start, end = milliseconds(span.start), milliseconds(span.end)
    slot_ms = int((end - start) / STRETCHES * share)
    if not slot_ms:
        return None
    first = -(-start // slot_ms)
    turn = (end // slot_ms - first) // STRETCHES
    return Part(slot_ms, first, turn) if turn > 1 else None


def estimate(found: Mapping[int, int], rows: Mapping[int, int], share: float) -> Count:
    """Of all rows, of which a share was read, from what was found among the rows of each piece.

    The share that was found is what pieces are compared by, a ratio estimate: that one has more rows than another, for the night is
    quieter than the day, says nothing about it.
    """
    whole = sum(found.values())
    ratio = whole / max(1, sum(rows.values()))
    spread = variance([found.get(piece, 0) - ratio * rows.get(piece, 0) for piece in range(PIECES)])
    return Count(round(whole / share), max(1, ceil(T * sqrt(PIECES * spread * (1 - share)) / share)))
