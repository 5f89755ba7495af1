"""Which of several destinations a visitor gets: by weight, and the same one whenever they come again.

Weighted rendezvous hashing (Thaler and Ravishankar 1998; with weights Schindelhauer and Schomaker 2005, "logarithmic method"): each
destination draws a number from the seed and its own id, divided by its weight the lowest wins. Raising one weight moves visitors to
that destination only, and taking one away moves only those it had. The numbers are those of splitmix64 (Steele, Lea and Flood
2014), which ClickHouse's UInt64 arithmetic computes as well: `sql` asks a stored click what would have been chosen.
"""

import hashlib
from collections.abc import Collection, Sequence
from enum import StrEnum
from math import log
from typing import NamedTuple

from apps.ingress.rules.text import to_bytes

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
UNIT = 2**53


class Sticky(StrEnum):
    """What the choice hangs on. A new visitor's id is that of their first click; who keeps no cookie is new every time."""

    VISITOR = "visitor"
    ADDRESS = "address"


class Share(NamedTuple):
    """One destination of a choice. `constant` tells it from every other of the installation."""

    destination_id: int
    weight: int
    constant: int


Choice = tuple[Share, ...]
NOTHING = (0, 0.0)


def choice_of(campaign_id: int, weights: Sequence[tuple[int, int]]) -> Choice:
    """`weights` are pairs of a destination and its weight. Twice the same destination is once with both weights."""
    together: dict[int, int] = {}
    for destination_id, weight in weights:
        together[destination_id] = together.get(destination_id, 0) + weight
    return tuple(
        Share(number, weight, splitmix64((campaign_id << 32 ^ number) & MASK)) for number, weight in together.items()
    )


def chosen(choice: Choice, seed: int, available: Collection[int] | None = None) -> tuple[int, float]:
    """A destination and the probability with which it is chosen; 0 and 0.0 when there is none.

    `available` are those that could be chosen, None all of them. Cost: 1 µs a destination; nothing for a single one (2026-11-23).
    """
    if available is not None:
        choice = tuple([share for share in choice if share[0] in available])
    if len(choice) <= 1:
        return (choice[0][0], 1.0) if choice else NOTHING
    total, best, least, won = 0, 0, float("inf"), 0
    for destination_id, weight, constant in choice:
        total += weight
        # splitmix64, written out: a call takes a fifth of the time of a choice (2026-11-23).
        z = ((seed ^ constant) + GOLDEN) & MASK
        z = (z ^ (z >> 30)) * FIRST & MASK
        z = (z ^ (z >> 27)) * SECOND & MASK
        drawn = -log((((z ^ (z >> 31)) >> 11) + 0.5) / UNIT) / weight
        if drawn < least:
            best, least, won = destination_id, drawn, weight
    return best, won / total


def seed_of(sticky: Sticky, visitor_id: int, ip: str, user_agent: str) -> int:
    """What stays the same for a visitor, as 64 bits."""
    if sticky is Sticky.VISITOR:
        return visitor_id
    return int.from_bytes(hashlib.sha256(to_bytes(f"{ip}\n{user_agent}")).digest()[:8], "little")


def splitmix64(number: int) -> int:
    """A permutation of the numbers below 2**64 that leaves nothing of their order."""
    z = (number + GOLDEN) & MASK
    z = (z ^ (z >> 30)) * FIRST & MASK
    z = (z ^ (z >> 27)) * SECOND & MASK
    return z ^ (z >> 31)


SEED_SQL = {
    Sticky.VISITOR: "visitor_id",
    Sticky.ADDRESS: "reinterpretAsUInt64(substring(SHA256(concat(ip, '\\n', user_agent)), 1, 8))",
}


def sql(choice: Choice, seed: str) -> str:
    """`chosen` of all of them as an expression of ClickHouse: the destination's id. `seed` is one too, such as SEED_SQL has.

    The two logarithms may differ in their last bit: then, once in about 10**13 choices, so does the destination.
    """
    if len(choice) <= 1:
        return f"toUInt32({choice[0].destination_id if choice else 0})"
    constants = f"[{', '.join(f'toUInt64({share.constant})' for share in choice)}]"
    steps = (
        f"bitXor({seed}, constant) + toUInt64({GOLDEN})",
        f"bitXor(z, bitShiftRight(z, 30)) * toUInt64({FIRST})",
        f"bitXor(z, bitShiftRight(z, 27)) * toUInt64({SECOND})",
        f"-log((bitShiftRight(bitXor(z, bitShiftRight(z, 31)), 11) + 0.5) / {UNIT})",
    )
    drawn = f"arrayMap(constant -> {steps[0]}, {constants})"
    for step in steps[1:]:
        drawn = f"arrayMap(z -> {step}, {drawn})"
    weights = f"[{', '.join(f'({share.weight}, toUInt32({share.destination_id}))' for share in choice)}]"
    return f"arraySort(arrayMap((drawn, share) -> (drawn / share.1, share.2), {drawn}, {weights}))[1].2"
