"""How much measuring is done."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """`rounds` of measurements of so many `seconds`; progress goes to `say`; `events` are made to ask about."""

    rounds: int
    seconds: int
    say: Callable[[str], None]
    events: int = 10_000_000
